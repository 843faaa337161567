import { resolve } from 'node:path';

/** The checkout. */
export const projectRoot: string = resolve(import.meta.dirname, '../..');
