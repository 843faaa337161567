// npm run export -- [shop/]2026-W48 --out <file> [--relation features.profiles] [--format parquet|arrow|csv] [--json]
import { resolve } from 'node:path';
import { Option } from 'commander';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { readEnvironment } from '../workers/environment.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { fetchLake } from './command-line/fetch-lake.ts';
import { runCommand } from './command-line/run-command.ts';
import { parseCycleName } from './cycle/cycle-name.ts';
import { formatCount } from './display/format-number.ts';
import { exportFormats, exportRelation, type ExportFormat } from './export/export-relation.ts';

await runCommand(async ({ say }) => {
  const program = createProgram('export', 'Writes a relation of a cycle to a file: what is known of every customer, unless another is named.')
    .argument('<cycle>', 'shop/2026-W48; the week alone means the demo shop')
    .requiredOption('--out <file>', 'the file to write')
    .option('--relation <layer.relation>', 'which one', 'features.profiles')
    .addOption(new Option('--format <format>', 'of the file').choices(exportFormats).default('parquet'))
    .option('--json', 'print JSON', false)
    .parse();
  const { shop, cycle } = parseCycleName(program.args[0] ?? '', 'demo');
  const { out, relation, format, json } = program.opts<{ out: string; relation: string; format: ExportFormat; json: boolean }>();
  const file = resolve(process.env['INIT_CWD'] ?? process.cwd(), out);
  const environment = readEnvironment(process.env);
  await fetchLake(environment, `${shop}/${cycle}/`);
  const { rows, bytes } = await exportRelation(await openWarehouse({ lake: environment.lake }), { shop, cycle, relation, format, out: file });
  process.stdout.write(json ? `${JSON.stringify({ file, relation, format, rows, bytes }, undefined, 2)}\n` : `${file}\n`);
  say(`${formatCount(rows)} rows of ${relation}, ${formatCount(bytes)} bytes. Nothing in it is masked.`);
  return exitCodes.ok;
});
