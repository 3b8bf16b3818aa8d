import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import { gateStatement, StatementParser } from '#flow/query/index.ts';
import { csvEncoder } from '#flow/query/formats/csv.ts';
import { disposableFolder } from '../support/tmp.ts';
import { ANALYST_STATEMENTS, ATTACKS } from './query-corpus.ts';
import { query } from '../support/query-fixture.ts';
import { makeCorpusWorld } from './query-world.ts';
import type { CorpusWorld } from './query-world.ts';

let parser: StatementParser;
let world: CorpusWorld;
let plain: DuckDBConnection;
let folder: Awaited<ReturnType<typeof disposableFolder>>;

before(async () => {
  folder = await disposableFolder();
  parser = await StatementParser.open();
  world = await makeCorpusWorld(folder.path, parser);
  plain = await (await DuckDBInstance.create(':memory:')).connect();
  await plain.run("SET TimeZone = 'UTC'");
  for (const [name, file] of world.plainFiles) {
    await plain.run(`CREATE TABLE ${name} AS SELECT * FROM read_parquet('${file}')`);
  }
});

after(async () => {
  plain.closeSync();
  world.files[Symbol.dispose]();
  parser.close();
  await folder[Symbol.asyncDispose]();
});

test('there are at least 150 statements of analysts and 100 attacks', () => {
  assert.ok(ANALYST_STATEMENTS.length >= 150, String(ANALYST_STATEMENTS.length));
  assert.ok(ATTACKS.length >= 100, String(ATTACKS.length));
});

for (const sql of ANALYST_STATEMENTS) {
  test(`passes the gate and answers as the engine alone does: ${sql}`, async () => {
    const answer = await query(world, sql, 'csv');
    const expected = await plain.stream(sql);
    const types = expected.columnTypes().map((type) => String(type));
    const names = expected.columnNames();
    const [header, ...rows] = (await linesOf(expected)).map((line) => approximate(line));
    const [ownHeader, ...ownRows] = split(answer.bytes).map((line) => approximate(line));
    const sorted = /ORDER BY/i.test(sql);
    assert.deepEqual(sorted ? ownRows : ownRows.toSorted(), sorted ? rows : rows.toSorted());
    assert.deepEqual(
      answer.summary.columns.map(({ type }) => type),
      types,
    );
    // The name of an expression without one is its text, which may be spelled another way.
    if (names.every((name) => /^[\w ]+$/.test(name))) assert.equal(ownHeader, header);
  });
}

for (const sql of ATTACKS) {
  test(`is refused: ${sql}`, async () => {
    const parsed = await parser.parse(sql);
    if (parsed.outcome === 'invalid') return assert.equal(parsed.code, 'QUERY_REFUSED', parsed.message);
    const gated = gateStatement(parsed.ast, world);
    assert.equal(gated.outcome, 'refused');
    assert.equal(gated.outcome === 'refused' ? gated.code : '', 'QUERY_REFUSED');
  });
}

/** What the engine alone answers, in the same form: the tests of the formats hold the form itself. */
async function linesOf(result: DuckDBResult): Promise<string[]> {
  const columns = result.columnNames().map((name, i) => ({
    name,
    type: result.columnType(i),
    notes: { class: null, unit: null },
  }));
  const encoder = csvEncoder(columns);
  const parts = [encoder.begin()];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return split(Buffer.concat(parts));
    parts.push(encoder.chunk(chunk));
  }
}

function split(text: Uint8Array): string[] {
  return new TextDecoder().decode(text).split('\r\n').slice(0, -1);
}

/** Sums of doubles depend on the order of rows in their last digits. */
function approximate(line: string): string {
  return line.replaceAll(/-?\d+\.\d{9,}(?:e[+-]?\d+)?/g, (digits) => String(Number(Number(digits).toPrecision(9))));
}
