import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bytes, hasCode, mebibytes, millis, seconds } from '#base/core/index.ts';
import type { ColumnShape } from '#base/core/index.ts';
import {
  columnOf,
  execute,
  governed,
  grantAll,
  planOf,
  query,
  sealToFile,
  testKeys,
  testFiles,
} from '../../../../test/support/query-fixture.ts';
import type { World } from '../../../../test/support/query-fixture.ts';
import { disposableFolder } from '../../../../test/support/tmp.ts';
import { checkPiece } from '../formats/check-piece.ts';
import type { CheckedPiece } from '../formats/check-piece.ts';
import { FrozenPieces } from '../formats/frozen-piece.ts';
import { EngineStock } from './engine-stock.ts';
import { executePlan } from './execute-plan.ts';
import type { QueryPlan } from './plan.ts';
import { StatementParser } from './parse-statement.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'value', type: 'number', nullable: false },
];
const ENDLESS = 'SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE hash(a.range + b.range) = 1';

let world: World;
let folder: Awaited<ReturnType<typeof disposableFolder>>;
before(async () => {
  folder = await disposableFolder();
  const rows = 50_000;
  const columns = SHAPES.map(({ name, type }) => ({
    name,
    data: columnOf(type, rows, (row) => (type === 'text' ? `d${row % 10}` : row)),
  }));
  const batch = { stream: 'climate', template: '', rows, columns };
  const { segment } = await sealToFile(folder.path, 'a', SHAPES, batch);
  const climate = governed('climate', SHAPES);
  world = {
    parser: await StatementParser.open(),
    files: testFiles(),
    relations: new Map([['climate', climate]]),
    grants: new Map([['climate', grantAll(climate)]]),
    rows: new Map([['climate', { shapes: SHAPES, segments: [segment], tail: [batch] }]]),
  };
});
after(async () => {
  world.parser.close();
  world.files[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

const limited = (plan: QueryPlan, limits: Partial<QueryPlan['limits']>): QueryPlan => ({
  ...plan,
  limits: { ...plan.limits, ...limits },
});
const partsOf = () => ({ files: world.files, askKeys: testKeys });
const nowhere = { write: () => {} };
const code = (wanted: string) => (error: unknown) => hasCode(error, wanted);

test('executePlan() answers over sealed and unsealed rows, and tells what it opened', async () => {
  world.files.drop(null);
  const first = await query(world, 'SELECT count(*) AS n, sum(value) AS s FROM climate', 'csv');
  assert.equal(new TextDecoder().decode(first.bytes), 'n,s\r\n100000,2499950000\r\n');
  const { rows, bytesRead, bytesOpened, bytesReused, resultBytes } = first.summary;
  assert.deepEqual([rows, resultBytes, bytesReused], [1, first.bytes.length, 0]);
  assert.ok(bytesRead > 0 && bytesOpened > 0);
  const again = await query(world, 'SELECT max(value) FROM climate', 'csv');
  assert.deepEqual(
    [again.summary.bytesRead, again.summary.bytesOpened, again.summary.bytesReused],
    [0, 0, bytesOpened],
  );
});

test('executePlan() binds parameters', async () => {
  const plan = await planOf(world, 'SELECT count(*) AS n FROM climate WHERE device = $1 AND value < $2', ['d3', 100]);
  assert.match(new TextDecoder().decode((await execute(world, plan, 'csv')).bytes), /^n\r\n20\r\n$/);
});

test('executePlan() hands its answer on before it takes its engine down', async () => {
  const seen: string[] = [];
  using stock = new EngineStock();
  const giveBack = stock.giveBack.bind(stock);
  stock.giveBack = (...given) => {
    seen.push('engine');
    giveBack(...given);
  };
  const sink = { write: () => void seen.push('part') };
  const plan = await planOf(world, 'SELECT count(*) AS n FROM climate');
  await executePlan(plan, 'json', { ...partsOf(), engines: stock }, sink, new AbortController().signal);
  assert.deepEqual(seen, ['part', 'engine']);
});

test('executePlan() stops at once when its caller leaves', async () => {
  const plan = await planOf(world, ENDLESS);
  const abort = new AbortController();
  const running = executePlan(plan, 'csv', partsOf(), nowhere, abort.signal);
  await new Promise((resolve) => setTimeout(resolve, 300));
  abort.abort();
  await assert.rejects(running, code('QUERY_CANCELLED'));
  await assert.rejects(executePlan(plan, 'csv', partsOf(), nowhere, AbortSignal.abort()), code('QUERY_CANCELLED'));
});

test('executePlan() keeps to its limits of time, memory and rows', async () => {
  await assert.rejects(
    execute(world, limited(await planOf(world, ENDLESS), { time: millis(200) })),
    code('QUERY_TIME_LIMIT'),
  );
  const sort = await planOf(
    world,
    'SELECT list(a.value ORDER BY b.value) FROM climate a, (FROM climate LIMIT 200) b GROUP BY a.device',
  );
  await assert.rejects(
    execute(world, limited(sort, { memory: mebibytes(80), time: seconds(600) })),
    code('QUERY_MEMORY_LIMIT'),
  );
  for (const format of ['csv', 'parquet', 'arrow'] as const) {
    const all = limited(await planOf(world, 'SELECT * FROM climate'), { rows: 99_999 });
    await assert.rejects(execute(world, all, format), code('QUERY_ROW_LIMIT'));
    assert.equal((await execute(world, limited(all, { rows: 100_000 }), format)).summary.rows, 100_000);
  }
});

test('executePlan() waits for its sink', async () => {
  const plan = await planOf(world, 'SELECT device, value, value * 2, value * 3 FROM climate');
  let [waiting, most, parts] = [0, 0, 0];
  const sink = {
    write: async () => {
      waiting += 1;
      most = Math.max(most, waiting);
      await new Promise((resolve) => setTimeout(resolve, 1));
      waiting -= 1;
      parts += 1;
    },
  };
  await executePlan(plan, 'ndjson', partsOf(), sink, new AbortController().signal);
  assert.equal(most, 1);
  assert.ok(parts > 10, 'a result goes out in parts');
});

test('executePlan() ends in time though nobody takes what it wrote', async () => {
  const { plan } = await query(world, 'SELECT range FROM range(1000000)');
  const stuck = { write: () => new Promise<void>(() => {}) };
  for (const format of ['json', 'parquet'] as const) {
    const run = executePlan(
      limited(plan, { time: millis(300) }),
      format,
      partsOf(),
      stuck,
      AbortSignal.timeout(600_000),
    );
    await assert.rejects(run, code('QUERY_TIME_LIMIT'));
  }
});

test('executePlan() passes a failure of its sink on, and of the engine with its words', async () => {
  const plan = await planOf(world, 'SELECT * FROM climate');
  const sink = { write: () => Promise.reject(new Error('gone')) };
  await assert.rejects(executePlan(plan, 'csv', partsOf(), sink, new AbortController().signal));
  const bad = await planOf(world, "SELECT CAST('x' AS INTEGER)");
  await assert.rejects(
    execute(world, bad),
    (error) =>
      hasCode(error, 'QUERY_FAILED') && /Could not convert/.test(String((error as { detail?: string }).detail)),
  );
});

test('executePlan() gives no engine to the next statement', async () => {
  const failing = await planOf(world, 'SELECT error(device) FROM climate');
  await assert.rejects(execute(world, failing), code('QUERY_FAILED'));
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => query(world, 'SELECT count(*) FROM climate', 'csv')),
  );
  assert.ok(answers.every(({ summary }) => summary.rows === 1));
  assert.ok(bytes(world.files.heldBytes) > 0);
});

test('executePlan() runs slices one after the other into one result, whatever its format', async () => {
  const plan = await planOf(world, 'SELECT device, value FROM climate');
  const [relation] = plan.relations;
  const slices = [
    [{ ...relation!, tail: [] }],
    [{ ...relation!, segments: [] }],
    [{ ...relation!, segments: [], tail: [] }],
  ];
  for (const format of ['csv', 'arrow', 'parquet'] as const) {
    const { summary, bytes: read } = await execute(world, { ...plan, relations: [], slices }, format);
    assert.deepEqual([summary.rows, summary.columns.length, summary.resultBytes], [100_000, 2, read.length]);
  }
  const less = limited({ ...plan, relations: [], slices }, { rows: 99_999, rowsBy: 'dataset-rows' });
  await assert.rejects(execute(world, less, 'csv'), { code: 'QUERY_ROW_LIMIT', hint: /dataset-rows/ });
});

test('executePlan() reads the rows of a window alone, and halves one that outgrows its memory', async () => {
  const timed = await timedWorld(10_000);
  const plan = await planOf(timed, "SELECT time, repeat('x', 4000) || time AS text FROM climate");
  const [relation] = plan.relations;
  const slices = [{ from: 0, to: 2_500 }, { from: 2_500, to: 10_000 }].map((window) => [{ ...relation!, window }]); // prettier-ignore
  const freeze = async (of: QueryPlan) => {
    const found: CheckedPiece[] = [];
    const pieces = new FrozenPieces(async ({ plain, columns }) => void found.push(checkPiece(plain, columns)));
    const sink = { write: (part: Uint8Array) => pieces.push(part) };
    const parts = { files: timed.files, askKeys: testKeys };
    const { rows } = await executePlan(of, 'frozen', parts, sink, new AbortController().signal);
    pieces.end();
    return { rows, digests: found.flatMap(({ digests }) => digests) };
  };
  const whole = await freeze(plan);
  assert.equal(whole.rows, 10_000);
  const sliced = { ...plan, relations: [], slices };
  assert.deepEqual(await freeze(sliced), whole);
  const small = { memory: mebibytes(40), threads: 1 };
  await assert.rejects(freeze(limited(plan, small)), code('QUERY_MEMORY_LIMIT'));
  assert.deepEqual(await freeze(limited(sliced, small)), whole);
  const one = { ...sliced, slices: slices.slice(0, 1) };
  assert.equal((await freeze(one))?.rows, 2_500);
});

/** So many readings, one each microsecond from 0 on, not in their order. */
async function timedWorld(rows: number): Promise<World> {
  const shapes = [{ name: 'time', type: 'time', nullable: false }] as const;
  const columns = [{ name: 'time', data: columnOf('time', rows, (row) => (row * 7_919) % rows) }];
  const { segment } = await sealToFile(folder.path, 'timed', shapes, {
    stream: 'climate',
    template: '',
    rows,
    columns,
  });
  const climate = governed('climate', shapes);
  return {
    ...world,
    relations: new Map([['climate', climate]]),
    grants: new Map([['climate', grantAll(climate)]]),
    rows: new Map([['climate', { shapes, segments: [segment], tail: [] }]]),
  };
}
