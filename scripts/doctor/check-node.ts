import { notesOf, type Finding } from './finding.ts';

const note = notesOf('Node');

/** @param version as `process.versions.node` gives it */
export function checkNode(version: string): Finding {
  const major = Number.parseInt(version, 10);
  if (major === 24) return note.ok('version', `Node ${version}`);
  // From 26 on a global `Temporal` leaks the machine's time into the workflows' sandbox; before 24 types are not stripped.
  return note.failed('version', `Node ${version}, where 24 is needed`, 'Start commands by npm run or clientele, which bring Node 24.');
}
