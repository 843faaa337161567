import { expect, test } from 'vitest';
import { renderDecisions } from '../../../scripts/decisions/render-decisions.ts';
import type { DecisionEntry } from '../../../activities/feedback/contract.ts';

const entry: DecisionEntry = { id: 'demo/2026-W48/offer-share', cycle: '2026-W48', kind: 'offer_share', subject: 'share of the arms', words: 'Arm A gets 80 % of the recipients instead of 50 %.', evidence: 'A: 300 of 2000', rule: 'thompson-share 2', actor: 'feedback', madeAt: '2026-11-30T06:00:00.000Z', undoneAt: '2026-12-01T08:30:00.000Z', undoes: null };

test('decisions read by cycle, each with its evidence and whether it stands', () => {
  const reversal = { ...entry, id: `${entry.id}/undone-1`, kind: 'reversal', words: `mara took back: ${entry.words}`, evidence: '', rule: 'undo', actor: 'mara', undoneAt: null, madeAt: '2026-12-01T08:30:00.000Z', undoes: entry.id };
  const other = { ...entry, id: 'demo/2026-W49/feature-list', cycle: '2026-W49', kind: 'no_change', words: 'The feature list stays.', undoneAt: null };
  expect(renderDecisions([other, reversal, entry], { color: false, shop: 'demo' })).toBe(`2026-W49
  The feature list stays.
    because A: 300 of 2000
    demo/2026-W49/feature-list, by feedback, rule thompson-share 2, 2026-11-30 06:00

2026-W48
  mara took back: Arm A gets 80 % of the recipients instead of 50 %.
    demo/2026-W48/offer-share/undone-1, by mara, rule undo, 2026-12-01 08:30
  Arm A gets 80 % of the recipients instead of 50 %. (undone 2026-12-01 08:30)
    because A: 300 of 2000
    demo/2026-W48/offer-share, by feedback, rule thompson-share 2, 2026-11-30 06:00`);
});

test('a shop without decisions says so', () => {
  expect(renderDecisions([], { color: false, shop: 'demo' })).toBe('No decision was made for shop demo yet: the first cycle makes some.');
});
