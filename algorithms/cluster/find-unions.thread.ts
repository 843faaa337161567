import { parentPort, workerData } from 'node:worker_threads';
import { findUnions } from './find-unions.ts';
import type { UnionsRequest } from './find-unions.ts';

parentPort?.postMessage(findUnions(workerData as UnionsRequest));
