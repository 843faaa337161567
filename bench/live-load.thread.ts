import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import type { LiveReport, LoadTask } from './live.ts';

const { url, token, rate, seconds, customers, products } = workerData as LoadTask;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const total = rate * seconds;
const took = new Float64Array(total);
let [sent, done, failed] = [0, 0, 0];
const start = performance.now();

function ask(number: number): void {
  const due = start + (number * 1000) / rate;
  const customer = `C${(number * 7919) % customers}`;
  const body = number % 5 === 0 ? JSON.stringify({ shop: 'demo', customer, kind: 'view', product: `P${(number * 31) % products}` }) : undefined;
  const end = (ok: boolean): void => {
    took[number] = performance.now() - due;
    if (!ok) failed++;
    if (++done === total) finish();
  };
  const call = request(body === undefined ? `${url}/recommendations/${customer}?shop=demo` : `${url}/events`, {
    agent, method: body === undefined ? 'GET' : 'POST', headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) },
  }, (answer) => {
    answer.resume();
    answer.on('end', () => end(answer.statusCode === (body === undefined ? 200 : 202)));
  });
  call.on('error', () => end(false));
  call.end(body);
}

function finish(): void {
  clearInterval(clock);
  agent.destroy();
  const span = (performance.now() - start) / 1000;
  const sorted = took.sort();
  const at = (share: number): number => sorted[Math.min(total - 1, Math.floor(share * total))]!;
  const report: LiveReport = { requests: total, perSecond: total / span, failed, median: at(0.5), p99: at(0.99), most: at(1) };
  parentPort!.postMessage(report);
}

const clock = setInterval(() => {
  while (sent < total && performance.now() >= start + (sent * 1000) / rate) ask(sent++);
}, 1);
