import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { concatBytes, encodeUtf8 } from '#base/core/index.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { SecretFiles } from './secret-files.ts';
import type { Sealing } from './secret-files.ts';

/** Seals by writing generation and purpose in front: enough to see what is asked for. */
function plainSealing(generations: readonly number[]): Sealing {
  return {
    generations,
    seal: async (purpose, material) =>
      concatBytes([Uint8Array.of(generations.at(-1) ?? 0), encodeUtf8(`${purpose}\n`), material]),
    open: async (purpose, sealed) => sealed.slice(1 + purpose.length + 1),
    generationOf: (sealed) => sealed[0] ?? 0,
  };
}

test('reseal() seals again what an older generation sealed, and that only', async (t) => {
  const folder = await temporaryFolder(t);
  const before = new SecretFiles(folder, plainSealing([1]));
  for (const name of ['epoch-1', 'rows-people-1']) await before.keep(name, encodeUtf8(name));
  const after = new SecretFiles(folder, plainSealing([1, 2]));
  await after.keep('epoch-2', encodeUtf8('epoch-2'));
  assert.deepEqual([await after.countOf(1), await after.countOf(2)], [2, 1]);
  assert.equal(await after.reseal(), 2);
  assert.equal(await after.reseal(), 0);
  assert.deepEqual([await after.countOf(1), await after.countOf(2)], [0, 3]);
  assert.deepEqual(new Uint8Array((await after.fetch('epoch-1')) ?? []), encodeUtf8('epoch-1'));
});

test('names() lists secrets alone, and none where there is no folder', async (t) => {
  const folder = await temporaryFolder(t);
  const files = new SecretFiles(folder, plainSealing([1]));
  await files.keep('epoch-1', encodeUtf8('x'));
  await writeFile(join(folder, 'notes.txt'), '');
  assert.deepEqual(await files.names(), ['epoch-1']);
  assert.deepEqual(await new SecretFiles(join(folder, 'none'), plainSealing([1])).names(), []);
  assert.equal((await readFile(join(folder, 'epoch-1.key')))[0], 1);
});
