import { createHash } from 'node:crypto';

/** Name of a person: follows from the first of the person's records, without repeating it. The same as sql/identities/purchases.sql gives who is in orders alone. */
export const personId = (customer: string): string => `p-${createHash('md5').update(customer).digest('hex').slice(0, 16)}`;
