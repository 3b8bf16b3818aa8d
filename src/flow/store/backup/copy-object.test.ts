import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { copyObject, readHashed } from './copy-object.ts';

const DATA = Uint8Array.from({ length: 2_500_000 }, (_, at) => at % 251);
const WANT = { size: DATA.length, digest: sha256Hex(DATA) };

test('copyObject() copies once, mends what is torn, and refuses a source that differs', async (t) => {
  const [here, there] = [await temporaryFolder(t), await temporaryFolder(t)];
  const [from, to] = [await openDirectoryObjects(here), await openDirectoryObjects(there)];
  await from.put('segments/a', DATA);
  assert.equal(await copyObject(from, to, 'segments/a', WANT), 'copied');
  assert.equal(await copyObject(from, to, 'segments/a', WANT), 'there');
  assert.equal((await readHashed(to, 'segments/a', DATA.length)).digest, WANT.digest);

  // Torn: seen by its size. Changed: seen where it is looked for.
  await writeFile(join(there, 'segments/a'), DATA.subarray(0, 100));
  assert.equal(await copyObject(from, to, 'segments/a', WANT), 'copied');
  await writeFile(join(there, 'segments/a'), DATA.toReversed());
  assert.equal(await copyObject(from, to, 'segments/a', WANT), 'there');
  assert.equal(await copyObject(from, to, 'segments/a', WANT, true), 'copied');
  assert.deepEqual(await to.read('segments/a'), DATA);

  await writeFile(join(here, 'segments/a'), DATA.toReversed());
  assert.equal(await copyObject(from, to, 'segments/a', WANT), 'there', 'a sound copy is kept');
  await to.delete('segments/a');
  assert.equal(await copyObject(from, to, 'segments/a', WANT), 'damaged');
  assert.equal(await copyObject(from, to, 'segments/b', WANT), 'damaged');
  assert.equal(await to.size('segments/a'), null);
});
