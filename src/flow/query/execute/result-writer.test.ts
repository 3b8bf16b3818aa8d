import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bytes, mebibytes, seconds } from '#base/core/index.ts';
import { Engine } from './engine.ts';
import type { QueryPlan } from './plan.ts';
import { ResultWriter, tooManyRows } from './result-writer.ts';
import { StopWatch } from './stop-watch.ts';

let engine: Engine;
let stop: StopWatch;
before(async () => {
  engine = await Engine.open({ memory: mebibytes(256), threads: 1 });
  stop = new StopWatch(new AbortController().signal, seconds(600));
});
after(() => {
  stop.end();
  engine.close();
});

const plan = (more: Partial<QueryPlan> = {}): QueryPlan => ({
  ast: '',
  explain: false,
  relations: [],
  parameters: [],
  limits: { time: seconds(60), memory: bytes(1), rows: 10, threads: 1 },
  maskKey: new Uint8Array(32),
  columnNotes: [],
  notes: { purpose: null },
  ...more,
});

/** What a writer made of statements, as text, and the sizes in which it came. */
async function write(of: QueryPlan, ...statements: readonly string[]) {
  const parts: Uint8Array[] = [];
  const writer = new ResultWriter(of, 'csv', { write: (part) => void parts.push(part) }, stop);
  for (const sql of statements) await writer.take(engine, sql);
  const written = await writer.end();
  return { text: Buffer.concat(parts).toString('utf8'), sizes: parts.map(({ length }) => length), written };
}

test('ResultWriter writes what several statements give as one result', async () => {
  const { text, written } = await write(plan({ digested: true }), 'SELECT 1 AS n', 'SELECT 2 AS n WHERE false', 'SELECT 3 AS n'); // prettier-ignore
  assert.deepEqual([text, written.rows, written.resultBytes], ['n\r\n1\r\n3\r\n', 2, text.length]);
  const whole = await write(plan({ digested: true }), 'SELECT unnest([1, 3]) AS n');
  assert.deepEqual(whole.written, written);
});

test('ResultWriter hands on no more than a megabyte at once', async () => {
  const { sizes, text } = await write(plan(), "SELECT repeat('x', 3000000) AS x");
  assert.ok(Math.max(...sizes) <= 1_048_576 && sizes.length >= 3);
  assert.equal(text.length, 3_000_005);
});

test('ResultWriter counts the rows of all its statements, and tooManyRows() names the limit', async () => {
  await assert.rejects(write(plan(), 'SELECT * FROM range(6)', 'SELECT * FROM range(5)'), { code: 'QUERY_ROW_LIMIT' });
  assert.match(tooManyRows(plan()).hint ?? '', /query-rows/);
  const { limits } = plan();
  assert.match(tooManyRows({ limits: { ...limits, rowsBy: 'dataset-rows' } }).hint ?? '', /dataset-rows/);
});
