import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import type { ResultFormat } from '#flow/query/index.ts';
import { sizeOf } from '#run/server/datasets/dataset.ts';
import type { Dataset } from '#run/server/datasets/dataset.ts';
import { ADA, ask, caller } from '#run/server/query/testing.ts';
import { openDatasetWorld } from '#run/server/datasets/world/testing.ts';
import type { DatasetWorld } from '#run/server/datasets/world/testing.ts';
import { requirePython } from '../support/outside.ts';
import { temporaryFolder } from '../support/tmp.ts';

const run = promisify(execFile);
const NEVER = new AbortController().signal;
const START = Date.UTC(2026, 5, 1) * 1_000;
const REQUEST = {
  name: 'pumps',
  sql: 'SELECT * FROM "pump"',
  parameters: [],
  purpose: 'quality',
  keep: null,
  rowsOf: 'pump',
} as const;
/** More than an object holds, in segments whose times overlap. */
const SEGMENTS = [70_000, 40_000, 30_000, 10_000] as const;
/** Pieces of one part each, put in order 50,000 rows at a time. */
const SMALL = { sliceRows: 50_000, pieces: { parts: 1, bytes: 33_554_432 } };
const ROWS = SEGMENTS.reduce((sum, rows) => sum + rows, 0);

const READ_ARROW = `
import sys, json, pyarrow.ipc as ipc, pyarrow.compute as pc
with ipc.open_stream(sys.argv[1]) as stream:
    facts = {k.decode(): v.decode() for k, v in stream.schema.metadata.items()}
    table = stream.read_all()
times = table["time"]
print(json.dumps({"rows": table.num_rows, "dataset": facts["weir.dataset"], "sum": pc.sum(table["pressure"]).as_py(),
  "sorted": pc.all(pc.less_equal(times[:-1], times[1:])).as_py()}))
`;

/** Reads rows into a file and gives what it ended with. */
async function readInto(
  world: DatasetWorld,
  dataset: Dataset,
  format: ResultFormat,
  file: string,
  columns: readonly string[] | null = null,
): Promise<unknown> {
  const { parts } = await world.keeper.rows(ADA, dataset, { format, columns }, NEVER);
  const out = createWriteStream(file);
  try {
    for await (const part of parts) if (!out.write(part)) await once(out, 'drain');
    return null;
  } catch (error) {
    return error;
  } finally {
    out.end();
    await once(out, 'close');
  }
}

