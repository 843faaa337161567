import type { Client } from '@temporalio/client';
import { taskQueues } from '../../workflows/activity-options.ts';
import { notesOf, wordsOf, type Finding } from './finding.ts';

const note = notesOf('Temporal');

/** How Temporal is reached: a connection, why there is none, or that a command will start a server of its own. */
export type TemporalDoor =
  | { readonly kind: 'open'; readonly address: string; readonly whose: 'yours' | 'a running stack' ; readonly client: Client }
  | { readonly kind: 'shut'; readonly address: string; readonly problem: string }
  | { readonly kind: 'own'; readonly program: string }
  | { readonly kind: 'none'; readonly problem: string };

/** Whether the server answers, knows the namespace, and has workers. */
export async function checkTemporal(door: TemporalDoor): Promise<Finding[]> {
  if (door.kind === 'own') return [note.ok('server', `commands start their own, ${door.program}`)];
  if (door.kind === 'none') return [note.failed('server', door.problem, 'Install the `temporal` command, or set TEMPORAL_ADDRESS to a server.')];
  if (door.kind === 'shut') return [note.failed('server', `${door.address} does not answer: ${door.problem}`, 'Check TEMPORAL_ADDRESS, TLS and API key (TEMPORAL_TLS, TEMPORAL_API_KEY), and that the server runs.')];
  const { client, address, whose } = door;
  const { namespace } = client.options;
  const reached = note.ok('server', `${address} answers (${whose})`);
  try {
    await client.workflowService.describeNamespace({ namespace });
  } catch (error) {
    return [reached, note.failed('namespace', `${namespace}: ${wordsOf(error)}`, `Create it: temporal operator namespace create ${namespace}, or correct TEMPORAL_NAMESPACE.`)];
  }
  const queues = Object.values(taskQueues);
  const polled = await Promise.all(queues.map(async (name) => ((await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType: name === taskQueues.orchestrate ? 1 : 2 })).pollers ?? []).length));
  const deserted = queues.filter((_, index) => polled[index] === 0);
  return [
    reached, note.ok('namespace', `${namespace} is there`),
    // Commands bring a worker of their own, so nobody at a queue is no fault of a machine where nothing runs.
    deserted.length === 0 ? note.ok('workers', `${queues.join(', ')} are served`) : note.warning('workers', `nobody serves ${deserted.join(', ')} now`, 'Keep npm start running, or start workers/worker.ts --queue for each.'),
  ];
}
