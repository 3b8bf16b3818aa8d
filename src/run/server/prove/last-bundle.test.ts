import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { LastBundle } from './last-bundle.ts';

test('LastBundle keeps the last one alone, for its owner', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'evidence.json');
  const last = new LastBundle(path);
  assert.equal(await last.read(), null);
  await last.keep('one');
  await last.keep('two');
  assert.equal(await last.read(), 'two');
  assert.equal(await new LastBundle(path).read(), 'two', 'also after a restart');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(folder), ['evidence.json']);
});

test('LastBundle keeps what it has where another cannot be written', async (t) => {
  const folder = await temporaryFolder(t);
  const last = new LastBundle(join(folder, 'none', 'evidence.json'));
  await assert.rejects(last.keep('one'), { code: 'ENOENT' });
  assert.equal(await last.read(), null);
});
