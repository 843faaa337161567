import { parentPort } from 'node:worker_threads';
import { UMAP } from '../../algorithms/decompose/umap.ts';
import type { PictureTask } from './picture-neighbourhoods.ts';

parentPort!.once('message', ({ matrix, rows, columns, seed }: PictureTask) => {
  // Fewer customers have fewer neighbours; of one or two there is no picture to draw.
  const nNeighbors = Math.min(15, rows - 1);
  const places = nNeighbors < 2 ? new Float64Array(rows * 2) : new UMAP({ nNeighbors, seed }).fitTransform(matrix, rows, columns);
  parentPort!.postMessage(places, [places.buffer as ArrayBuffer]);
});
