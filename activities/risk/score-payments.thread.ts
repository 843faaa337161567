import { parentPort } from 'node:worker_threads';
import { scorePayments, type ScoringTask } from './score-payments.ts';

parentPort!.once('message', (task: ScoringTask) => {
  const scoring = scorePayments(task);
  parentPort!.postMessage(scoring, [scoring.scores.buffer as ArrayBuffer]);
});
