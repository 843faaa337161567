import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ClienteleError } from '../gateways/errors.ts';
import { readLakeStore, type LakeStore } from './lake-store.ts';
import { readMailEnvironment, type MailEnvironment } from './mail-environment.ts';
import { readObservability, type ObservabilityEnvironment } from './observability.ts';
import { accountsSchema, type Accounts } from '../web/access/accounts.ts';

const root = resolve(import.meta.dirname, '..');

/** An empty variable is an unset one: compose files and CI write them so. */
const optional = z.string().optional().transform((text) => (text === '' ? undefined : text));
const withDefault = (value: string) => optional.transform((text) => text ?? value);
const wholeNumber = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number);
const numberOr = (value: number, from: number, to: number) => optional.pipe(wholeNumber.pipe(z.number().min(from).max(to)).optional()).transform((given) => given ?? value);

const schema = z.object({
  CLIENTELE_HOME: withDefault(join(root, 'var')).transform((folder) => resolve(folder)),
  SHOPS: withDefault(join(root, 'shops')).transform((folder) => resolve(folder)),
  LAKE: optional,
  DATABASE_URL: optional.pipe(z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgres://').optional()),
  SMTP_URL: optional,
  SMTP_LOG: optional,
  PUBLIC_URL: optional.pipe(z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional()),
  PUBLIC_HOST: withDefault('127.0.0.1'),
  PUBLIC_PORT: numberOr(0, 0, 65_535),
  LINK_SECRET: optional.pipe(z.string().min(32, 'must be 32 characters or more').optional()),
  LOG_LEVEL: withDefault('info').pipe(z.enum(['trace', 'debug', 'info', 'warn', 'error'])),
  DEPLOYMENT_VERSION: optional,
  SHOP_TOKEN: optional.pipe(z.string().min(16, 'must be 16 characters or more').optional()),
  CONSOLE_USERS: optional,
  CONSOLE_PASSWORD_HASH: optional,
  API_TOKEN: optional.pipe(z.string().regex(/^\S+$/, 'must have no spaces').min(32, 'must be 32 characters or more').optional()),
  WAREHOUSE_THREADS: optional.pipe(wholeNumber.pipe(z.number().positive()).optional()),
  WAREHOUSE_MEMORY: optional.pipe(z.string().regex(/^\d+(\.\d+)?\s?[KMGT]i?B$/, 'must be a size like 4GB').optional()),
  UV_THREADPOOL_SIZE: numberOr(4, 1, 1024),
});

/** What a worker process is told by its environment, validated. */
export interface WorkerEnvironment {
  readonly root: string;
  /** Folder of everything written that is neither lake nor database. */
  readonly home: string;
  readonly shops: string;
  readonly lake: string;
  /** Where the lake is an object store, of which the folder `lake` is this machine's mirror. */
  readonly lakeStore?: LakeStore;
  readonly databaseUrl?: string;
  /** Undefined where this process is not to send mail. */
  readonly smtpUrl?: string;
  readonly smtpLog?: string;
  readonly mail: MailEnvironment;
  /** Undefined: the address that the web pages are served at. */
  readonly publicUrl?: string;
  /** Loopback unless PUBLIC_HOST says otherwise. */
  readonly publicHost: string;
  readonly publicPort: number;
  readonly linkSecret: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  /** Set: this worker takes part in Temporal's Worker Versioning under this build id. */
  readonly deploymentVersion?: string;
  readonly warehouse: { readonly threads?: number; readonly memoryLimit?: string };
  /** Bearer token of the shops' checkouts. */
  readonly shopToken?: string;
  /** Who may enter the console and the API: CONSOLE_USERS, the operator of CONSOLE_PASSWORD_HASH, the program of API_TOKEN. */
  readonly accounts: Accounts;
  /** `SHOP_*` but the token, which sources may read. */
  readonly shopVariables: Readonly<Record<string, string>>;
  /** Threads of libuv, which DuckDB, files and hashing share. */
  readonly threads: number;
  readonly observability: ObservabilityEnvironment;
}

/**
 * Reads and validates the environment; Temporal's own variables are read where the connection is made.
 * @throws ClienteleError ENVIRONMENT_INVALID for the first variable that is wrong
 */
export function readEnvironment(variables: Readonly<NodeJS.ProcessEnv>): WorkerEnvironment {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ClienteleError('ENVIRONMENT_INVALID', { name: String(issue?.path[0]), problem: `not usable: ${issue?.message}`, remedy: 'Correct it, or leave it unset for the default.' });
  }
  const { data } = parsed;
  const lakeStore = readLakeStore(variables);
  return {
    root,
    home: data.CLIENTELE_HOME,
    shops: data.SHOPS,
    lake: lakeStore !== undefined ? resolve(data.CLIENTELE_HOME, 'lake-mirror', lakeStore.bucket, lakeStore.prefix) : data.LAKE ?? join(data.CLIENTELE_HOME, 'lake'),
    lakeStore,
    databaseUrl: data.DATABASE_URL,
    smtpUrl: data.SMTP_URL,
    smtpLog: data.SMTP_LOG,
    mail: readMailEnvironment(variables),
    publicUrl: data.PUBLIC_URL,
    publicHost: data.PUBLIC_HOST,
    publicPort: data.PUBLIC_PORT,
    linkSecret: data.LINK_SECRET ?? keptSecret(data.CLIENTELE_HOME),
    logLevel: data.LOG_LEVEL,
    deploymentVersion: data.DEPLOYMENT_VERSION,
    shopToken: data.SHOP_TOKEN,
    accounts: readAccounts(data),
    warehouse: { threads: data.WAREHOUSE_THREADS, memoryLimit: data.WAREHOUSE_MEMORY },
    shopVariables: Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (name.startsWith('SHOP_') && name !== 'SHOP_TOKEN' && value !== undefined ? [[name, value]] : []))),
    threads: data.UV_THREADPOOL_SIZE,
    observability: readObservability(variables),
  };
}

/** The secret behind the links in mail, made once and kept: a new one would break every link that was ever sent. */
function keptSecret(home: string): string {
  const file = join(home, 'link-secret');
  mkdirSync(home, { recursive: true });
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
    chmodSync(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

/** The users' file, and who is named by variables alone: the user `operator`, and the token `API_TOKEN`, both operators. */
function readAccounts({ CONSOLE_USERS: file, CONSOLE_PASSWORD_HASH: password, API_TOKEN: token }: z.infer<typeof schema>): Accounts {
  const invalid = (name: string, problem: string): never => { throw new ClienteleError('ENVIRONMENT_INVALID', { name, problem, remedy: 'node workers/hash-password.ts makes the hashes; README, Production, shows the file.' }); };
  let given: unknown = {};
  try {
    if (file !== undefined) given = parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    invalid('CONSOLE_USERS', `not readable: ${(error as Error).message}`);
  }
  const listed = accountsSchema.safeParse(given);
  // The words of a schema may repeat what stands there, which is a hash: the place is enough.
  if (!listed.success) return invalid('CONSOLE_USERS', `not usable: ${listed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
  const named = accountsSchema.safeParse({
    users: [...listed.data.users, ...(password === undefined ? [] : [{ name: 'operator', role: 'operator', password }])],
    tokens: [...listed.data.tokens, ...(token === undefined ? [] : [{ name: 'API_TOKEN', role: 'operator', sha256: createHash('sha256').update(token).digest('hex') }])],
  });
  return named.success ? named.data : invalid('CONSOLE_PASSWORD_HASH', `not usable: ${named.error.issues[0]?.message ?? ''}`);
}
