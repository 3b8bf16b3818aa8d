import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytes, encodeUtf8 } from '#base/core/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { PatientObjects, PlaceTurns } from './patient-objects.ts';

const SILENT = { code: 'STORAGE_UNAVAILABLE', message: /did not answer/ };

describe('PlaceTurns', () => {
  it('waits for its patience alone, and for nothing more until what hangs has come back', async () => {
    const turns = new PlaceTurns({ ms: 5, rate: bytes(1_000), atOnce: 2 });
    const hanging = Promise.withResolvers<string>();
    let begun = 0;
    await assert.rejects(
      turns.run(() => hanging.promise),
      SILENT,
    );
    for (let i = 0; i < 3; i++)
      await assert.rejects(
        turns.run(async () => (begun += 1)),
        SILENT,
      );
    assert.equal(begun, 0, 'nothing is begun meanwhile');
    hanging.resolve('late');
    await hanging.promise;
    await new Promise(setImmediate);
    assert.equal(await turns.run(async () => (begun += 1)), 1);
  });

  it('has two steps under way at once, and those that wait for them are told too', async () => {
    const turns = new PlaceTurns({ ms: 5, rate: bytes(1_000), atOnce: 2 });
    const hanging = Promise.withResolvers<void>();
    let begun = 0;
    const step = async (): Promise<void> => {
      begun += 1;
      await hanging.promise;
    };
    const all = await Promise.allSettled([1, 2, 3, 4].map(() => turns.run(step)));
    assert.deepEqual([begun, ...all.map(({ status }) => status)], [2, ...Array.from({ length: 4 }, () => 'rejected')]);
    hanging.resolve();
  });

  it('waits longer for what is larger, and hands failures on', async () => {
    const turns = new PlaceTurns({ ms: 0, rate: bytes(1), atOnce: 1 });
    const later = () => new Promise<string>((resolve) => setTimeout(resolve, 20, 'there'));
    assert.equal(await turns.run(later, 3_600), 'there');
    await assert.rejects(
      turns.run(() => Promise.reject(new TypeError('no')), 3_600),
      TypeError,
    );
  });
});

describe('PatientObjects', () => {
  it('is the store that it stands before', async (t) => {
    const objects = new PatientObjects(await openDirectoryObjects(await temporaryFolder(t)), new PlaceTurns());
    await objects.put('a/b', encodeUtf8('one'));
    await objects.replace('a/c', [encodeUtf8('t'), encodeUtf8('wo')]);
    assert.deepEqual(await Array.fromAsync(objects.list('a/')), ['a/b', 'a/c']);
    assert.deepEqual([await objects.size('a/c'), await objects.size('a/d')], [3, null]);
    assert.deepEqual(await objects.read('a/b'), encodeUtf8('one'));
    assert.deepEqual(await objects.read('a/c', 1, 3), encodeUtf8('wo'));
    await objects.delete('a/b');
    await assert.rejects(objects.read('a/b'), { code: 'STORAGE_MISSING' });
    assert.ok((await objects.free()) > 0);
  });

  it('says so where a listing hangs', async (t) => {
    const inner = await openDirectoryObjects(await temporaryFolder(t));
    const list = (): AsyncIterable<string> => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    });
    const hanging = Object.assign(Object.create(inner) as typeof inner, { list });
    const objects = new PatientObjects(hanging, new PlaceTurns({ ms: 5, rate: bytes(1), atOnce: 2 }));
    await assert.rejects(Array.fromAsync(objects.list('')), SILENT);
  });
});
