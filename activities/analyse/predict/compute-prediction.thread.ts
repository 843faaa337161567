import { parentPort } from 'node:worker_threads';
import { computePrediction, type PredictionTask } from './compute-prediction.ts';

parentPort!.once('message', (task: PredictionTask) => {
  void computePrediction(task).then((prediction) => parentPort!.postMessage(prediction, [prediction.probabilities.buffer as ArrayBuffer, prediction.coefficients.buffer as ArrayBuffer]));
});
