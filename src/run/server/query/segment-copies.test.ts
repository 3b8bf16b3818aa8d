import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bytes, encodeUtf8 } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { openDirectoryObjects, StorageError } from '#base/storage/index.ts';
import { placedKey } from '#flow/store/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { SegmentCopies } from './segment-copies.ts';

const SIZE = 8;

async function world(t: Cleanable, most = 2 * SIZE) {
  const folder = await temporaryFolder(t);
  const objects = await openDirectoryObjects(join(folder, 'objects'));
  const state = { isThere: true, fetched: 0 };
  const copies = await SegmentCopies.open({
    folder: join(folder, 'copies'),
    objects: {
      ...objects,
      size: (key) => objects.size(key),
      read: (key, start, end) => {
        state.fetched += 1;
        if (!state.isThere) return Promise.reject(new StorageError('STORAGE_UNAVAILABLE', 'Cannot use place cold'));
        return objects.read(key, start, end);
      },
    },
    most: bytes(most),
  });
  const store = async (id: string, content = `${id}-sealed`.padEnd(SIZE).slice(0, SIZE)) => {
    const objectKey = placedKey('cold', `segments/${id}-1.parquet`);
    await objects.put(objectKey, encodeUtf8(content));
    const digest = sha256Hex(encodeUtf8(content));
    return { id, version: 1, rows: 1, objectKey, size: SIZE, digest, footerHandle: '', columns: [] };
  };
  const there = () => readdir(join(folder, 'copies'));
  return { copies, store, state, there, objects };
}

describe('SegmentCopies', () => {
  it('has a copy, byte for byte, for as long as somebody reads it, fetched once', async (t) => {
    const { copies, store, state, there } = await world(t);
    const one = await store('a');
    assert.equal(copies.pathOf({ ...one, objectKey: 'segments/a' }), null);
    const [first, second] = await Promise.all([copies.hold([one]), copies.hold([one])]);
    assert.equal(await readFile(copies.pathOf(one)!, 'utf8'), 'a-sealed');
    assert.equal(state.fetched, 1);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    assert.deepEqual(await there(), ['a-1.parquet']);
    second[Symbol.dispose]();
    assert.deepEqual(await eventually(there, (found) => found.length === 0), []);
    const again = await copies.hold([one]);
    assert.equal(await readFile(copies.pathOf(one)!, 'utf8'), 'a-sealed');
    again[Symbol.dispose]();
    await eventually(async () => copies.heldBytes, (held) => held === 0); // prettier-ignore
  });

  it('never takes more room than it may: others wait, and what never fits is refused', async (t) => {
    const { copies, store, there } = await world(t);
    const all = await Promise.all(['a', 'b', 'c'].map((id) => store(id)));
    await assert.rejects(copies.hold(all), { code: 'SERVER_ARCHIVE_TOO_LARGE', hint: /`time`/ });
    const first = await copies.hold(all.slice(0, 2));
    const order: string[] = [];
    const next = copies.hold(all.slice(2)).then((hold) => (order.push('held'), hold));
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push('released');
    assert.equal((await there()).length, 2);
    first[Symbol.dispose]();
    (await next)[Symbol.dispose]();
    assert.deepEqual(order, ['released', 'held']);
    await eventually(there, (found) => found.length === 0);
  });

  it('gives nothing of what is torn, flipped, missing or out of reach, and leaves nothing behind', async (t) => {
    const { copies, store, state, there, objects } = await world(t);
    const one = await store('a');
    await objects.replace(one.objectKey, encodeUtf8('a-seAled'));
    await assert.rejects(copies.hold([one]), { code: 'STORE_SEGMENT_DAMAGED', segment: 'a' });
    await objects.replace(one.objectKey, encodeUtf8('a-sea'));
    await assert.rejects(copies.hold([one]), { code: 'STORE_SEGMENT_DAMAGED' });
    await objects.delete(one.objectKey);
    await assert.rejects(copies.hold([one]), { code: 'STORE_SEGMENT_MISSING' });
    const two = await store('b');
    state.isThere = false;
    await assert.rejects(copies.hold([two]), { code: 'STORAGE_UNAVAILABLE' });
    state.isThere = true;
    (await copies.hold([two]))[Symbol.dispose]();
    assert.deepEqual(await eventually(there, (found) => found.length === 0), []);
    assert.equal(copies.heldBytes, 0);
  });
});
