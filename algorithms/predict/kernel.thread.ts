import { workerData } from 'node:worker_threads';
import { helpTeam } from './kernel-team.ts';
import type { KernelThreadData } from './kernel-team.ts';

helpTeam(workerData as KernelThreadData);
