import { createHmac, timingSafeEqual } from 'node:crypto';
import { ClienteleError } from '../../gateways/errors.ts';

/** What an approval link stands for: this plan, by its hash, of this workflow, until then. */
export interface ApprovalClaim {
  readonly workflowId: string;
  readonly hash: string;
  /** ISO 8601 instant after which the link is refused. */
  readonly expiresAt: string;
}

/**
 * Public links of a letter and their verification. They carry the send's key and a signature, never an address or a customer id.
 * Every `read…` throws ClienteleError LINK_INVALID for anything that was not signed here for that purpose.
 */
export interface Links {
  /** `/c/<key>/<signature>?to=<target in base64url>`; the target is signed, so the link redirects nowhere else. */
  click(key: string, target: string): string;
  /** `/o/<key>/<signature>.gif` */
  pixel(key: string): string;
  /** `/u/<key>/<signature>` */
  unsubscribe(key: string): string;
  /** `/s/<key>/<signature>?score=`: the score is only what the form begins with. */
  survey(key: string, score: number): string;
  /** `/a/<token>` */
  approval(claim: ApprovalClaim): string;
  /** The http(s) target that the link was signed for. */
  readClick(key: string, signature: string, to: string): string;
  readPixel(key: string, signature: string): void;
  readUnsubscribe(key: string, signature: string): void;
  readSurvey(key: string, signature: string): void;
  /** The claim, when the token is genuine and not expired at `now`. */
  readApproval(token: string, now: Date): ApprovalClaim;
}

type Purpose = 'click' | 'open' | 'unsubscribe' | 'survey' | 'approval';

const signatureBytes = 24;
const keyPattern = /^[A-Za-z0-9_-]{8,64}$/;

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

/** Buffer decodes leniently; only the one spelling that we would have written is ours. */
function decode(text: string): string {
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  if (encode(decoded) !== text) throw new ClienteleError('LINK_INVALID');
  return decoded;
}

function webAddress(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') throw new ClienteleError('LINK_INVALID');
  return text;
}

function parseClaim(text: string): ApprovalClaim {
  const parts: unknown = JSON.parse(text);
  if (!Array.isArray(parts) || parts.length !== 3 || !parts.every((part) => typeof part === 'string')) throw new ClienteleError('LINK_INVALID');
  const [workflowId, hash, expiresAt] = parts as [string, string, string];
  return { workflowId, hash, expiresAt };
}

/**
 * Signs and verifies links with HMAC-SHA256 (RFC 2104) cut to 192 bits; the purpose is part of the signed text, so no link passes as another kind.
 * @param options `publicUrl` where `web/` is reached from outside, a path in it is kept; `secret` at least 32 characters
 * @throws ClienteleError ENVIRONMENT_INVALID
 */
export function createLinks({ publicUrl, secret }: { readonly publicUrl: string; readonly secret: string }): Links {
  const base = URL.parse(publicUrl);
  if (base === null || !['http:', 'https:'].includes(base.protocol)) throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'PUBLIC_URL', problem: 'not an http or https URL', remedy: 'Give the address at which recipients reach the web process.' });
  if (secret.length < 32) throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'LINK_SECRET', problem: 'shorter than 32 characters', remedy: 'Give a random text of 32 characters or more.' });
  const root = `${base.origin}${base.pathname}`.replace(/\/+$/, '');

  const sign = (purpose: Purpose, payload: string): string => createHmac('sha256', secret).update(`${purpose}\n${payload}`).digest().subarray(0, signatureBytes).toString('base64url');

  const verify = (purpose: Purpose, payload: string, signature: string): void => {
    const expected = Buffer.from(sign(purpose, payload));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new ClienteleError('LINK_INVALID');
  };

  const checkedKey = (key: string): string => {
    if (!keyPattern.test(key)) throw new ClienteleError('LINK_INVALID');
    return key;
  };

  return {
    click: (key, target) => `${root}/c/${checkedKey(key)}/${sign('click', `${key}\n${webAddress(target)}`)}?to=${encode(target)}`,
    pixel: (key) => `${root}/o/${checkedKey(key)}/${sign('open', key)}.gif`,
    unsubscribe: (key) => `${root}/u/${checkedKey(key)}/${sign('unsubscribe', key)}`,
    survey: (key, score) => `${root}/s/${checkedKey(key)}/${sign('survey', key)}?score=${score}`,
    approval: ({ workflowId, hash, expiresAt }) => {
      const claim = encode(JSON.stringify([workflowId, hash, expiresAt]));
      return `${root}/a/${claim}.${sign('approval', claim)}`;
    },
    readClick: (key, signature, to) => {
      const target = decode(to);
      verify('click', `${checkedKey(key)}\n${target}`, signature);
      return webAddress(target);
    },
    readPixel: (key, signature) => verify('open', checkedKey(key), signature),
    readUnsubscribe: (key, signature) => verify('unsubscribe', checkedKey(key), signature),
    readSurvey: (key, signature) => verify('survey', checkedKey(key), signature),
    readApproval: (token, now) => {
      const dot = token.indexOf('.');
      if (dot < 0) throw new ClienteleError('LINK_INVALID');
      const claim = token.slice(0, dot);
      verify('approval', claim, token.slice(dot + 1));
      const parsed = parseClaim(decode(claim));
      if (!(Date.parse(parsed.expiresAt) > now.getTime())) throw new ClienteleError('LINK_INVALID');
      return parsed;
    },
  };
}
