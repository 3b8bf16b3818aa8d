import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mebibytes } from '#base/core/index.ts';
import { Engine, quoteName, quoteText } from './engine.ts';

const LIMITS = { memory: mebibytes(64), threads: 1 };

test('Engine.lockDown() shuts off files, settings and extensions', async () => {
  using engine = await Engine.open(LIMITS);
  await engine.lockDown(['/dev/null']);
  for (const sql of [
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/hosts')",
    "SELECT * FROM glob('/*')",
    "COPY (SELECT 1) TO '/tmp/weir-test-out.csv'",
    "ATTACH '/tmp/weir-test.db'",
    'INSTALL httpfs',
    'LOAD httpfs',
    "SET memory_limit = '1GB'",
    'SET enable_external_access = true',
    'SET lock_configuration = false',
    "SET allowed_paths = ['/etc/passwd']",
    'RESET allowed_paths',
    "SELECT * FROM read_text('/dev/../etc/passwd')",
  ]) {
    await assert.rejects(engine.connection.run(sql), /Error/, sql);
  }
});

test('Engine.open() makes times UTC and fails instead of spilling to disk', async () => {
  using engine = await Engine.open(LIMITS);
  assert.equal(
    await engine.textOf("SELECT CAST(TIMESTAMPTZ '2024-01-01 00:00:00+02' AS VARCHAR) || $1", ''),
    '2023-12-31 22:00:00+00',
  );
  await assert.rejects(
    engine.connection.run('CREATE TABLE t AS SELECT i, hash(i) AS h FROM range(30000000) r(i)'),
    /Out of Memory/,
  );
});

test('Engine.close() waits for what runs, and may be called again', async () => {
  const engine = await Engine.open(LIMITS);
  const running = engine.textOf('SELECT $1 || count(*)::VARCHAR FROM range(3000000)', 'n=');
  engine.close();
  engine.close();
  assert.equal(await running, 'n=3000000');
});

test('quoteText() and quoteName() survive quotes', async () => {
  using engine = await Engine.open(LIMITS);
  assert.equal(await engine.textOf(`SELECT ${quoteText("a'b''c")} || $1`, ''), "a'b''c");
  assert.equal(
    await engine.textOf(`SELECT ${quoteName('we"ird')} || $1 FROM (SELECT 'x' AS ${quoteName('we"ird')})`, ''),
    'x',
  );
});
