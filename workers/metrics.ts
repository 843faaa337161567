import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Relay } from '../gateways/mail/relay.ts';

/** What a process counts for Prometheus. Temporal's own metrics are beside them under `temporal_`. */
export interface Metrics {
  readonly registry: Registry;
  activityBegan(activity: string): void;
  /** @param code of the failure; undefined when it went well */
  activityEnded(activity: string, step: string, seconds: number, code: string | undefined): void;
  rowsWritten(step: string, rows: number, bytes: number): void;
  pageAnswered(place: string, status: number, seconds: number): void;
  /** The same relay, whose answers are counted. */
  countRelay(relay: Relay): Relay;
}

/** From a look-up to a fit of hours. */
const workBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];
const quickBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const activities = new Histogram({ name: 'clientele_activity_seconds', help: 'Duration of activities by step, outcome and code of the failure.', labelNames: ['activity', 'step', 'outcome', 'code'], buckets: workBuckets, registers });
  const running = new Gauge({ name: 'clientele_activities_running', help: 'Activities that run now.', labelNames: ['activity'], registers });
  const rows = new Counter({ name: 'clientele_rows_written_total', help: 'Rows of the relations that a step handed on.', labelNames: ['step'], registers });
  const bytes = new Counter({ name: 'clientele_bytes_written_total', help: 'Bytes of the relations that a step handed on.', labelNames: ['step'], registers });
  const letters = new Histogram({ name: 'clientele_letter_seconds', help: 'Time until the relay answered for a letter, by outcome and reply code.', labelNames: ['outcome', 'reply'], buckets: quickBuckets, registers });
  const pages = new Histogram({ name: 'clientele_page_seconds', help: 'Time until a page or an API answer began.', labelNames: ['place', 'status'], buckets: quickBuckets, registers });
  return {
    registry,
    activityBegan: (activity) => { running.inc({ activity }); },
    activityEnded(activity, step, seconds, code) {
      running.dec({ activity });
      activities.observe({ activity, step, outcome: code === undefined ? 'done' : 'failed', code: code ?? '' }, seconds);
    },
    rowsWritten(step, count, size) {
      rows.inc({ step }, count);
      bytes.inc({ step }, size);
    },
    pageAnswered: (place, status, seconds) => { pages.observe({ place, status: `${Math.floor(status / 100)}xx` }, seconds); },
    countRelay: (relay) => ({
      maximumConnections: relay.maximumConnections,
      async deliver(letter) {
        const began = performance.now();
        const answer = await relay.deliver(letter);
        letters.observe({ outcome: answer.outcome, reply: answer.code === undefined ? '' : String(answer.code) }, (performance.now() - began) / 1000);
        return answer;
      },
      close: () => relay.close(),
    }),
  };
}
