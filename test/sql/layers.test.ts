import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { tableReferences } from '../../gateways/warehouse/table-references.ts';

const folder = fileURLToPath(new URL('../../sql/', import.meta.url));
const layers = (await readFile(`${folder}layers.txt`, 'utf8')).trim().split('\n');
const files = (await Promise.all(layers.map(async (layer) => (await readdir(folder + layer).catch((): string[] => [])).map((name) => ({ layer, name }))))).flat();

describe('sql/', () => {
  test.each(files)('$layer/$name reads only its own layer and layers to its left', async ({ layer, name }) => {
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    const reads = await tableReferences(connection, await readFile(`${folder}${layer}/${name}`, 'utf8'));
    connection.closeSync();
    const toTheRight = reads.filter((relation) => !(layers.indexOf(relation.split('.')[0]!) >= 0 && layers.indexOf(relation.split('.')[0]!) <= layers.indexOf(layer)));
    expect(toTheRight).toEqual([]);
  });

  test('every relation names its grain on line one; what is read from a file keeps the order of its lines', async () => {
    const without: string[] = [];
    for (const { layer, name } of files) {
      if (!/^-- (grain: |one row a (refused line|line kept))/.test(await readFile(`${folder}${layer}/${name}`, 'utf8'))) without.push(`${layer}/${name}`);
    }
    expect(without).toEqual([]);
  });
});
