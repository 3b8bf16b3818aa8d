import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { mebibytes, systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { StatementParser } from './parse-statement.ts';
import { warmUp } from './warm-up.ts';

test('warmUp() asks a statement of a made-up segment and leaves nothing behind', async (t) => {
  const directory = await temporaryFolder(t);
  const parser = await StatementParser.open();
  const asked: string[] = [];
  const parts = {
    parser: { parse: (sql: string) => (asked.push(sql), parser.parse(sql)) },
    limits: { memory: mebibytes(64), threads: 1 },
    clock: systemClock,
    random: systemRandom,
    directory,
  };
  await warmUp({ ...parts, signal: new AbortController().signal });
  assert.equal(asked.length, 1);
  assert.deepEqual(await readdir(directory), []);
});

test('warmUp() ends early when a statement comes', async (t) => {
  const directory = await temporaryFolder(t);
  const parser = await StatementParser.open();
  const coming = AbortSignal.timeout(1);
  await warmUp({
    parser: { parse: (sql) => parser.parse(sql) },
    limits: { memory: mebibytes(64), threads: 1 },
    clock: systemClock,
    random: { bytes: (length) => systemRandom.bytes(length) },
    directory,
    signal: coming,
  }).catch((error: unknown) => assert.ok(coming.aborted, String(error)));
  assert.deepEqual(await readdir(directory), []);
});
