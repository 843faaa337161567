import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A customer of Kevin Hillstrom's e-mail challenge (2008): 64,000 people, a third each mailed for men, for women, or not at all, at random. */
export interface HillstromCustomer {
  readonly recency: number;
  readonly historySegment: string;
  readonly history: number;
  readonly mens: number;
  readonly womens: number;
  readonly zipCode: string;
  readonly newbie: number;
  readonly channel: string;
  readonly mail: 'Mens E-Mail' | 'Womens E-Mail' | 'No E-Mail';
  readonly visit: number;
  readonly conversion: number;
  readonly spend: number;
}

const datasets = resolve(process.env['CLIENTELE_DATASETS'] ?? join(import.meta.dirname, '../../../../shared/datasets'));

/** In the file's order; undefined, with a printed reason, where the data set is not on this machine. */
export function readHillstrom(): HillstromCustomer[] | undefined {
  const path = join(datasets, 'hillstrom', 'hillstrom.csv');
  if (!existsSync(path)) {
    console.log(`not run: no ${path}`);
    return undefined;
  }
  return readFileSync(path, 'utf8').trim().split(/\r?\n/).slice(1).map((line) => {
    const cells = [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    const number = (place: number): number => Number(cells[place]);
    return {
      recency: number(0), historySegment: cells[1]!, history: number(2), mens: number(3), womens: number(4), zipCode: cells[5]!, newbie: number(6), channel: cells[7]!,
      mail: cells[8] as HillstromCustomer['mail'], visit: number(9), conversion: number(10), spend: number(11),
    };
  });
}
