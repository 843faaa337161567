// npm run explain -- [shop/]2026-W48 <customer> [--show-address] [--json]
import { ClienteleError } from '../gateways/errors.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { readEnvironment } from '../workers/environment.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { fetchLake } from './command-line/fetch-lake.ts';
import { runCommand } from './command-line/run-command.ts';
import { parseCycleName } from './cycle/cycle-name.ts';
import { mayColor } from './display/paint.ts';
import { explainCustomer } from './explain/explain-customer.ts';
import { renderExplanation } from './explain/render-explanation.ts';

await runCommand(async () => {
  const program = createProgram('explain', 'Says why a customer is where it is: segment and reasons, scores, rules, the decision, and the lineage of each number.')
    .argument('<cycle>', 'shop/2026-W48; the week alone means the demo shop')
    .argument('<customer>', 'customer_id')
    .option('--show-address', 'print the address too', false)
    .option('--json', 'print JSON', false)
    .parse();
  const { shop, cycle } = parseCycleName(program.args[0] ?? '', 'demo');
  const { showAddress, json } = program.opts<{ showAddress: boolean; json: boolean }>();
  const environment = readEnvironment(process.env);
  const { lake, shops } = environment;
  await fetchLake(environment);
  // Sources only name files, and a lake may be read where the shop's folder is not.
  const { sources } = await openShopFolder(shops, shop).catch((error: unknown) => {
    if (error instanceof ClienteleError && error.code === 'SHOP_NOT_FOUND') return { sources: {} };
    throw error;
  });
  const explanation = await explainCustomer(await openWarehouse({ lake }), { shop, cycle, customer: program.args[1] ?? '', showAddress, sources });
  process.stdout.write(`${json ? JSON.stringify(explanation, undefined, 2) : renderExplanation(explanation, { color: mayColor(process.stdout, process.env) })}\n`);
  return exitCodes.ok;
});
