import { ClienteleError } from '../../gateways/errors.ts';
import { readEnvironment, type WorkerEnvironment } from '../../workers/environment.ts';
import { distance } from '../command-line/nearest-command.ts';
import { notesOf, type Finding } from './finding.ts';

const note = notesOf('environment');

const known = [
  'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_API_KEY', 'DATABASE_URL', 'SMTP_URL', 'SMTP_LOG', 'SMTP_LOG_SETTLES_AFTER', 'DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY', 'DKIM_KEY_FILE',
  'RETURN_PATH', 'MAIL_REPORTS', 'MAIL_REPORTS_SECRET', 'DOMAIN_RATES', 'PUBLIC_URL', 'PUBLIC_HOST', 'PUBLIC_PORT', 'LINK_SECRET', 'SHOP_TOKEN', 'LAKE', 'SHOPS', 'CLIENTELE_HOME',
  'DEPLOYMENT_VERSION', 'WAREHOUSE_MEMORY', 'WAREHOUSE_THREADS', 'LOG_LEVEL', 'CONSOLE_USERS', 'CONSOLE_PASSWORD_HASH', 'API_TOKEN', 'UV_THREADPOOL_SIZE',
];

/** The settings that workers read, and names that look like a misspelt one. No value is ever shown. */
export function checkEnvironment(variables: Readonly<NodeJS.ProcessEnv>): { readonly findings: readonly Finding[]; readonly environment?: WorkerEnvironment } {
  const set = known.filter((name) => (variables[name] ?? '') !== '');
  // `SHOP_…` are the shop's own names; short ones are near too many words.
  const misspelt = Object.keys(variables).filter((name) => name.length > 5 && !known.includes(name) && !name.startsWith('SHOP_')).flatMap((name) => {
    const meant = known.find((other) => other.length > 5 && distance(name, other) <= 2);
    return meant === undefined ? [] : [note.warning(name, `is no setting; ${meant} is`, `Rename ${name} to ${meant}, if that is meant.`)];
  });
  try {
    const environment = readEnvironment(variables);
    return { environment, findings: [note.ok('settings', set.length === 0 ? 'none set: everything is local' : `${set.join(', ')} are set and readable`), ...misspelt] };
  } catch (error) {
    if (!(error instanceof ClienteleError)) return { findings: [note.failed('settings', `could not be read: ${(error as Error).message}`, 'Let this user write the folder that CLIENTELE_HOME names.'), ...misspelt] };
    const [, found = error.message, mend = ''] = /^(.*?\.) (.*)$/s.exec(error.message) ?? [];
    return { findings: [note.failed('settings', found, mend || 'Correct it, or leave it unset for the default.'), ...misspelt] };
  }
}
