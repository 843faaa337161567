import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { ClienteleError } from '../errors.ts';
import type { WrittenLetter } from './write-letter.ts';

/** Whose key signs letters, and under which name it is published: `<selector>._domainkey.<domain>`. */
export interface DkimSettings {
  readonly domain: string;
  readonly selector: string;
  /** PKCS#8 or PKCS#1 in PEM: RSA of 1024 bits or more (2048 is right), or Ed25519 (RFC 8463). */
  readonly privateKey: string;
}

/** Signs letters (RFC 6376). */
export interface DkimSigner {
  readonly domain: string;
  /** The DKIM-Signature header with its last CRLF, to stand before the letter's own. */
  sign(letter: WrittenLetter): Promise<string>;
}

// RFC 8058 4 wants both List-Unsubscribe headers signed. From and Subject are named once more than they are there, so that none can be added.
const signed = ['From', 'To', 'Subject', 'Date', 'Message-ID', 'MIME-Version', 'Content-Type', 'List-ID', 'List-Unsubscribe', 'List-Unsubscribe-Post', 'Feedback-ID', 'Content-Language', 'Reply-To'];
const sealed = ['From', 'Subject'];

/** RFC 6376 3.4.2: name in small letters, unfolded, runs of white space as one. */
const relaxed = (name: string, value: string): string => `${name.toLowerCase()}:${value.replace(/\r\n/g, '').replace(/[ \t]+/g, ' ').trim()}`;

function headerFields(header: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of header.split(/\r\n(?![ \t])/)) {
    const colon = field.indexOf(':');
    if (colon > 0) fields.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1));
  }
  return fields;
}

function readKey({ privateKey, domain, selector }: DkimSettings): KeyObject {
  const refuse = (name: string, problem: string, remedy: string): never => { throw new ClienteleError('ENVIRONMENT_INVALID', { name, problem, remedy }); };
  if (!/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/.test(domain)) refuse('DKIM_DOMAIN', 'no domain', 'Give the domain that signs, for example shop.example.');
  if (!/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(selector)) refuse('DKIM_SELECTOR', 'no selector', 'Give the name under which the public key is published.');
  const remedy = 'Give a private RSA or Ed25519 key in PEM.';
  let key: KeyObject;
  try {
    key = createPrivateKey(privateKey);
  } catch {
    // The library's words may repeat a part of the key.
    return refuse('DKIM_KEY', 'not readable as a private key', remedy);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType === 'rsa' && bits < 1024) return refuse('DKIM_KEY', `an RSA key of ${bits} bits, which receivers refuse`, remedy);
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ed25519') return refuse('DKIM_KEY', 'neither RSA nor Ed25519', remedy);
  return key;
}

/**
 * @throws ClienteleError ENVIRONMENT_INVALID, never with a part of the key
 */
export function createDkimSigner(settings: DkimSettings): DkimSigner {
  const key = readKey(settings);
  const { domain, selector } = settings;
  const rsa = key.asymmetricKeyType === 'rsa';

  const signatureOf = (text: string): Promise<Buffer> => new Promise((resolve, reject) => {
    // On libuv's threads: an RSA signature takes most of a millisecond, and the sockets must not wait for it. RFC 8463 3: Ed25519 signs the hash.
    sign(rsa ? 'sha256' : null, rsa ? Buffer.from(text) : createHash('sha256').update(text).digest(), key, (error, signature) => error === null ? resolve(signature) : reject(error));
  });

  return {
    domain,
    async sign({ header, body }) {
      const fields = headerFields(header);
      const names = [...signed.filter((name) => fields.has(name.toLowerCase())), ...sealed];
      const bodyHash = createHash('sha256').update(body).digest('base64');
      // Bodies end with one CRLF, as simple canonicalisation has them (RFC 6376 3.4.3).
      const unsigned = ` v=1; a=${rsa ? 'rsa' : 'ed25519'}-sha256; c=relaxed/simple; d=${domain}; s=${selector};\r\n h=${names.join(':')};\r\n bh=${bodyHash};\r\n b=`;
      const toSign = [...names.slice(0, names.length - sealed.length).map((name) => relaxed(name, fields.get(name.toLowerCase())!)), relaxed('dkim-signature', unsigned)].join('\r\n');
      const signature = (await signatureOf(toSign)).toString('base64').replace(/.{70}(?=.)/g, '$&\r\n ');
      return `DKIM-Signature:${unsigned}${signature}\r\n`;
    },
  };
}
