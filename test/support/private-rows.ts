import { DuckDBInstance } from '@duckdb/node-api';
import type { ExactRows, PrivateStatement } from '#flow/query/index.ts';
import { passesOf, PRIVATE_ROWS } from '#flow/query/index.ts';

/** Runs the exact passes of a private statement over rows that `select` makes, the owner of each in `_owner`. */
export async function exactRows(statement: PrivateStatement, select: string): Promise<readonly ExactRows[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`CREATE TABLE ${PRIVATE_ROWS} AS ${select}`);
    const passes: ExactRows[] = [];
    for (const { sql } of passesOf(statement)) {
      const result = await connection.runAndReadAll(sql);
      passes.push(result.getRowObjects().map((row) => mapValues(row)));
    }
    return passes;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function mapValues(row: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value)]));
}
