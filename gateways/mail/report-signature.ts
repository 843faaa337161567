import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds by which the clocks of sender and receiver may differ; an older request is a replayed one. */
const tolerance = 300;

const digest = (secret: string, seconds: number, body: Buffer): string => createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex');

/** Header `X-Signature` of a report: `t=<Unix seconds>,v1=<HMAC-SHA256 of "<t>.<body>" in hex>`. */
export const signReport = (secret: string, at: Date, body: Buffer): string => {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${digest(secret, seconds, body)}`;
};

/** Whether a report was signed with this secret, over this very body, just now. */
export function isSignedReport(secret: string, header: string | undefined, body: Buffer, now: Date): boolean {
  const [, seconds, signature] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  if (seconds === undefined || signature === undefined) return false;
  if (Math.abs(now.getTime() / 1000 - Number(seconds)) > tolerance) return false;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(digest(secret, Number(seconds), body)));
}
