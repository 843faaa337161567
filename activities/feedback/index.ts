import { recordDecisions } from '../../gateways/ledger/decisions.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { findPreviousCycle } from '../collect/find-previous-cycle.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import type { Decision, FeedbackActivities } from './contract.ts';
import { decideNextCycle } from './decide-next-cycle.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { gatherReport } from './gather-report.ts';
import { renderReport } from './report/render-report.ts';
import { writeManifest } from './write-manifest.ts';
import { writeWhole } from '../write-whole.ts';

export interface FeedbackDependencies {
  readonly warehouse: Warehouse;
  readonly ledger: Ledger;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly clock: () => Date;
  readonly cancellation: () => AbortSignal | undefined;
}

/** The last step: what the next cycle does differently, and the report for people. */
export function createFeedbackActivities({ warehouse, ledger, openShop, clock, cancellation }: FeedbackDependencies): FeedbackActivities {
  return {
    async decide(input): Promise<Awaited<ReturnType<FeedbackActivities['decide']>>> {
      const { settings } = await openShop(input.shop);
      await using session = await warehouse.open(input.relations, {}, cancellation());
      const texts = ['id', 'kind', 'subject', 'words', 'evidence', 'rule'] as const;
      const learns = settings.campaign.targeting.by === 'uplift' && input.relations['outcomes.responses'] !== undefined;
      const relation = await session.write(input, {
        name: 'feedback.decisions', algorithm: 'decide-next-cycle 3',
        inputs: ['snapshot.decisions', 'features.preprocessing', 'segments.prediction_model', 'segments.prediction_quality', 'plan.offers', ...(input.evaluation.measured ? ['outcomes.evidence', 'outcomes.guardrails'] : []), ...(learns ? ['outcomes.responses', 'plan.offer_mix'] : [])],
        parameters: { bounds: JSON.stringify(settings.gates.offer_share), lettersDifferBy: settings.gates.letters_differ_by, why: input.evaluation.why, ...(learns ? { targeting: JSON.stringify(settings.campaign.targeting), costPerMail: settings.campaign.cost_per_mail, seed: settings.seed } : {}) },
        columns: async () => {
          const decisions = decideNextCycle(await gatherEvidence(session, input, settings, input.evaluation));
          return [...texts.map((name) => ({ name, type: 'VARCHAR' as const, values: decisions.map((decision) => decision[name]) })), { name: 'value', type: 'VARCHAR', values: decisions.map((decision) => JSON.stringify(decision.value)) }];
        },
      });
      const decisions = await session.rows<Record<(typeof texts)[number] | 'value', string>>('from feedback.decisions');
      await recordDecisions(ledger, decisions.map((decision) => ({ ...decision, shop: input.shop, cycle: input.cycle, value: JSON.parse(decision.value) as unknown, actor: 'feedback', madeAt: clock() })));
      return { relations: { 'feedback.decisions': relation }, decisions: decisions.map(({ id, kind, subject, words, evidence }) => ({ id, kind: kind as Decision['kind'], subject, words, evidence })) };
    },

    async writeReport(input): Promise<Awaited<ReturnType<FeedbackActivities['writeReport']>>> {
      const shop = await openShop(input.shop);
      const folder = `${warehouse.lake}/${input.shop}/${input.cycle}`;
      const manifest = await writeManifest(warehouse, input, clock());
      const relations = await warehouse.list(input);
      await using session = await warehouse.open(relations, {}, cancellation());
      const report = await gatherReport({ session, ledger, shop, input, manifest, madeAt: clock(), previousCycle: await findPreviousCycle(warehouse.lake, input) });
      await writeWhole(`${folder}/report.json`, `${JSON.stringify(report, null, 1)}\n`);
      await writeWhole(`${folder}/report.html`, renderReport(report));
      return { manifest: `${folder}/manifest.json`, report: `${folder}/report.html`, relations: manifest.relations.length };
    },
  };
}
