import { DuckDBInstance, INTEGER } from '@duckdb/node-api';
import type { ExactRows, PrivateColumn, PrivateStatement } from '#flow/query/index.ts';
import { gridName, gridOf, onGrid, passesOf, PRIVATE_ROWS } from '#flow/query/index.ts';

/** How rows come to the engine. */
interface Arrival {
  /** An ORDER BY over what was made, where `rowid` is the place of a row in it. */
  readonly order?: string;
  readonly threads?: number;
}

/**
 * Runs the exact passes of a private statement over rows that `select` makes, the owner of each in `_owner`.
 *
 * @param ready columns whose values are on their grid before, as where a segment was opened for it
 */
export async function exactRows(
  statement: PrivateStatement,
  select: string,
  ready: readonly string[] = [],
  { order = '', threads = 2 }: Arrival = {},
): Promise<readonly ExactRows[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await instance.connect();
  try {
    await connection.run(`CREATE TABLE made AS ${select}`);
    const grids = statement.view.columns.filter(({ name }) => ready.includes(name));
    for (const column of grids) await tabulate(connection, column);
    const more = grids.map(({ name }) => `, "grid ${name}".whole AS "${gridName(name)}"`).join('');
    const joins = grids.map(
      ({ name }) => `LEFT JOIN "grid ${name}" ON CAST(made."${name}" AS DOUBLE) = "grid ${name}".value`,
    );
    await connection.run(
      `CREATE TABLE ${PRIVATE_ROWS} AS SELECT made.*${more} FROM made ${joins.join(' ')} ${order.replaceAll('rowid', 'made.rowid')}`,
    );
    const passes: ExactRows[] = [];
    for (const { sql } of passesOf(statement, new Set(ready))) {
      const result = await connection.runAndReadAll(sql);
      passes.push(result.getRowObjects().map((row) => mapValues(row)));
    }
    return passes;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A table of the whole number of each value that a column has. */
async function tabulate(
  connection: Awaited<ReturnType<DuckDBInstance['connect']>>,
  column: PrivateColumn,
): Promise<void> {
  const [low, high] = column.range ?? [0, 0];
  const name = `grid ${column.name}`;
  await connection.run(`CREATE TABLE "${name}" (value DOUBLE, whole INTEGER)`);
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT CAST("${column.name}" AS DOUBLE) FROM made WHERE "${column.name}" IS NOT NULL`,
  );
  const values = Float64Array.from(found.getRows().map(([value]) => Number(value)));
  const wholes = onGrid(values, { low, high, most: gridOf(column).most });
  const appender = await connection.createAppender(name);
  for (const [i, value] of values.entries()) {
    appender.appendDouble(value);
    appender.appendValue(wholes[i]!, INTEGER);
    appender.endRow();
  }
  appender.closeSync();
}

function mapValues(row: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value)]));
}
