import { Bool, DateDay, Field, Float64, Int32, Int64, makeData, RecordBatch, RecordBatchStreamWriter, Schema, Struct, TimestampMillisecond, Utf8, vectorFromArray, type DataType } from 'apache-arrow';
import type { Cell } from '../../gateways/warehouse/warehouse.ts';
import type { ColumnType, RelationColumn } from './relation-columns.ts';

const types: Readonly<Record<ColumnType, () => DataType>> = {
  text: () => new Utf8(), boolean: () => new Bool(), int32: () => new Int32(), int64: () => new Int64(), float64: () => new Float64(), date: () => new DateDay(), timestamp: () => new TimestampMillisecond(),
};

function value(type: ColumnType, cell: Cell | undefined): unknown {
  if (cell === null || cell === undefined) return null;
  if (type === 'int64') return BigInt(Math.trunc(Number(cell)));
  if (type === 'date') return new Date(`${String(cell)}T00:00:00Z`);
  if (type === 'timestamp') return Date.parse(String(cell));
  return type === 'text' && typeof cell !== 'string' ? JSON.stringify(cell) : cell;
}

/** An Arrow IPC stream (Arrow columnar format 1.x) of rows that come in batches. Empty input is a stream with the schema alone. */
export async function* arrowStream(columns: readonly RelationColumn[], batches: AsyncIterable<readonly Readonly<Record<string, Cell>>[]>): AsyncGenerator<Uint8Array> {
  const fields = columns.map(({ name, type }) => new Field(name, types[type](), true));
  const schema = new Schema(fields);
  async function* records(): AsyncGenerator<RecordBatch> {
    let any = false;
    for await (const rows of batches) {
      any = true;
      yield batchOf(schema, fields, columns, rows);
    }
    if (!any) yield batchOf(schema, fields, columns, []);
  }
  const writer = await RecordBatchStreamWriter.writeAll(records());
  yield* writer;
}

function batchOf(schema: Schema, fields: readonly Field[], columns: readonly RelationColumn[], rows: readonly Readonly<Record<string, Cell>>[]): RecordBatch {
  const children = columns.map(({ name, type }, index) => {
    const vector = vectorFromArray(rows.map((row) => value(type, row[name])), fields[index]!.type);
    return vector.data[0] ?? makeData({ type: fields[index]!.type, length: 0 });
  });
  return new RecordBatch(schema, makeData({ type: new Struct([...fields]), length: rows.length, nullCount: 0, children }));
}
