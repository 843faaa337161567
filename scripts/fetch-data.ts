// npm run fetch-data -- <name> [--to <folder>] [--json]
import { relative, resolve } from 'node:path';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { runCommand } from './command-line/run-command.ts';
import { dataSets, fetchData } from './fetch-data/fetch-data.ts';
import { runTool } from './processes/run-tool.ts';

await runCommand(async ({ say }) => {
  const program = createProgram('fetch-data', 'Fetches a public data set for one of the example shops.')
    .argument('<name>', Object.keys(dataSets).join(' or '))
    .option('--to <folder>', 'data folder', 'var/datasets')
    .option('--json', 'print JSON', false)
    .parse();
  const { to, json } = program.opts<{ to: string; json: boolean }>();
  const [name = ''] = program.args;
  const fetched = await fetchData(name, to, (tool, parameters) => runTool(tool, parameters, { environment: process.env, timeoutSeconds: 600 }));
  const data = relative(process.cwd(), resolve(to)) || '.';
  if (json) process.stdout.write(`${JSON.stringify({ name, data, ...fetched }, undefined, 2)}\n`);
  say(`${name} ${fetched.wasThere ? 'was already' : 'is now'} in ${fetched.folder}.`);
  say(`Next: npm run cycle -- --shop ${name} --data ${data}`);
  return exitCodes.ok;
});
