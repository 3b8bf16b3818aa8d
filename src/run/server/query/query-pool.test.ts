import assert from 'node:assert/strict';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { millis } from '#base/core/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { QueryPool } from './query-pool.ts';
import type { PoolTimes } from './query-pool.ts';
import type { QueryProcess } from './query-process.ts';

/** A program in the place of a query process: it answers `parse` with its process id, and ends with its parent. */
const LAUNCH = {
  command: process.execPath,
  arguments: [
    '-e',
    `process.on('message', ({ kind, id, method }) => {
      if (method === 'drop') globalThis.dropped = true;
      if (kind === 'call') process.send({ kind: 'reply', id, value: method === 'parse' ? process.pid : method === 'held' ? (globalThis.dropped ? 1 : 9) : !!globalThis.dropped });
    });
    process.on('disconnect', () => process.exit(0));`,
  ],
};

const atMost = (statements: number, abreast = statements) => ({ most: () => statements, abreast, engine: () => null });

const SLOW: PoolTimes = {
  idle: 600_000,
  sweep: 600_000,
  spare: 0,
  spareLatest: 600_000,
  queue: 600_000,
  brief: 600_000,
};

const pidOf = async (process: QueryProcess): Promise<number> => (await process.peer.call('parse', '')) as never;
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Work that holds a process until it is let go. */
function hold(pool: QueryPool, subject: string) {
  const letGo = Promise.withResolvers<void>();
  const took = Promise.withResolvers<number>();
  const done = pool.use(subject, async (process) => {
    took.resolve(await pidOf(process));
    await letGo.promise;
  });
  done.catch(took.reject);
  return { pid: took.promise, done, letGo: letGo.resolve };
}

test('QueryPool.use() gives a subject its process again, and another subject never the same', async () => {
  using pool = new QueryPool(LAUNCH, atMost(4), SLOW);
  const first = await pool.use('a', pidOf);
  assert.equal(await pool.use('a', pidOf), first);
  assert.notEqual(await pool.use('b', pidOf), first);
  assert.equal(await pool.use('a', pidOf), first);
});

test('QueryPool.use() gives statements of one subject that run at once a process each', async () => {
  using pool = new QueryPool(LAUNCH, atMost(3), SLOW);
  const [one, two] = [hold(pool, 'a'), hold(pool, 'a')];
  assert.notEqual(await one.pid, await two.pid);
  assert.equal(pool.running, 2);
  one.letGo();
  two.letGo();
  await Promise.all([one.done, two.done]);
  assert.equal(pool.running, 0);
});

test('QueryPool.use() has processes give way of who asks several at once, and of nobody else', async () => {
  using pool = new QueryPool(LAUNCH, atMost(4), SLOW);
  const usual = getPriority();
  const [other, one] = [hold(pool, 'b'), hold(pool, 'a')];
  const pids = [await other.pid, await one.pid];
  assert.deepEqual(
    pids.map((pid) => getPriority(pid)),
    [usual, usual],
  );
  const two = hold(pool, 'a');
  pids.push(await two.pid);
  const lower = Math.min(19, usual + 10);
  assert.deepEqual(
    pids.map((pid) => getPriority(pid)),
    [usual, lower, lower],
  );
  for (const held of [other, one, two]) held.letGo();
  await Promise.all([other.done, one.done, two.done]);
});

test('QueryPool.use() has brief statements of one subject go one after the other in one process, and others beside them', async () => {
  using pool = new QueryPool(LAUNCH, atMost(4, 1), SLOW);
  const usual = getPriority();
  const first = hold(pool, 'a');
  const pid = await first.pid;
  assert.equal(getPriority(pid), usual);
  const pids: number[] = [];
  const waiting = [1, 2, 3].map(() => pool.use('a', async (process) => void pids.push(await pidOf(process))));
  assert.notEqual(await pool.use('b', pidOf), pid);
  assert.deepEqual([pool.running, pids], [1, []]);
  assert.equal(getPriority(pid), Math.min(19, usual + 10), 'who has several waiting gives way');
  first.letGo();
  await Promise.all([first.done, ...waiting]);
  assert.deepEqual(pids, [pid, pid, pid]);
});

