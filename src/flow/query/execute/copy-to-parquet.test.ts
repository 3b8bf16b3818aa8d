import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { closeSync } from 'node:fs';
import { bytes, mebibytes, seconds } from '#base/core/index.ts';
import { copyToParquet } from './copy-to-parquet.ts';
import { Engine } from './engine.ts';
import type { QueryPlan } from './plan.ts';
import { openUnnamed } from './segment-files.ts';
import { StopWatch } from './stop-watch.ts';

let engine: Engine;
let stop: StopWatch;
let fd: number;
before(async () => {
  engine = await Engine.open({ memory: mebibytes(256), threads: 1 });
  stop = new StopWatch(new AbortController().signal, seconds(600));
  fd = openUnnamed('/dev/shm');
});
after(() => {
  stop.end();
  engine.close();
  closeSync(fd);
});

const PLAN: QueryPlan = {
  ast: '',
  explain: false,
  relations: [],
  parameters: [],
  limits: { time: seconds(60), memory: bytes(1), rows: 3, threads: 1 },
  maskKey: new Uint8Array(32),
  columnNotes: [{ class: 'health', unit: 'Cel' }],
  notes: { purpose: 'care' },
};

test('copyToParquet() sends on a file with what is known of its columns, each name once', async () => {
  const parts: Buffer[] = [];
  const sink = { write: (part: Uint8Array) => void parts.push(Buffer.from(part)) };
  const run = { engine, plan: PLAN, sink, stop };
  const written = await copyToParquet({ ...run, sql: 'SELECT 1.5::DOUBLE AS a, 2 AS a FROM range(3)' }, fd);
  const file = Buffer.concat(parts);
  assert.deepEqual([written.rows, written.resultBytes], [3, file.length]);
  assert.deepEqual([file.subarray(0, 4).toString(), file.subarray(-4).toString()], ['PAR1', 'PAR1']);
  for (const text of ['a:1', 'weir.purpose', 'health', 'Cel']) assert.ok(file.includes(text), text);
  await assert.rejects(copyToParquet({ ...run, sql: 'SELECT * FROM range(4)' }, fd), { code: 'QUERY_ROW_LIMIT' });
});
