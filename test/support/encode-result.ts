import { DuckDBInstance } from '@duckdb/node-api';
import type { ResultColumn, ResultEncoder } from '#flow/query/index.ts';

/** The parts that an encoder makes of a statement's result; its first column has a class and a unit. */
export async function encodeResult(
  sql: string,
  make: (columns: readonly ResultColumn[]) => ResultEncoder,
): Promise<readonly Uint8Array[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const result = await connection.stream(sql);
    const columns = result.columnNames().map((name, i) => ({
      name,
      type: result.columnType(i),
      notes: i === 0 ? { class: 'operational' as const, unit: 'Cel' } : { class: null, unit: null },
    }));
    const encoder = make(columns);
    const parts = [encoder.begin()];
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      parts.push(encoder.chunk(chunk));
    }
    parts.push(encoder.end());
    return parts;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The same as one text. */
export async function encodeAll(
  sql: string,
  make: (columns: readonly ResultColumn[]) => ResultEncoder,
): Promise<string> {
  return Buffer.concat(await encodeResult(sql, make)).toString('utf8');
}
