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
}

/**
 * Reads `smtp://user:password@host:port` or `smtps://…`; `?tls=required`, `?tls=offered` (when absent) or `?tls=never` says what to do about STARTTLS.
 * @throws ClienteleError ENVIRONMENT_INVALID, without the password
 */
export function parseRelayAddress(text: string): RelayAddress {
  const refuse = (problem: string): never => { throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'SMTP_URL', problem, remedy: 'Give smtp://user:password@host:port or smtps://….' }); };
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
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
  };
}
