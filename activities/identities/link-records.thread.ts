import { parentPort } from 'node:worker_threads';
import { linkRecords, type LinkTask } from './link-records.ts';

parentPort!.once('message', (task: LinkTask) => { parentPort!.postMessage(linkRecords(task)); });
