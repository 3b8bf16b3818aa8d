import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { layoutOf } from '../data-directory.ts';
import { ProberSearch } from './prober-search.ts';

test('ProberSearch finds a canary in data and in a log that lies elsewhere, and no other', async (t) => {
  const folder = await temporaryFolder(t);
  const layout = layoutOf(join(folder, 'data'), join(folder, 'audit'));
  for (const each of [layout.root, layout.audit]) await mkdir(each);
  const files = new ProberSearch(layout, seededRandom(1));
  const { signal } = new AbortController();
  const [canary, other] = [files.canary(), files.canary()];
  assert.notEqual(canary, other);
  for (const path of ['data/leak', 'audit/leak']) await writeFile(join(folder, path), `x${canary}`);
  const found = await files.find(canary, signal);
  assert.deepEqual(found.hits, ['leak', join('..', 'audit', 'leak')]);
  assert.deepEqual((await files.find(other, signal)).hits, []);
  await assert.rejects(files.findBytes([Buffer.from('x')], 0, AbortSignal.abort()));
});
