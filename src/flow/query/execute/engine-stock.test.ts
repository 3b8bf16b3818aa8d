import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { mebibytes } from '#base/core/index.ts';
import { EngineStock } from './engine-stock.ts';

const LIMITS = { memory: mebibytes(64), threads: 1 };

const tablesOf = async (engine: Awaited<ReturnType<EngineStock['take']>>): Promise<unknown> =>
  (await engine.connection.runAndReadAll('SELECT count(*)::INT FROM duckdb_tables()')).getRows()[0]?.[0];

test('EngineStock.take() gives an engine of its own to each statement, with nothing of the one before', async () => {
  using stock = new EngineStock();
  const first = await stock.take(LIMITS);
  await first.connection.run('CREATE TABLE t (i INT)');
  await first.lockDown([]);
  stock.giveBack(first, LIMITS);
  await turn();
  const second = await stock.take(LIMITS);
  assert.notEqual(second, first);
  assert.equal(await tablesOf(second), 0);
  await second.lockDown([]);
  await assert.rejects(first.connection.run('SELECT 1'), 'the first is closed');
  second.close();
});

test('EngineStock.take() gives what was made ready only under the same limits', async () => {
  using stock = new EngineStock();
  stock.giveBack(await stock.take(LIMITS), LIMITS);
  await turn();
  using other = await stock.take({ ...LIMITS, memory: mebibytes(32) });
  assert.equal(await other.textOf("SELECT current_setting('memory_limit') || $1", ''), '32.0 MiB');
});

test('EngineStock.giveBack() leaves an engine whose answer is handed on until another process has had time for it', async (t) => {
  using stock = new EngineStock();
  const first = await stock.take(LIMITS);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  stock.giveBack(first, LIMITS, true);
  await turn();
  assert.equal(await tablesOf(first), 0, 'it is there still');
  // A statement that comes before has one of its own.
  using second = await stock.take(LIMITS);
  assert.equal(await tablesOf(second), 0);
  t.mock.timers.tick(1_000);
  await assert.rejects(first.connection.run('SELECT 1'));
});
