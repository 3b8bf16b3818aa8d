import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { join } from 'node:path';
import { encodeUtf8 } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { openDirectoryObjects, StorageError } from '#base/storage/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { placedKey } from './place-key.ts';
import { PlacedObjects } from './placed-objects.ts';

const BYTES = encodeUtf8('sealed');
const WANT = { size: BYTES.length, digest: sha256Hex(BYTES) };
const KEY = 'segments/aa/s1-1.parquet';
const HERE = placedKey('cold', KEY);

async function world(t: Cleanable) {
  const folder = await temporaryFolder(t);
  const local = await openDirectoryObjects(join(folder, 'objects'));
  const cold = await openDirectoryObjects(join(folder, 'cold'));
  const state = { isThere: true, cold };
  const objects = new PlacedObjects(local, async (name) => {
    if (!state.isThere || name !== 'cold') throw new StorageError('STORAGE_UNAVAILABLE', 'Cannot use place');
    return state.cold;
  });
  return { local, cold, state, objects };
}

describe('PlacedObjects', () => {
  it('keeps an object here until the place has it, read back, and reads it from there afterwards', async (t) => {
    const { objects, local, cold } = await world(t);
    await objects.put(HERE, BYTES);
    assert.deepEqual([await local.size(HERE), await cold.size(KEY)], [WANT.size, null]);
    assert.deepEqual(await Array.fromAsync(objects.waiting()), [HERE]);
    assert.deepEqual(await objects.read(HERE), BYTES);
    assert.equal(await objects.carry(HERE, WANT), 'carried');
    assert.deepEqual([await local.size(HERE), await cold.size(KEY)], [null, WANT.size]);
    assert.deepEqual(await objects.read(HERE, 1, 3), BYTES.slice(1, 3));
    assert.equal(await objects.size(HERE), WANT.size);
    assert.equal(await objects.carry(HERE, WANT), 'gone');
    assert.deepEqual(await Array.fromAsync(objects.list('places/cold/segments/')), [HERE]);
    assert.deepEqual(await Array.fromAsync(objects.list('')), [], 'a shorter prefix is about what lies here');
    await objects.delete(HERE);
    assert.deepEqual([await objects.size(HERE), await cold.size(KEY)], [null, null]);
  });

  it('comes to the same end, killed after any step of carrying', async (t) => {
    for (const steps of [0, 1, 2, 3, 4, 5, 6]) {
      const { objects, local, cold, state } = await world(t);
      await objects.put(HERE, BYTES);
      let left = steps;
      state.cold = dying(cold, () => (left -= 1) < 0);
      await objects.carry(HERE, WANT).catch(() => undefined);
      state.cold = cold;
      assert.deepEqual(await objects.read(HERE), BYTES, `killed after ${steps} steps`);
      await objects.carry(HERE, WANT);
      assert.deepEqual([await local.size(HERE), await cold.read(KEY)], [null, BYTES]);
    }
  });

  it('replaces what lies torn in the place, and never carries what is damaged here', async (t) => {
    const { objects, local, cold } = await world(t);
    await objects.put(HERE, BYTES);
    await cold.put(KEY, BYTES.slice(0, 3));
    assert.equal(await objects.carry(HERE, WANT), 'carried');
    assert.deepEqual(await cold.read(KEY), BYTES);
    const other = placedKey('cold', 'segments/aa/s2-1.parquet');
    await objects.put(other, encodeUtf8('seAled'));
    assert.equal(await objects.carry(other, WANT), 'damaged');
    assert.equal(await local.size(other), WANT.size);
  });

  it('keeps its copy where the place has stored something else', async (t) => {
    const { objects, local, cold, state } = await world(t);
    await objects.put(HERE, BYTES);
    state.cold = { ...bound(cold), put: (key) => cold.put(key, encodeUtf8('sealeD')) };
    assert.equal(await objects.carry(HERE, WANT), 'torn');
    assert.equal(await local.size(HERE), WANT.size);
    state.cold = cold;
    assert.equal(await objects.carry(HERE, WANT), 'carried');
    assert.deepEqual(await objects.read(HERE), BYTES);
  });

  it('loses nothing while a place cannot be reached, and forgets nothing that lies there', async (t) => {
    const { objects, local, cold, state } = await world(t);
    await objects.put(HERE, BYTES);
    state.isThere = false;
    await assert.rejects(objects.carry(HERE, WANT), { code: 'STORAGE_UNAVAILABLE' });
    await assert.rejects(objects.delete(HERE), { code: 'STORAGE_UNAVAILABLE' });
    assert.deepEqual(await objects.read(HERE), BYTES);
    state.isThere = true;
    await objects.carry(HERE, WANT);
    state.isThere = false;
    await assert.rejects(objects.read(HERE), { code: 'STORAGE_UNAVAILABLE' });
    await assert.rejects(objects.size(HERE), { code: 'STORAGE_UNAVAILABLE' });
    await assert.rejects(Array.fromAsync(objects.list('places/cold/')), { code: 'STORAGE_UNAVAILABLE' });
    assert.equal(await cold.size(KEY), WANT.size);
    assert.equal(await local.size(HERE), null);
  });

  it('leaves nothing in the place of what is deleted while it is carried', async (t) => {
    const { objects, cold } = await world(t);
    await objects.put(HERE, BYTES);
    const carrying = objects.carry(HERE, WANT);
    await objects.delete(HERE);
    await carrying;
    assert.deepEqual([await objects.size(HERE), await cold.size(KEY)], [null, null]);
  });

  it('carries nothing that is being deleted', async (t) => {
    const { objects, cold, state } = await world(t);
    await objects.put(HERE, BYTES);
    const { promise, resolve } = Promise.withResolvers<void>();
    state.cold = { ...bound(cold), delete: (key) => promise.then(() => cold.delete(key)) };
    const deleting = objects.delete(HERE);
    const carrying = objects.carry(HERE, WANT);
    setImmediate(resolve);
    await deleting;
    assert.equal(await carrying, 'gone');
    assert.deepEqual([await objects.size(HERE), await cold.size(KEY)], [null, null]);
  });
});

function bound(objects: Objects): Objects {
  return {
    put: (key, data) => objects.put(key, data),
    replace: (key, data) => objects.replace(key, data),
    size: (key) => objects.size(key),
    read: (key, start, end) => objects.read(key, start, end),
    list: (prefix) => objects.list(prefix),
    delete: (key) => objects.delete(key),
    free: () => objects.free(),
  };
}

/** Objects of which every call fails from some moment on, as for a process that is killed. */
function dying(objects: Objects, isDead: () => boolean): Objects {
  const or = <T>(step: () => Promise<T>): Promise<T> => (isDead() ? Promise.reject(new Error('killed')) : step());
  const own = bound(objects);
  return {
    ...own,
    put: (key, data) => or(() => own.put(key, data)),
    size: (key) => or(() => own.size(key)),
    read: (key, start, end) => or(() => own.read(key, start, end)),
    delete: (key) => or(() => own.delete(key)),
  };
}
