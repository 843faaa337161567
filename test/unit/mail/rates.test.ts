import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from '../../../gateways/mail/circuit-breaker.ts';
import { createDomainPace, domainOf } from '../../../gateways/mail/domain-pace.ts';
import { refusalFault, refusesMailbox } from '../../../gateways/mail/refusal-fault.ts';
import type { RelayAnswer } from '../../../gateways/mail/relay-answer.ts';
import { createTokenBucket } from '../../../gateways/mail/token-bucket.ts';
import { readMailEnvironment } from '../../../workers/mail-environment.ts';

/** A clock that the test moves. */
function handClock(): { now: () => number; pass(milliseconds: number): void } {
  let at = 1000;
  return { now: () => at, pass: (milliseconds) => { at += milliseconds; } };
}
const accepted: RelayAnswer = { outcome: 'accepted', text: '250 ok' };
const deferred: RelayAnswer = { outcome: 'refused_for_now', code: 421, text: '421 4.7.0 slow down', fault: 'relay' };
const full: RelayAnswer = { outcome: 'refused_for_now', code: 452, text: '452 4.2.2 mailbox full', fault: 'recipient' };

describe('a token bucket', () => {
  it('gives a burst of a second and then the rate, whatever the moments of asking', () => {
    fc.assert(fc.property(fc.double({ min: 0.2, max: 500, noNaN: true }), fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 }), (rate, gaps) => {
      const clock = handClock();
      const bucket = createTokenBucket(rate, clock.now);
      let taken = 0;
      let passed = 0;
      for (const gap of gaps) {
        clock.pass(gap);
        passed += gap;
        while (bucket.wait() === 0) {
          bucket.take();
          taken += 1;
        }
      }
      expect(taken).toBeLessThanOrEqual(Math.max(1, rate) + rate * passed / 1000 + 1e-6);
    }), { seed: 3 });
  });

  it('is honest about the wait: just after it there is a token', () => {
    const clock = handClock();
    const bucket = createTokenBucket(4, clock.now);
    for (let taken = 0; taken < 6; taken += 1) bucket.take();
    expect(bucket.wait()).toBeCloseTo(750);
    clock.pass(750);
    expect(bucket.wait()).toBe(0);
  });

  it('without a limit never waits, and takes one later', () => {
    const clock = handClock();
    const bucket = createTokenBucket(Infinity, clock.now);
    for (let taken = 0; taken < 1000; taken += 1) bucket.take();
    expect(bucket.wait()).toBe(0);
    bucket.setRate(1);
    bucket.take();
    expect(bucket.wait()).toBeCloseTo(1000);
    expect(() => createTokenBucket(0)).toThrow(RangeError);
  });
});

describe('a circuit', () => {
  it('opens after failures in a row only, lets one try after the pause, and pauses twice as long each time it fails', () => {
    const clock = handClock();
    const circuit = createCircuitBreaker({ failures: 3, firstPause: 100, longestPause: 300, now: clock.now });
    for (let turn = 0; turn < 10; turn += 1) {
      circuit.failed();
      circuit.failed();
      circuit.succeeded();
    }
    expect(circuit.state()).toBe('closed');
    for (let turn = 0; turn < 3; turn += 1) circuit.failed();
    for (const pause of [100, 200, 300, 300]) {
      clock.pass(pause - 1);
      expect(circuit.state()).toBe('open');
      clock.pass(1);
      expect(circuit.state()).toBe('half_open');
      circuit.begin();
      expect(circuit.state()).toBe('open');
      circuit.failed();
    }
    clock.pass(300);
    circuit.begin();
    circuit.succeeded();
    expect(circuit.state()).toBe('closed');
  });
});

describe('the pace of a domain', () => {
  it('halves with each deferral, and every domain has its own', () => {
    const clock = handClock();
    const pace = createDomainPace({ perDomain: 8 }, clock.now);
    pace.begin('slow.example');
    pace.learn('slow.example', deferred);
    expect(pace.wait('slow.example')).toBe(1000);
    expect(pace.wait('quick.example')).toBe(0);
    clock.pass(1000);
    pace.learn('slow.example', deferred);
    expect(pace.wait('slow.example')).toBe(2000);
    clock.pass(2000);
    for (let taken = 0; taken < 2; taken += 1) pace.begin('slow.example');
    // 8, then 4, then 2 a second.
    expect(pace.wait('slow.example')).toBeCloseTo(500);
  });

  it('takes letters that were on their way together for one deferral', () => {
    const clock = handClock();
    const pace = createDomainPace({ perDomain: 8 }, clock.now);
    for (let letter = 0; letter < 5; letter += 1) pace.learn('slow.example', deferred);
    expect(pace.wait('slow.example')).toBe(1000);
  });

  it('starts from what an unlimited domain was getting, and is free again after enough accepted letters', () => {
    const clock = handClock();
    const pace = createDomainPace({}, clock.now);
    for (let letter = 0; letter < 40; letter += 1) pace.begin('big.example');
    pace.learn('big.example', deferred);
    clock.pass(1000);
    for (let letter = 0; letter < 20; letter += 1) pace.begin('big.example');
    expect(pace.wait('big.example')).toBeGreaterThan(0);
    for (let letter = 0; letter < 200; letter += 1) pace.learn('big.example', accepted);
    for (let letter = 0; letter < 1000; letter += 1) pace.begin('big.example');
    expect(pace.wait('big.example')).toBe(0);
  });

  it('never exceeds a set limit and never stands still', () => {
    const clock = handClock();
    const pace = createDomainPace({ domains: { 'set.example': 2 }, slowest: 0.5 }, clock.now);
    for (let letter = 0; letter < 1000; letter += 1) pace.learn('set.example', accepted);
    for (let letter = 0; letter < 3; letter += 1) pace.begin('set.example');
    expect(pace.wait('set.example')).toBeCloseTo(1000);
    for (let turn = 0; turn < 20; turn += 1) {
      clock.pass(400_000);
      pace.learn('set.example', deferred);
    }
    expect(pace.wait('set.example')).toBeLessThanOrEqual(300_000);
    clock.pass(300_000);
    pace.begin('set.example');
    expect(pace.wait('set.example')).toBeLessThanOrEqual(2000);
  });

  it('is not changed by a full mailbox or a refusal for good', () => {
    const clock = handClock();
    const pace = createDomainPace({}, clock.now);
    for (const answer of [full, { outcome: 'refused_permanently', text: '550 5.1.1', fault: 'recipient' }, { outcome: 'unknown', text: '' }] as const) pace.learn('good.example', answer);
    for (let letter = 0; letter < 1000; letter += 1) pace.begin('good.example');
    expect(pace.wait('good.example')).toBe(0);
    expect(domainOf('"a@b"@Good.Example')).toBe('good.example');
  });
});

