import { createHash } from 'node:crypto';

/** Key of the one send of a customer in a campaign: the first 32 hex digits of `sha256(campaign + '\n' + customerId)`. The same on every attempt. */
export const sendKey = (campaign: string, customerId: string): string => createHash('sha256').update(`${campaign}\n${customerId}`).digest('hex').slice(0, 32);
