import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import { decideAlert, listAlerts, listVerdicts, openAlerts, type RiskAlert } from '../../gateways/ledger/risk-alerts.ts';
import { startPglite, type LedgerEngine } from './ledger-engines.ts';

const now = new Date('2026-11-23T08:00:00Z');
const alert = (paymentId: string, score: number): RiskAlert => ({ paymentId, orderId: `o-${paymentId}`, customerId: 'c1', amount: 12.5, paidAt: '2026-11-20T10:00:00', score, reasons: ['a reason'] });

describe('the review queue', () => {
  let engine: LedgerEngine;
  let ledger: Ledger;
  beforeAll(async () => {
    engine = startPglite();
    ledger = await engine.open();
  });
  afterAll(async () => {
    await ledger.close();
    await engine.stop();
  });
  const queue = async (): Promise<readonly (readonly [string, number])[]> => (await listAlerts(ledger, 'demo', { open: true })).map(({ paymentId, score }) => [paymentId, score] as const);

  test('has the highest score first, and a payment once: the latest score counts', async () => {
    await openAlerts(ledger, { shop: 'demo', cycle: '2026-W47', alerts: [alert('y1', 0.2), alert('y2', 0.9)], now });
    await openAlerts(ledger, { shop: 'demo', cycle: '2026-W48', alerts: [alert('y1', 0.95)], now });
    await openAlerts(ledger, { shop: 'other', cycle: '2026-W48', alerts: [alert('y1', 0.5)], now });
    expect(await queue()).toEqual([['y1', 0.95], ['y2', 0.9]]);
    expect((await listAlerts(ledger, 'demo', { open: true }))[0]).toMatchObject({ paidAt: '2026-11-20T10:00:00', amount: 12.5, reasons: ['a reason'], cycle: '2026-W48' });
  });

  test('loses what a person has decided; the verdict is a label, and no later score opens it again', async () => {
    await decideAlert(ledger, { shop: 'demo', paymentId: 'y1', verdict: 'genuine', by: 'Ada', comment: 'called', now });
    await openAlerts(ledger, { shop: 'demo', cycle: '2026-W49', alerts: [alert('y1', 0.99)], now });
    expect(await queue()).toEqual([['y2', 0.9]]);
    expect(await listVerdicts(ledger, 'demo')).toEqual([{ paymentId: 'y1', customerId: 'c1', verdict: 'genuine' }]);
    expect((await listAlerts(ledger, 'demo', { open: false }))[0]).toMatchObject({ paymentId: 'y1', score: 0.95, decidedBy: 'Ada', comment: 'called' });
  });

  test('takes back a verdict by another one', async () => {
    await decideAlert(ledger, { shop: 'demo', paymentId: 'y1', verdict: 'fraud', by: 'Ben', comment: '', now });
    expect(await listVerdicts(ledger, 'demo')).toEqual([{ paymentId: 'y1', customerId: 'c1', verdict: 'fraud' }]);
  });

  test('knows no verdict on what it never asked about', async () => {
    await expect(decideAlert(ledger, { shop: 'demo', paymentId: 'nothing', verdict: 'fraud', by: 'Ada', comment: '', now })).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
  });
});
