import { describe, expect, it } from 'vitest';
import { runChaos } from '../../scripts/chaos/run-chaos.ts';
import { startKillablePostgres } from '../../scripts/chaos/killable-postgres.ts';
import { findPostgres } from '../gateways/ledger-engines.ts';

const say = (): void => undefined;
const faults = { refuseForGood: 0.02, refuseForNow: 0.02, dropMidData: 0.02, late: 0.01, takeAndDrop: 0.02, closing: 0.01 };

describe('a campaign whose sender is killed again and again, to a relay that misbehaves', () => {
  it('ends with every address at most once and everybody settled, where the relay has a log', async () => {
    const report = await runChaos({ recipients: 800, kills: 3, seed: 1, relayLog: true, faults, among: ['mail worker'], say });
    expect(report.problems).toEqual([]);
    expect(report.twice).toBe(0);
    expect(report.claimedAtKills).toBeGreaterThan(0);
    expect(report.states).toMatchObject({ planned: 0, claimed: 0, in_doubt: 0 });
    // Refused for good by the relay; everybody else has a letter.
    expect(report.addresses).toBe(800 - report.states.hard_bounced);
    expect(report.states.hard_bounced).toBeGreaterThan(0);
  });

  it('leaves no more in doubt than was in flight, where there is no log', async () => {
    const report = await runChaos({ recipients: 800, kills: 3, seed: 2, relayLog: false, faults, say });
    expect(report.problems).toEqual([]);
    expect(report.twice).toBe(0);
    expect(report.states).toMatchObject({ planned: 0, claimed: 0 });
    expect(report.states.in_doubt).toBeGreaterThan(0);
  });

  it('ends so too when Postgres is killed beside it', async () => {
    if (findPostgres() === undefined) {
      console.log('No Postgres on this machine: its death is not tried.');
      return;
    }
    const server = await startKillablePostgres();
    try {
      const report = await runChaos({ recipients: 800, kills: 3, seed: 3, relayLog: true, faults, server, among: ['Postgres', 'mail worker'], say });
      expect(report.problems).toEqual([]);
      expect(report.kills.Postgres).toBeGreaterThan(0);
      expect(report.addresses).toBe(800 - report.states.hard_bounced);
    } finally {
      await server.stop();
    }
  });

  it('is as well served without any trouble: one letter an address', async () => {
    const report = await runChaos({ recipients: 300, kills: 0, seed: 4, relayLog: true, faults: {}, say });
    expect(report).toMatchObject({ problems: [], letters: 300, addresses: 300, twice: 0, claimedAtKills: 0 });
  });
});
