import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { guardrailWords } from '../evaluate/check-guardrails.ts';
import { readGuardrails } from '../evaluate/measure-campaign.ts';
import type { FeedbackEvidence } from './decide-next-cycle.ts';
import { gainColumns } from '../mail-policy.ts';
import type { MailingEvidence } from './decide-mailing.ts';
import { learnResponses, type Response } from './learn-responses.ts';
import { poolArms, type PooledArm } from './pool-arms.ts';

/** Reads what the feedback rules look at out of a cycle's relations, which carry what earlier cycles saw. */
export async function gatherEvidence(session: WarehouseSession, { shop, cycle }: CycleFolder, settings: ShopSettings, evaluation: { readonly measured: boolean; readonly why: string }): Promise<FeedbackEvidence> {
  const features = await session.rows<{ feature: string; coefficient: number }>('select feature, coefficient from features.preprocessing inner join segments.prediction_model using (feature) where used order by feature');
  const [quality] = await session.rows<{ auc: number | null }>('select auc from segments.prediction_quality');
  const [offer] = await session.rows<{ share: number }>('select max(share_a) as share from plan.offers');
  const reversals = await session.rows<{ id: string; subject: string; words: string }>("select id, subject, words from snapshot.decisions where kind = 'reversal' order by id");
  const known = { shop, cycle, reversals, share: offer!.share, bounds: settings.gates.offer_share, usualDifference: settings.gates.letters_differ_by, features, predictionAuc: quality!.auc };
  if (!evaluation.measured) return { ...known, arms: [], cycles: 0, tripped: [], notMeasured: evaluation.why };

  const names = settings.campaign.arms.map((arm) => arm.name);
  const pooled = await Promise.all(names.map((arm) => readPooled(session, arm)));
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  const [first, second] = pooled;
  return {
    ...known, notMeasured: '',
    arms: pooled.map(({ cycles, conversions }, place) => ({ arm: names[place]!, customerCycles: sum(cycles), conversions: sum(conversions) })),
    cycles: Math.max(0, ...pooled.map(({ cycles }) => cycles.reduce((most, value) => Math.max(most, value), 0))),
    tripped: (await readGuardrails(session)).filter(({ tripped }) => tripped).map((guardrail) => ({ arm: guardrail.arm, words: guardrailWords(guardrail) })),
    difference: first === undefined || second === undefined ? undefined : poolArms(first, second),
    mailing: settings.campaign.targeting.by === 'uplift' ? await gatherMailing(session, { shop, cycle }, settings) : undefined,
  };
}

async function readPooled(session: WarehouseSession, arm: string): Promise<PooledArm> {
  const { values, rows } = await session.matrix(`select cycles, conversions, orders_before from outcomes.evidence where arm = ${quoteLiteral(arm)} order by customer_id`);
  const column = (place: number): Float64Array => Float64Array.from({ length: rows }, (_, row) => values[row * 3 + place]!);
  return { cycles: column(0), conversions: column(1), ordersBefore: column(2) };
}

/** What letters were seen to do, and what is in force about them. */
async function gatherMailing(session: WarehouseSession, { shop, cycle }: CycleFolder, { seed, currency, campaign }: ShopSettings): Promise<MailingEvidence> {
  const texts = await session.rows<{ customer: string; standing: Response['standing']; offer: string | null }>('select customer_id as customer, standing, offer from outcomes.responses order by cycle, customer_id');
  const { values, columns } = await session.matrix(`
    select dense_rank() over (order by cycle) - 1 as cycle_place, orders, case when is_shipping then margin else margin + given end as whole_margin, redeemed as redeemed_orders, given, ${gainColumns}
    from outcomes.responses order by cycle, customer_id`);
  const responses = texts.map((text, row): Response => {
    const [place, orders, margin, redeemed, given, ...features] = values.subarray(row * columns, (row + 1) * columns) as unknown as [number, number, number, number, number, ...number[]];
    return { ...text, cycle: place, orders, margin, redeemed, given, features };
  });
  const mix = await session.rows<{ offer: string; share: number; rest: number }>('select offer, share_until - share_from as share, rest_share as rest from plan.offer_mix order by share_from');
  const { targeting, cost_per_mail: costPerMail } = campaign;
  const [{ policies }] = await session.rows<{ policies: number }>("select count(*) as policies from snapshot.decisions where kind = 'mail_policy'") as [{ policies: number }];
  return {
    lesson: learnResponses(responses, { offers: mix.map(({ offer }) => offer), costPerMail, minimumGain: targeting.minimum_gain }),
    shares: mix.map(({ offer, share }) => ({ offer, share })), mailedShare: 1 - mix[0]!.rest, hasPolicy: policies > 0, targeting, currency, drawSeed: `${seed}/${shop}/${cycle}`,
  };
}
