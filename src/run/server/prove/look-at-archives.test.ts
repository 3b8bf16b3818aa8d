import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { openDirectoryObjects, StorageError } from '#base/storage/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { lookAtArchives } from './look-at-archives.ts';
import type { LookAtArchivesParts } from './look-at-archives.ts';

/** A place with two archived segments, one that waits for it, and one of the data directory. */
async function world(t: Cleanable) {
  const cold = await openDirectoryObjects(await temporaryFolder(t));
  const segment = (id: string, place = 'places/cold/') => {
    const bytes = encodeUtf8(`sealed ${id}`);
    return { id, objectKey: `${place}segments/aa/${id}.parquet`, size: bytes.length, digest: sha256Hex(bytes), bytes };
  };
  const all = [segment('s1'), segment('s2'), segment('s3'), segment('s4', '')];
  for (const { objectKey, bytes } of all.slice(0, 2)) await cold.put(objectKey.replace('places/cold/', ''), bytes);
  const parts: LookAtArchivesParts = {
    active: async () => all,
    stored: async () => all,
    waiting: async function* () {
      yield 'places/cold/segments/aa/s3.parquet';
    },
    open: async () => cold,
    isOurs: () => true,
  };
  return { cold, parts, all };
}

const WHOLE = { place: 'cold', problem: null, sampled: 2, damaged: [], leftOver: [] };

test('lookAtArchives() finds what is sound sound, and nothing where nothing is archived', async (t) => {
  const { parts, all } = await world(t);
  assert.deepEqual(await lookAtArchives(parts), [WHOLE]);
  const here = async () => all.slice(3);
  assert.deepEqual(await lookAtArchives({ ...parts, active: here, stored: here }), []);
});

test('lookAtArchives() names what is missing, changed, or should be gone', async (t) => {
  const { cold, parts } = await world(t);
  await cold.replace('segments/aa/s1.parquet', encodeUtf8('sealed s0'));
  await cold.put('segments/aa/gone.parquet', encodeUtf8('x'));
  const [trial] = await lookAtArchives(parts);
  assert.deepEqual([trial?.damaged, trial?.leftOver], [['s1'], ['segments/aa/gone.parquet']]);
  await cold.delete('segments/aa/s2.parquet');
  assert.deepEqual((await lookAtArchives(parts))[0]?.damaged.toSorted(), ['s1', 's2']);
  const [held] = await lookAtArchives({ ...parts, isOurs: () => false });
  assert.deepEqual(held?.leftOver, [], 'what another copy keeps there is not ours to judge');
});

test('lookAtArchives() takes what was replaced meanwhile for known, and says what it cannot reach', async (t) => {
  const { parts, all } = await world(t);
  let asked = 0;
  const stored = async () => (asked++ === 0 ? all : all.slice(1));
  assert.deepEqual(await lookAtArchives({ ...parts, active: async () => all.slice(1), stored }), [
    { ...WHOLE, sampled: 1 },
  ]);
  const away = () => Promise.reject(new StorageError('STORAGE_UNAVAILABLE', 'Cannot use place cold'));
  assert.deepEqual(await lookAtArchives({ ...parts, open: away }), [
    { ...WHOLE, problem: 'STORAGE_UNAVAILABLE', sampled: 0 },
  ]);
});
