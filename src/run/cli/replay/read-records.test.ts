import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readRecords } from './read-records.ts';

async function write(t: { after: (done: () => Promise<void>) => void }, name: string, data: string | Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'weir-read-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), data);
  return join(folder, name);
}

const collect = async (path: string) =>
  (await Array.fromAsync(readRecords(path).records)).map(({ values }) => Object.fromEntries(values));

test('readRecords() tells CSV, JSON lines and gzip apart', async (t) => {
  const rows = [{ a: 1 }, { a: 2 }];
  const lines = '{"a":1}\n\n{"a":2}';
  assert.deepEqual(await collect(await write(t, 'x.jsonl', lines)), rows);
  assert.deepEqual(await collect(await write(t, 'x.jsonl.gz', gzipSync(lines))), rows);
  assert.deepEqual(await collect(await write(t, 'x.csv', 'a\n1\n2\n')), [{ a: '1' }, { a: '2' }]);
});

test('readRecords() names file and line of what it cannot read', async (t) => {
  await assert.rejects(collect(await write(t, 'x.jsonl', '{"a":1}\n{"a":\n')), {
    code: 'CLI_FILE_UNREADABLE',
    message: /line 2/,
  });
  await assert.rejects(collect(await write(t, 'x.jsonl', '{}\n[1]\n')), {
    code: 'CLI_FILE_UNREADABLE',
    message: /line 2/,
  });
  await assert.rejects(collect('/nowhere/x.csv'), { code: 'CLI_FILE_UNREADABLE' });
  await assert.rejects(collect(await write(t, 'x.csv.gz', 'not gzip')), { code: 'CLI_FILE_UNREADABLE' });
});

test('readRecords() reads an empty file as no records', async (t) => {
  assert.deepEqual(await collect(await write(t, 'x.csv', '')), []);
});
