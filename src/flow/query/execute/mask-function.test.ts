import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mebibytes } from '#base/core/index.ts';
import { Engine } from './engine.ts';
import { registerMask } from './mask-function.ts';

test('registerMask() digests texts under its key: the same for the same, nothing like it under another key', async () => {
  const digests = async (fill: number) => {
    using engine = await Engine.open({ memory: mebibytes(128), threads: 2 });
    registerMask(engine.connection, new Uint8Array(32).fill(fill));
    const sql = 'SELECT weir_mask((i % 100)::VARCHAR) AS m, count(*) FROM range(100000) r(i) GROUP BY m ORDER BY m';
    const rows = (await engine.connection.runAndReadAll(sql)).getRows();
    assert.deepEqual((await engine.connection.runAndReadAll('SELECT weir_mask(NULL)')).getRows(), [[null]]);
    return rows;
  };
  const one = await digests(1);
  assert.equal(one.length, 100);
  assert.ok(one.every(([digest, count]) => /^[0-9a-f]{32}$/.test(String(digest)) && count === 1_000n));
  assert.deepEqual(one, await digests(1));
  assert.notDeepEqual(one, await digests(2));
});