test('QueryPool.use() has a statement that lasts hold no other of its subject back', async () => {
  using pool = new QueryPool(LAUNCH, atMost(4, 1), { ...SLOW, brief: 100 });
  const long = hold(pool, 'a');
  const pid = await long.pid;
  assert.notEqual(await pool.use('a', pidOf), pid);
  assert.equal(pool.running, 1);
  long.letGo();
  await long.done;
});

test('QueryPool.use() begins one after the other of those that wait for statements that last', async () => {
  using pool = new QueryPool(LAUNCH, atMost(4, 1), { ...SLOW, brief: 100 });
  const held = [1, 2, 3].map(() => hold(pool, 'a'));
  const pids = await Promise.all(held.map(({ pid }) => pid));
  assert.deepEqual([new Set(pids).size, pool.running], [3, 3]);
  for (const one of held) one.letGo();
  await Promise.all(held.map(({ done }) => done));
});

test('QueryPool refuses who waits when it ends, and starts nothing more', async () => {
  let started = 0;
  const launch = {
    ...LAUNCH,
    get command() {
      started++;
      return LAUNCH.command;
    },
  };
  const pool = new QueryPool(launch, atMost(1), SLOW);
  const busy = hold(pool, 'a');
  await busy.pid;
  const waiting = assert.rejects(pool.use('b', pidOf), { code: 'SERVER_PROCESS_GONE' });
  const before = started;
  pool[Symbol.dispose]();
  busy.letGo();
  await Promise.all([busy.done, waiting]);
  assert.equal(started, before);
});

test('QueryPool.use() leaves a place to others, however much one subject asks', async () => {
  using pool = new QueryPool(LAUNCH, atMost(2), { ...SLOW, queue: 50 });
  const first = hold(pool, 'a');
  await first.pid;
  await assert.rejects(pool.use('a', pidOf), { code: 'SERVER_QUERY_BUSY' });
  assert.ok(await pool.use('b', pidOf));
  first.letGo();
  await first.done;
});

test('QueryPool.use() runs no more at once than may, idle processes or not', async () => {
  using pool = new QueryPool(LAUNCH, atMost(1), { ...SLOW, queue: 50 });
  await pool.use('a', pidOf);
  const other = hold(pool, 'b');
  await other.pid;
  await assert.rejects(pool.use('a', pidOf), { code: 'SERVER_QUERY_BUSY' });
  other.letGo();
  await other.done;
});

test('QueryPool.use() lets statements wait their turn where as many run as may', async () => {
  using pool = new QueryPool(LAUNCH, atMost(1), SLOW);
  const first = hold(pool, 'a');
  await first.pid;
  const order: string[] = [];
  const waiting = ['b', 'c'].map((subject) => pool.use(subject, async () => void order.push(subject)));
  assert.deepEqual([pool.running, order], [1, []]);
  first.letGo();
  await Promise.all([first.done, ...waiting]);
  assert.deepEqual(order, ['b', 'c']);
});

test('QueryPool.use() serves who waits after work that failed or whose process ended', async () => {
  using pool = new QueryPool(LAUNCH, atMost(1), SLOW);
  const failing = pool.use('a', async (running) => {
    process.kill(await pidOf(running), 'SIGKILL');
    await running.peer.call('parse', '');
  });
  const next = pool.use('a', pidOf);
  await assert.rejects(failing, { code: 'SERVER_PROCESS_GONE' });
  assert.ok(isAlive(await next));
});

test('QueryPool.use() refuses a statement that waited too long, and does not run it later', async () => {
  using pool = new QueryPool(LAUNCH, atMost(1), { ...SLOW, queue: 50 });
  const first = hold(pool, 'a');
  await first.pid;
  let ran = false;
  const late = pool.use('b', async () => {
    ran = true;
  });
  await assert.rejects(late, { code: 'SERVER_QUERY_BUSY' });
  first.letGo();
  await first.done;
  assert.equal(ran, false);
});

