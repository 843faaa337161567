import { readFileSync } from 'node:fs';
import { ClienteleError } from '../gateways/errors.ts';
import type { DkimSettings } from '../gateways/mail/dkim-signer.ts';
import type { DomainRates } from '../gateways/mail/domain-pace.ts';

/** What the environment says about signing, bounces and rates of mail. */
export interface MailEnvironment {
  readonly dkim?: DkimSettings;
  /** Mailbox that takes bounces (see gateways/mail/return-path.ts). */
  readonly returnPath?: string;
  /** Maildir in which bounces and complaints arrive. */
  readonly reportsFolder?: string;
  /** Signs what is posted to /mail/reports; without it nothing is taken there. */
  readonly reportsSecret?: string;
  readonly domainRates?: DomainRates;
  /** Seconds after which the silence of the relay's log about a letter is proof. */
  readonly settleAfterSeconds?: number;
}

const invalid = (name: string, problem: string, remedy: string): ClienteleError => new ClienteleError('ENVIRONMENT_INVALID', { name, problem, remedy });

function readDkim(variables: Readonly<NodeJS.ProcessEnv>): DkimSettings | undefined {
  const { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector, DKIM_KEY: key, DKIM_KEY_FILE: file } = variables;
  if (!domain && !selector && !key && !file) return undefined;
  if (!domain) throw invalid('DKIM_DOMAIN', 'not set', 'Give the domain that signs, or none of the DKIM variables.');
  if (!selector) throw invalid('DKIM_SELECTOR', 'not set', 'Give the name under which the public key is published.');
  if (key) return { domain, selector, privateKey: key.replaceAll('\\n', '\n') };
  if (!file) throw invalid('DKIM_KEY_FILE', 'not set', 'Give the file of the private key in PEM.');
  try {
    return { domain, selector, privateKey: readFileSync(file, 'utf8') };
  } catch (error) {
    throw invalid('DKIM_KEY_FILE', `not readable (${(error as NodeJS.ErrnoException).code})`, 'Give the file of the private key in PEM.');
  }
}

/** How many processes send mail. */
function readWorkers(text: string | undefined): number {
  if (!text) return 1;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw invalid('MAIL_WORKERS', 'no whole number from 1', 'Give how many processes take the queue mail; DOMAIN_RATES are shared among them.');
  return Number(text);
}

/** `*=100 gmail.com=20`: mails a second, by recipient domain, of all `workers` together; every process gets its share. */
function readRates(text: string | undefined, workers: number): DomainRates | undefined {
  if (!text) return undefined;
  const rates = text.trim().toLowerCase().split(/[\s,]+/).map((part) => {
    const [, domain, rate] = /^(\*|[a-z0-9.-]+)=(\d+(?:\.\d+)?)$/.exec(part) ?? [];
    if (domain === undefined || !(Number(rate) > 0)) throw invalid('DOMAIN_RATES', `not readable at ${part}`, 'Give mails a second by recipient domain, like *=100 gmail.com=20.');
    return [domain, Number(rate) / workers] as const;
  });
  const perDomain = rates.find(([domain]) => domain === '*')?.[1];
  return { ...(perDomain === undefined ? {} : { perDomain }), domains: Object.fromEntries(rates.filter(([domain]) => domain !== '*')) };
}

function readSeconds(text: string | undefined): number | undefined {
  if (!text) return undefined;
  if (!(Number(text) > 0 && Number(text) <= 3600)) throw invalid('SMTP_LOG_SETTLES_AFTER', 'no number of seconds up to 3600', 'Give how long after its last byte a letter may take to be in SMTP_LOG.');
  return Number(text);
}

/**
 * Reads DKIM_DOMAIN, DKIM_SELECTOR, DKIM_KEY or DKIM_KEY_FILE, RETURN_PATH, MAIL_REPORTS, MAIL_REPORTS_SECRET, DOMAIN_RATES, MAIL_WORKERS and SMTP_LOG_SETTLES_AFTER. An empty one is unset.
 * @throws ClienteleError ENVIRONMENT_INVALID, never with a part of a key
 */
export function readMailEnvironment(variables: Readonly<NodeJS.ProcessEnv>): MailEnvironment {
  const secret = variables['MAIL_REPORTS_SECRET'] || undefined;
  if (secret !== undefined && secret.length < 32) throw invalid('MAIL_REPORTS_SECRET', 'shorter than 32 characters', 'Give a random text of 32 characters or more.');
  return {
    dkim: readDkim(variables),
    returnPath: variables['RETURN_PATH'] || undefined,
    reportsFolder: variables['MAIL_REPORTS'] || undefined,
    reportsSecret: secret,
    domainRates: readRates(variables['DOMAIN_RATES'], readWorkers(variables['MAIL_WORKERS'])),
    settleAfterSeconds: readSeconds(variables['SMTP_LOG_SETTLES_AFTER']),
  };
}
