// npm run preview -- [shop/]2026-W48 <customer> [--out <file>] [--send-to <address>] [--json]
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { previewLetter } from '../activities/campaign/dispatch/preview-letter.ts';
import { createLetterComposer } from '../activities/campaign/letters/create-letter-composer.ts';
import { createLinks } from '../activities/campaign/signed-link.ts';
import { ClienteleError } from '../gateways/errors.ts';
import { createDkimSigner } from '../gateways/mail/dkim-signer.ts';
import { openRelay } from '../gateways/mail/relay.ts';
import { createReturnPaths } from '../gateways/mail/return-path.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { readEnvironment } from '../workers/environment.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { fetchLake } from './command-line/fetch-lake.ts';
import { runCommand } from './command-line/run-command.ts';
import { parseCycleName } from './cycle/cycle-name.ts';
import { findRunningStack } from './stack/running-stack.ts';

await runCommand(async ({ say, stops }) => {
  const program = createProgram('preview', 'Writes the very message that a customer of a cycle\'s plan gets.')
    .argument('<cycle>', 'shop/2026-W48; the week alone means the demo shop')
    .argument('<customer>', 'customer_id')
    .option('--out <file>', 'where to; var/previews/<shop>/<cycle>/<key>.eml when absent')
    .option('--send-to <address>', 'sends the message to this address too, by SMTP_URL')
    .option('--json', 'print JSON', false)
    .parse();
  const { shop, cycle } = parseCycleName(program.args[0] ?? '', 'demo');
  const { out, sendTo, json } = program.opts<{ out?: string; sendTo?: string; json: boolean }>();
  const environment = readEnvironment(process.env);
  await fetchLake(environment);
  const { mail, linkSecret, smtpUrl } = environment;
  const publicUrl = environment.publicUrl ?? (await findRunningStack(root))?.webUrl ?? 'http://127.0.0.1';
  const dkim = mail.dkim === undefined ? undefined : createDkimSigner(mail.dkim);
  const { key, letter, message } = await previewLetter({
    warehouse: await openWarehouse({ lake: environment.lake }), dkim,
    letters: createLetterComposer({ shops: (name) => openShopFolder(environment.shops, name), links: createLinks({ publicUrl, secret: linkSecret }) }),
    returnPath: mail.returnPath === undefined ? undefined : createReturnPaths({ mailbox: mail.returnPath, secret: linkSecret }).of,
  }, { shop, cycle, campaign: `${shop}/${cycle}/weekly`, customerId: program.args[1] ?? '', date: new Date() });

  // Named by the key: a customer's id may hold anything, a path among it.
  const file = out === undefined ? join(environment.home, 'previews', shop, cycle, `${key}.eml`) : resolve(process.env['INIT_CWD'] ?? process.cwd(), out);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, message);
  process.stdout.write(json ? `${JSON.stringify({ file, key, bytes: message.length }, undefined, 2)}\n` : `${file}\n`);
  say(`${message.length.toLocaleString('en')} bytes. Its links are the customer's own: unsubscribing there unsubscribes the customer.`);
  if (sendTo === undefined) return exitCodes.ok;
  if (smtpUrl === undefined) throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'SMTP_URL', problem: 'not set', remedy: 'Set it to the mail relay, for example smtp://user:password@relay:587.' });
  const relay = openRelay({ url: smtpUrl, dkim });
  stops.add(() => relay.close());
  const answer = await relay.deliver({ ...letter, to: sendTo });
  if (answer.outcome !== 'accepted') throw new ClienteleError('RELAY_UNREACHABLE', { relay: 'SMTP_URL', problem: `the letter was not taken (${answer.outcome}${answer.code === undefined ? '' : `, ${answer.code}`})` });
  say('The relay took it.');
  return exitCodes.ok;
});
