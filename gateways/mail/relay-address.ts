import { ClienteleError } from '../errors.ts';

/** Where a relay is and how to speak to it. */
export interface RelayAddress {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly secure: boolean;
  /** STARTTLS: demanded, taken when offered, or never. */
  readonly startTls: 'required' | 'offered' | 'never';
  readonly user?: string;
  readonly password?: string;
  /** Mails a second that this relay takes at most. */
  readonly rate?: number;
  /** Sessions at once. */
  readonly connections?: number;
}

const refuse = (problem: string): never => { throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'SMTP_URL', problem, remedy: 'Give smtp://user:password@host:port or smtps://…, several with a space between.' }); };

function positive(url: URL, name: string, whole: boolean): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null) return undefined;
  const number = Number(text);
  return number > 0 && Number.isFinite(number) && (!whole || Number.isInteger(number)) ? number : refuse(`with another ${name}= than a ${whole ? 'whole ' : ''}number over 0`);
}

function parseOne(text: string): RelayAddress {
  const url = URL.parse(text) ?? refuse('not a URL');
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') return refuse('neither smtp:// nor smtps://');
  if (url.hostname === '') return refuse('without a host');
  const startTls = url.searchParams.get('tls') ?? 'offered';
  if (startTls !== 'required' && startTls !== 'offered' && startTls !== 'never') return refuse('with another tls= than required, offered or never');
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    startTls,
    rate: positive(url, 'rate', false),
    connections: positive(url, 'connections', true),
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
  };
}

/**
 * Reads `smtp://user:password@host:port` or `smtps://…`, or several of them with white space between, the preferred one first. `?tls=required`,
 * `?tls=offered` (when absent) or `?tls=never` says what to do about STARTTLS, `rate=50` how many mails a second the relay takes, `connections=5`
 * how many sessions at once.
 * @throws ClienteleError ENVIRONMENT_INVALID, without the password
 */
export function parseRelayAddresses(text: string): RelayAddress[] {
  const parts = text.trim().split(/\s+/);
  return parts.map(parseOne);
}