test('a dataset of more rows than an object holds', async (t) => {
  const python = requirePython(t, 'pyarrow');
  const world = await openDatasetWorld(t, 'limits: { query-rows: 1000 }', SMALL);
  const { keeper, objects, audit } = world;
  for (const [at, rows] of SEGMENTS.entries()) await world.addSegment(rows, START + at * 20_000_000, 1_000);
  const folder = await temporaryFolder(t);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  t.after(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
  const dataset = await keeper.create(ADA, REQUEST, NEVER);
  const file = path.join(folder, 'rows.parquet');

  await t.test('lies in several objects, whatever a query may answer, and is named by its rows alone', async () => {
    assert.deepEqual([dataset.content.rows, dataset.objects.length], [ROWS, 3]);
    assert.deepEqual(
      dataset.objects.map(({ rows, parts }) => [rows, parts]),
      [
        [65_536, 1],
        [65_536, 1],
        [ROWS - 131_072, 1],
      ],
    );
    const entry = audit.events.find(({ action }) => action === 'create-dataset');
    assert.deepEqual(entry?.detail, { rows: ROWS, segments: 4, objects: 3, bytes: sizeOf(dataset) });
    // Worked out at once instead of span by span: the same rows in the same order.
    const whole = 'SELECT * FROM (SELECT * FROM pump LIMIT 2000000)';
    const other = await keeper.create(ADA, { ...REQUEST, name: 'whole', sql: whole, rowsOf: null }, NEVER);
    assert.equal(other.content.digest, dataset.content.digest);
    await keeper.remove(ADA.actor, other);
  });

  await t.test('one flipped byte in an object is named, and no row of that object leaves', async () => {
    const second = dataset.objects[1]!;
    const where = path.join(world.layout.objects, second.objectKey);
    const sealed = await readFile(where);
    const bad = Buffer.from(sealed);
    bad[second.size >> 1]! ^= 1;
    await writeFile(where, bad);
    const csv = path.join(folder, 'rows.csv');
    const error = (await readInto(world, dataset, 'csv', csv)) as { code?: string; message?: string };
    assert.equal(error.code, 'QUERY_SEGMENT_DAMAGED');
    assert.match(error.message ?? '', new RegExp(second.id));
    const { length } = (await readFile(csv, 'utf8')).trim().split('\r\n');
    assert.ok(length - 1 <= dataset.objects[0]!.rows);
    await writeFile(where, sealed);
  });

  await t.test('is read across its objects as Parquet by DuckDB and as Arrow by PyArrow', async () => {
    assert.equal(await readInto(world, dataset, 'parquet', file), null);
    const [facts] = await ask(
      `SELECT count(*)::INTEGER, count(DISTINCT (device, time, worker))::INTEGER, min(time) = make_timestamptz(${START}) FROM '${file}'`,
    );
    assert.deepEqual(facts, [ROWS, ROWS, true]);
    const unsorted = `SELECT count(*)::INTEGER FROM (SELECT time, lag(time) OVER () AS before FROM '${file}') WHERE before > time`;
    assert.deepEqual(await ask(unsorted), [[0]]);
    const arrow = path.join(folder, 'rows.arrow');
    assert.equal(await readInto(world, dataset, 'arrow', arrow, ['time', 'pressure']), null);
    const { stdout } = await run(python, ['-c', READ_ARROW, arrow]);
    const read = JSON.parse(stdout) as { rows: number; dataset: string; sum: number; sorted: boolean };
    assert.deepEqual([read.rows, read.dataset, read.sorted], [ROWS, 'pumps@1', true]);
    const [[sum]] = (await ask(`SELECT sum(pressure) FROM '${file}'`)) as [[number]];
    assert.ok(Math.abs(read.sum - sum) < 1e-3);
  });

  await t.test('rows of a person go from the objects that have some, and from no other', async () => {
    const who = [{ relation: 'pump', column: 'worker', values: new Set(['worker-7']) }];
    const [concerned] = await keeper.concerning(who);
    const [[rows]] = (await ask(`SELECT count(*)::INTEGER FROM '${file}' WHERE worker = 'worker-7'`)) as [[number]];
    assert.deepEqual(concerned, { name: 'pumps', version: 1, rows });
    assert.equal(await keeper.rewriteWithout('weir:rights', concerned, who), rows);
    const left = await keeper.show(ADA, 'pumps');
    assert.deepEqual([left.content.rows, left.objects.length, await keeper.concerning(who)], [ROWS - rows, 3, []]);
    assert.equal(await readInto(world, left, 'parquet', file), null);
    assert.deepEqual(
      await ask(`SELECT count(*)::INTEGER, count(*) FILTER (WHERE worker = 'worker-7')::INTEGER FROM '${file}'`),
      [[ROWS - rows, 0]],
    );
    await keeper.remove(ADA.actor, left);
    assert.deepEqual(await Array.fromAsync(objects.list('datasets/')), []);
  });
});

test('a dataset loses the rows of a person where their column stands in it as it is, and else goes whole', async (t) => {
  const world = await openDatasetWorld(t);
  await world.addSegment(2_000, START, 1_000);
  const { keeper } = world;
  const who = [{ relation: 'pump', column: 'worker', values: new Set(['worker-7']) }];
  for (const [sql, takes] of [
    ['SELECT worker, avg(pressure) AS pressure FROM pump GROUP BY worker', 'rows'],
    ['SELECT time, worker FROM pump ORDER BY pressure LIMIT 2000', 'rows'],
    ['SELECT time, upper(worker) AS worker FROM pump', 'whole'],
    ['SELECT device, min(worker) AS worker FROM pump GROUP BY device', 'whole'],
    ['SELECT time, pressure FROM pump', 'whole'],
  ] as const) {
    const made = await keeper.create(ADA, { ...REQUEST, sql, rowsOf: null }, NEVER);
    assert.equal(keeper.erasureOf(made), takes, sql);
    const [concerned] = await keeper.concerning(who);
    const gone = await keeper.rewriteWithout('weir:rights', concerned!, who);
    const [left] = await keeper.list(ADA);
    if (takes === 'whole') assert.deepEqual([gone, left], [made.content.rows, undefined], sql);
    else {
      assert.deepEqual(
        [gone > 0, left?.content.rows, await keeper.concerning(who)],
        [true, made.content.rows - gone, []],
      );
      await keeper.remove(ADA.actor, left!);
    }
  }
});

test('a dataset shows nothing while rows of somebody are withheld that it cannot tell from others', async (t) => {
  const world = await openDatasetWorld(t);
  await world.addSegment(2_000, START, 1_000);
  const { keeper } = world;
  const folder = await temporaryFolder(t);
  const read = async (sql: string): Promise<string | number> => {
    const made = await keeper.create(ADA, { ...REQUEST, sql, rowsOf: null }, NEVER);
    world.changeWithheld({ pump: "worker IN ('worker-7')" });
    try {
      const csv = path.join(folder, 'rows.csv');
      const error = await readInto(world, made, 'csv', csv).catch((thrown: unknown) => thrown);
      if (error !== null) return (error as { code: string }).code;
      return made.content.rows - ((await readFile(csv, 'utf8')).trim().split('\r\n').length - 1);
    } finally {
      world.changeWithheld();
    }
  };
  assert.equal(await read('SELECT time, worker FROM pump'), 4);
  for (const sql of [
    'SELECT time, upper(worker) AS worker FROM pump',
    'SELECT device, min(worker) AS worker FROM pump GROUP BY device',
    'SELECT time, pressure FROM pump',
  ]) {
    assert.equal(await read(sql), 'QUERY_REFUSED', sql);
  }
});

test('datasets that are read slowly keep no statement and no other dataset waiting', async (t) => {
  // One statement at once, and two datasets: each of these is held by a reader that takes its first part and no more.
  const world = await openDatasetWorld(t, 'limits: { queries-at-once: 1, datasets-at-once: 3 }', SMALL);
  await world.addSegment(70_000, START, 1_000);
  const { keeper, service } = world;
  const dataset = await keeper.create(ADA, REQUEST, NEVER);
  const left = new AbortController();
  const readers = await Promise.all(
    ['bob', 'eve'].map(async (id) => {
      const { parts } = await keeper.rows(caller(id, 'scientist'), dataset, { format: 'csv', columns: null }, left.signal); // prettier-ignore
      const iterator = parts[Symbol.asyncIterator]();
      assert.ok(((await iterator.next()).value as Uint8Array).length > 0);
      return iterator;
    }),
  );
  assert.equal(service.running, 2);
  const question = ask('SELECT count(*) AS n FROM pump');
  const { parts } = await service.run(ADA, question, NEVER);
  assert.equal(Buffer.concat(await Array.fromAsync(parts)).toString('utf8'), 'n\r\n70002\r\n');
  // The rows go on where they were once somebody takes them.
  let lines = 0;
  const last = readers[0]!;
  for (let next = await last.next(); next.done !== true; next = await last.next()) {
    lines += Buffer.from(next.value).toString('utf8').split('\r\n').length - 1;
  }
  assert.ok(lines > 60_000);
  assert.equal((await keeper.create(ADA, { ...REQUEST, name: 'other' }, NEVER)).content.rows, 70_000);
  left.abort();
  await assert.rejects(
    async () => {
      for (;;) if ((await readers[1]!.next()).done === true) return;
    },
    { code: 'QUERY_CANCELLED' },
  );
});

test('a dataset has a limit of its own, which says its name', async (t) => {
  const world = await openDatasetWorld(t, 'limits: { dataset-rows: 1000 }');
  await world.addSegment(1_001, START, 1_000);
  await assert.rejects(world.keeper.create(ADA, REQUEST, NEVER), {
    code: 'QUERY_ROW_LIMIT',
    hint: /dataset-rows under limits:/,
  });
  assert.deepEqual(await Array.fromAsync(world.objects.list('datasets/')), []);
  const few = { ...REQUEST, sql: 'SELECT * FROM "pump" WHERE (time < \'2026-06-01 00:00:00.5Z\')' };
  assert.equal((await world.keeper.create(ADA, few, NEVER)).content.rows, 500);
});
