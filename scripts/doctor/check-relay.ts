import { TLSSocket } from 'node:tls';
import { openSmtpSocket } from '../../gateways/mail/open-smtp-socket.ts';
import { parseRelayAddresses, type RelayAddress } from '../../gateways/mail/relay-address.ts';
import { notesOf, wordsOf, type Finding } from './finding.ts';

const note = notesOf('mail relay');

/**
 * Greets each relay of SMTP_URL, with TLS and login, and says goodbye: no letter is offered.
 * @throws ClienteleError ENVIRONMENT_INVALID for a URL that cannot be read
 */
export async function checkRelay(smtpUrl: string | undefined, timeoutSeconds = 10): Promise<Finding[]> {
  if (smtpUrl === undefined) return [note.warning('address', 'SMTP_URL is not set: mail goes to a folder and to nobody', 'Set SMTP_URL=smtp://user:password@relay:587 when people are to get it.')];
  return (await Promise.all(parseRelayAddresses(smtpUrl).map((address) => greet(address, timeoutSeconds * 1000)))).flat();
}

async function greet(address: RelayAddress, timeout: number): Promise<Finding[]> {
  const name = `${address.host}:${address.port}`;
  const loopback = /^(localhost|127\.|::1$)/.test(address.host);
  try {
    const { socket, extensions } = await openSmtpSocket(address, { connect: timeout, silence: timeout });
    const encrypted = socket instanceof TLSSocket ? `${socket.getProtocol() ?? 'TLS'}, certificate until ${socket.getPeerCertificate().valid_to ?? 'unknown'}` : undefined;
    socket.end('QUIT\r\n');
    return [
      note.ok('greeting', `${name} answers${extensions.size === 0 ? ' to HELO only' : ` and offers ${[...extensions.keys()].join(', ')}`}`),
      encrypted !== undefined ? note.ok('encryption', encrypted)
        : loopback ? note.ok('encryption', 'none, and none needed on this machine')
        : address.user !== undefined ? note.failed('encryption', `none: the password and every letter go to ${name} in clear`, 'Use smtps://, or ?tls=required with a relay that offers STARTTLS.')
        : note.warning('encryption', `none: every letter goes to ${name} in clear`, 'Use smtps://, or a relay that offers STARTTLS.'),
      address.user === undefined ? note.ok('login', 'none is asked for in SMTP_URL') : note.ok('login', `the relay lets ${address.user.replace(/@.*/, '@…')} in`),
    ];
  } catch (error) {
    return [refused(name, error)];
  }
}

function refused(name: string, error: unknown): Finding {
  const { code } = error as { code?: unknown };
  const words = wordsOf(error);
  if (code === 535 || code === 534 || code === 530 || code === 538) return note.failed('login', `${name} says ${code} ${words}`, 'Correct user and password in SMTP_URL; write special characters as %40, %3A, %2F.');
  if (typeof code === 'string' && /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code)) return note.failed('encryption', `${name}: ${words}`, 'Name the relay as its certificate does, or trust its authority by NODE_EXTRA_CA_CERTS.');
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') return note.failed('encryption', `${name} speaks no TLS from the first byte`, 'Use smtp:// with port 587 (STARTTLS), or smtps:// with port 465.');
  return note.failed('greeting', `${name}: ${typeof code === 'number' ? `${code} ` : ''}${words}`, 'Check host and port in SMTP_URL, and that a firewall lets this machine reach them.');
}
