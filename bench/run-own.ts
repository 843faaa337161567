// The project's side of one run: run-own.ts <module of the subject> <input as JSON>. Started by side-by-side.ts, prints one Measurement.
import { readFile } from 'node:fs/promises';
import { highWaterMark } from './peak-memory.ts';
import type { Subject } from './side-by-side.ts';

const [module, input] = process.argv.slice(2);
if (module === undefined || input === undefined) throw new TypeError('run-own.ts needs the module of a subject and an input');
const { subject } = await import(module) as { readonly subject: Subject<object> };
const measured = await subject.own(JSON.parse(input));
const peakBytes = highWaterMark(await readFile('/proc/self/status', 'utf8').catch(() => ''));
process.stdout.write(`\n${JSON.stringify({ ...measured, peakBytes: Number.isNaN(peakBytes) ? process.resourceUsage().maxRSS * 1024 : peakBytes })}\n`);
