import { parentPort } from 'node:worker_threads';
import { computeRecommendations, type RecommendTask } from './compute-recommendations.ts';

parentPort!.once('message', (task: RecommendTask) => { parentPort!.postMessage(computeRecommendations(task)); });
