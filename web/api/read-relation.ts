import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Cell, Warehouse } from '../../gateways/warehouse/warehouse.ts';
import type { Mask } from '../reads/mask.ts';
import { relationColumn, type RelationColumn } from './relation-columns.ts';

export interface RelationRead {
  readonly columns: readonly RelationColumn[];
  /** Rows in the relation's order; personal values are masked already. Closes what it opened when it ends or is left. */
  batches(): AsyncGenerator<Readonly<Record<string, Cell>>[]>;
  /** For who does not read the rows. */
  close(): Promise<void>;
}

const batchRows = 10_000;

/** Opens a relation for reading in a session of its own, so that a long export keeps no page waiting. */
export async function openRelation(warehouse: Warehouse, { name, ref, mask, limit, offset }: { readonly name: string; readonly ref: RelationRef; readonly mask: Mask; readonly limit?: number; readonly offset: number }): Promise<RelationRead> {
  const session = await warehouse.open({ [name]: ref });
  try {
    const described = await session.rows<{ column_name: string; column_type: string }>(`describe ${name}`);
    const columns = described.map((row) => relationColumn(name, row.column_name, row.column_type, mask));
    const hidden = columns.filter((column) => column.hide !== undefined);
    return {
      columns,
      close: () => session.close(),
      async* batches() {
        try {
          for await (const rows of session.batches<Record<string, Cell>>(`select ${columns.map(({ select }) => select).join(', ')} from ${name}${limit === undefined ? '' : ` limit ${limit}`} offset ${offset}`, batchRows)) {
            for (const row of rows) for (const { name: column, hide } of hidden) row[column] = hide!(row[column] as string | null);
            yield rows;
          }
        } finally {
          await session.close();
        }
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}
