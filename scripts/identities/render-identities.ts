import type { IdentitiesFound } from '../../activities/identities/contract.ts';
import { formatCount } from '../display/format-number.ts';
import { createPaint } from '../display/paint.ts';
import { renderTable, type Column } from '../display/render-table.ts';

/** Two records that may be one person; ids and words only, no name and no address. */
export interface ReviewPair {
  readonly customerId: string;
  readonly otherCustomerId: string;
  readonly probability: number;
  readonly why: string;
}

/** What was found of people, for a terminal. */
export function renderIdentities({ found, reviews }: { readonly found: IdentitiesFound; readonly reviews: readonly ReviewPair[] }, { color }: { readonly color: boolean }): string {
  const paint = createPaint(color);
  const right = (title: string): Column => ({ title, right: true });
  const { offers, attribution } = found;
  const mail = attribution.find(({ experiment }) => experiment !== null)?.experiment;
  const block = (title: string, lines: readonly string[]): string => [paint.bold(title), ...lines.map((line) => `  ${line}`)].join('\n');
  return [
    block(`${found.shop}/${found.cycle}: ${formatCount(found.persons)} people in ${formatCount(found.records)} customer records`, [
      `${formatCount(found.joinedByKey)} records joined by a key of one person, ${formatCount(found.joinedByEvidence)} by the evidence of all fields, ${formatCount(found.joinedByPeople)} by a person's word`,
      `${formatCount(found.omnichannel)} people buy online and in the store`,
    ]),
    block(`${formatCount(found.toReview)} pairs to look at`, reviews.length === 0 ? ['None: every pair is surely one person or surely two.'] : [
      ...renderTable([{ title: 'record' }, { title: 'record' }, right('one person'), { title: 'why' }], reviews.map((pair) => [pair.customerId, pair.otherCustomerId, `${(pair.probability * 100).toFixed(1)} %`, pair.why])),
      `Decide: npm run identities -- ${found.shop} --same ${reviews[0]!.customerId},${reviews[0]!.otherCustomerId} (or --different)`,
    ]),
    block(`Orders of the last ${found.attributionDays} days by the touch that is credited`, attribution.length === 0 ? ['No touch and no order.'] : [
      ...renderTable([{ title: 'channel' }, right('first'), right('last'), right('linear'), right('Markov'), right('removal effect'), right('experiment')], attribution.map((row) => [
        row.channel, formatCount(Math.round(row.first)), formatCount(Math.round(row.last)), formatCount(Math.round(row.linear)), formatCount(Math.round(row.markov)), `${(row.removalEffect * 100).toFixed(1)} %`,
        row.experiment === null ? '' : `${formatCount(Math.round(row.experiment.orders))} (${formatCount(Math.round(row.experiment.lower))} to ${formatCount(Math.round(row.experiment.upper))})`,
      ])),
      ...(mail === undefined || mail === null ? [] : ['The experiment is what the letters did, against the holdout; credits only say who was there.']),
    ]),
    ...(offers === undefined ? [] : [block('One offer a person, in every channel', [
      `${formatCount(offers.people)} people have an offer; ${formatCount(offers.appPush)} records of them are in the app (identities.app_push), ${formatCount(offers.till)} cards are known to the till (identities.till)`,
      ...(offers.atOdds === 0 ? [] : [`${formatCount(offers.atOdds)} people were mailed under one record and held out under another: the letter counts`]),
    ])]),
  ].join('\n\n');
}
