import * as arrow from 'apache-arrow';
import { encodeUtf8, formatMicros, micros } from '#base/core/index.ts';
import { csvCell } from '../csv-cell.ts';
import { formatTable } from '../text-table.ts';

/** A value of a row; times are epoch microseconds. */
export type RowValue = string | number | boolean | null;

/** Rows that a command made, and what their columns are. */
export interface RowTable {
  readonly columns: readonly { readonly name: string; readonly type: 'text' | 'number' | 'time' | 'boolean' }[];
  readonly rows: AsyncIterable<readonly RowValue[]> | Iterable<readonly RowValue[]>;
  /** What `json` and `ndjson` have for the rows where that is more than their columns. */
  readonly documents?: Iterable<object>;
}

/** What rows can be written as. */
export const TABLE_FORMATS: readonly string[] = ['table', 'json', 'ndjson', 'csv', 'arrow'];
/** Rows of a record batch, and between two pieces of text. */
const ROWS_AT_ONCE = 4_096;

/** Rows in a format; all but tables as they come, so that memory does not grow with them. */
export async function* writeRows(table: RowTable, format: string): AsyncGenerator<Uint8Array> {
  if (format === 'arrow') {
    yield* await arrow.RecordBatchStreamWriter.writeAll(recordBatches(table));
    return;
  }
  let text = '';
  for await (const piece of textOf(table, format)) {
    text += piece;
    if (text.length < 16 * ROWS_AT_ONCE) continue;
    yield encodeUtf8(text);
    text = '';
  }
  yield encodeUtf8(text);
}

async function* textOf(table: RowTable, format: string): AsyncGenerator<string> {
  const { columns } = table;
  const names = columns.map(({ name }) => name);
  if (format === 'table') {
    const rows: RowValue[][] = [];
    for await (const row of table.rows) rows.push(row.map((value, i) => shown(value, columns[i]!.type)));
    yield formatTable(names, rows);
  } else if (format === 'csv') {
    yield `${names.map(csvCell).join(',')}\n`;
    for await (const row of table.rows) {
      yield `${row.map((value, i) => csvCell(String(shown(value, columns[i]!.type) ?? ''))).join(',')}\n`;
    }
  } else {
    let first = true;
    for await (const one of table.documents ?? documentsOf(table)) {
      const text = JSON.stringify(one);
      yield format === 'ndjson' ? `${text}\n` : `${first ? '[' : ','}\n${text}`;
      first = false;
    }
    if (format === 'json') yield first ? '[]\n' : '\n]\n';
  }
}

async function* documentsOf({ columns, rows }: RowTable): AsyncGenerator<object> {
  for await (const row of rows) {
    yield Object.fromEntries(row.map((value, i) => [columns[i]!.name, shown(value, columns[i]!.type)]));
  }
}

function shown(value: RowValue, type: RowTable['columns'][number]['type']): RowValue {
  return type === 'time' && typeof value === 'number' ? formatMicros(micros(value)) : value;
}

async function* recordBatches({ columns, rows }: RowTable): AsyncGenerator<arrow.RecordBatch> {
  let waiting: (readonly RowValue[])[] = [];
  const batch = (): arrow.RecordBatch[] => {
    const data = columns.map(
      ({ name, type }, i) =>
        [
          name,
          vectorOf(
            waiting.map((row) => row[i] ?? null),
            type,
          ),
        ] as const,
    );
    waiting = [];
    return new arrow.Table(Object.fromEntries(data)).batches;
  };
  let any = false;
  for await (const row of rows) {
    any = true;
    if (waiting.push(row) >= ROWS_AT_ONCE) yield* batch();
  }
  if (waiting.length > 0 || !any) yield* batch();
}

function vectorOf(values: readonly RowValue[], type: RowTable['columns'][number]['type']): arrow.Vector {
  if (type === 'time') {
    const data = BigInt64Array.from(values, (value) => BigInt(typeof value === 'number' ? Math.round(value) : 0));
    return arrow.makeVector(arrow.makeData({ type: new arrow.TimestampMicrosecond('UTC'), data }));
  }
  const types = { text: new arrow.Utf8(), number: new arrow.Float64(), boolean: new arrow.Bool() };
  return arrow.vectorFromArray(values, types[type]);
}