test('QueryPool ends a process that is idle, and no other', async () => {
  using pool = new QueryPool(LAUNCH, atMost(4), { ...SLOW, idle: millis(30), sweep: 20 });
  const busy = hold(pool, 'a');
  const busyPid = await busy.pid;
  const idlePid = await pool.use('b', pidOf);
  assert.equal(
    await eventually(
      () => isAlive(idlePid),
      (alive) => !alive,
    ),
    false,
  );
  assert.ok(isAlive(busyPid));
  busy.letGo();
  await busy.done;
  assert.notEqual(await pool.use('b', pidOf), idlePid);
});

test('QueryPool ends idle processes of others where too many stand around', async () => {
  using pool = new QueryPool(LAUNCH, atMost(1), SLOW);
  const pids: number[] = [];
  for (const subject of ['a', 'b', 'c', 'd']) pids.push(await pool.use(subject, pidOf));
  assert.equal(new Set(pids).size, 4);
  assert.equal(
    await eventually(
      () => isAlive(pids[0] ?? 0),
      (alive) => !alive,
    ),
    false,
  );
  assert.ok(pids.slice(1).every(isAlive));
});

test('QueryPool makes the next process ready once no statement runs, or its time has come', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (const { spareLatest, whileBusy } of [
    { spareLatest: Infinity, whileBusy: 1 },
    { spareLatest: 0, whileBusy: 2 },
  ]) {
    let started = 0;
    const launch = {
      ...LAUNCH,
      get command() {
        started++;
        return LAUNCH.command;
      },
    };
    using pool = new QueryPool(launch, atMost(4), { ...SLOW, spare: 1, spareLatest });
    const busy = hold(pool, 'a');
    await busy.pid;
    for (let i = 0; i < 3; i++) t.mock.timers.tick(1);
    assert.equal(started, whileBusy);
    busy.letGo();
    await busy.done;
    while (started < 2) {
      t.mock.timers.tick(1);
      await new Promise(setImmediate);
    }
    assert.equal(started, 2);
  }
});

test('QueryPool.heldAfterDrop() reaches every process that serves somebody, and adds up what they hold', async () => {
  using pool = new QueryPool(LAUNCH, atMost(2), SLOW);
  await Promise.all(['a', 'b'].map((subject) => pool.use(subject, pidOf)));
  assert.equal(await pool.heldAfterDrop(['segment', 'other']), 2, 'each keeps one of two, after it was told');
  for (const subject of ['a', 'b']) {
    const told = await pool.use(subject, (process) => process.peer.call('parseCondition', ''));
    assert.equal(told, true);
  }
});

test('QueryPool.heldAfterDrop() asks nothing of what has ended', async () => {
  using pool = new QueryPool(LAUNCH, atMost(2), SLOW);
  process.kill(await pool.use('a', pidOf), 'SIGKILL');
  assert.equal(await pool.heldAfterDrop(['segment']), 0);
});

test('QueryPool leaves no process behind when it is disposed of', async () => {
  const pool = new QueryPool(LAUNCH, atMost(2), SLOW);
  const pid = await pool.use('a', pidOf);
  pool[Symbol.dispose]();
  assert.equal(
    await eventually(
      () => isAlive(pid),
      (alive) => !alive,
    ),
    false,
  );
});

test('QueryPool of datasets gives way to others, keeps no process ready, and waits longer before it refuses', async () => {
  using pool = new QueryPool(LAUNCH, { ...atMost(2), serves: 'datasets' }, { ...SLOW, queue: 1 });
  const usual = getPriority();
  const first = hold(pool, 'a');
  const pid = await first.pid;
  await eventually(
    async () => getPriority(pid),
    (niceness) => niceness > usual,
  );
  // One place is left to others, so a second one of the same person waits.
  await assert.rejects(pool.use('a', pidOf), { code: 'SERVER_QUERY_BUSY', hint: /datasets-at-once/ });
  assert.notEqual(await pool.use('b', pidOf), pid);
  first.letGo();
  await first.done;
  assert.equal(await pool.use('a', pidOf), pid);
});