describe('a refusal is the matter of', () => {
  it.each([
    ['rcpt', 550, '550 5.1.1 no such user', 'recipient', true],
    ['rcpt', 550, '550-5.1.1 no such\n550 5.1.1 user', 'recipient', true],
    ['rcpt', 550, '550 no such user', 'recipient', true],
    ['rcpt', 550, '550 5.2.1 mailbox disabled', 'recipient', true],
    ['rcpt', 552, '552 5.2.2 mailbox full', 'recipient', false],
    ['rcpt', 452, '452 4.2.2 mailbox full', 'recipient', false],
    ['rcpt', 450, '450 busy', 'recipient', false],
    ['rcpt', 451, '451 4.7.1 greylisted', 'relay', false],
    ['rcpt', 451, '451 local error', 'relay', false],
    ['rcpt', 550, '550 5.7.1 blocked by a list', 'relay', false],
    ['rcpt', 554, '554 no relaying', 'relay', false],
    ['end', 554, '554 looks like spam', 'relay', false],
    ['end', 552, '552 5.3.4 too big', 'ours', false],
    ['end', 550, '550 5.6.0 malformed', 'ours', false],
    ['mail', 550, '550 sender refused', 'ours', false],
    ['mail', 553, '553 5.1.8 sender domain unknown', 'ours', false],
    ['mail', 451, '451 4.3.0 try later', 'relay', false],
    ['data', 421, '421 4.3.2 closing', 'relay', false],
  ] as const)('%s %i "%s": %s, mailbox dead: %s', (command, code, text, fault, dead) => {
    expect([refusalFault(command, code, text), refusesMailbox(command, code, text)]).toEqual([fault, dead]);
  });
});

describe('the environment of mail', () => {
  it('may say nothing', () => {
    expect(readMailEnvironment({ DKIM_KEY: '', DOMAIN_RATES: '' })).toEqual({});
  });

  it('reads how long the relay takes to log a letter', () => {
    expect(readMailEnvironment({ SMTP_LOG_SETTLES_AFTER: '45' }).settleAfterSeconds).toBe(45);
  });

  it('shares the rates among the processes that send, so that together they keep to them', () => {
    expect(readMailEnvironment({ DOMAIN_RATES: '*=100 gmail.com=20', MAIL_WORKERS: '4' }).domainRates).toEqual({ perDomain: 25, domains: { 'gmail.com': 5 } });
    for (const text of ['0', '-1', '1.5', 'two']) expect(() => readMailEnvironment({ MAIL_WORKERS: text })).toThrow(/MAIL_WORKERS/);
  });

  it('reads rates by domain', () => {
    expect(readMailEnvironment({ DOMAIN_RATES: '*=100 Gmail.com=20, web.de=2.5' }).domainRates).toEqual({ perDomain: 100, domains: { 'gmail.com': 20, 'web.de': 2.5 } });
  });

  it.each([
    [{ DOMAIN_RATES: 'gmail.com' }, 'DOMAIN_RATES'], [{ DOMAIN_RATES: 'gmail.com=0' }, 'DOMAIN_RATES'], [{ MAIL_REPORTS_SECRET: 'short' }, 'MAIL_REPORTS_SECRET'],
    [{ SMTP_LOG_SETTLES_AFTER: '0' }, 'SMTP_LOG_SETTLES_AFTER'], [{ DKIM_KEY: 'k' }, 'DKIM_DOMAIN'], [{ DKIM_DOMAIN: 'a.example', DKIM_KEY: 'k' }, 'DKIM_SELECTOR'], [{ DKIM_DOMAIN: 'a.example', DKIM_SELECTOR: 's' }, 'DKIM_KEY_FILE'],
    [{ DKIM_DOMAIN: 'a.example', DKIM_SELECTOR: 's', DKIM_KEY_FILE: '/nowhere' }, 'DKIM_KEY_FILE'],
  ])('refuses %j', (variables, name) => {
    expect(() => readMailEnvironment(variables)).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID', message: expect.stringContaining(name) as string }));
  });
});
