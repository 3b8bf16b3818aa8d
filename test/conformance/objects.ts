import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import type { Objects } from '#base/storage/index.ts';

const WRONG_KEYS = [
  '',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  'a/../b',
  'a/..',
  '.hidden',
  'a/.hidden',
  'A',
  'a b',
  'ä',
  'a\0b',
  'a\\b',
  'a\nb',
  'a'.repeat(513),
  'a'.repeat(256),
];

/**
 * What every object store does.
 *
 * @param makeObjects an empty store per test
 */
export function testObjects(name: string, makeObjects: (t: TestContext) => Promise<Objects>): void {
  const collect = async (objects: Objects, prefix: string): Promise<string[]> => {
    const keys: string[] = [];
    for await (const key of objects.list(prefix)) keys.push(key);
    return keys;
  };

  test(`${name}: read() gives back what put() took, whole and in ranges`, async (t) => {
    const objects = await makeObjects(t);
    const data = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);
    await objects.put('streams/climate/1', [data.subarray(0, 7), new Uint8Array(0), data.subarray(7)]);
    assert.equal(await objects.size('streams/climate/1'), data.length);
    assert.deepEqual(await objects.read('streams/climate/1'), data);
    assert.deepEqual(await objects.read('streams/climate/1', 5), data.subarray(5));
    assert.deepEqual(await objects.read('streams/climate/1', 5, 9), data.subarray(5, 9));
    assert.equal((await objects.read('streams/climate/1', data.length)).length, 0);
    for (const [start, end] of [
      [5, 4],
      [0, data.length + 1],
      [-1, 2],
    ] as const) {
      await assert.rejects(objects.read('streams/climate/1', start, end), { code: 'STORAGE_RANGE_INVALID' });
    }
  });

  test(`${name}: put() refuses a key that is taken and changes nothing`, async (t) => {
    const objects = await makeObjects(t);
    await objects.put('a', encodeUtf8('first'));
    await assert.rejects(objects.put('a', encodeUtf8('second')), { code: 'STORAGE_EXISTS' });
    assert.deepEqual(await objects.read('a'), encodeUtf8('first'));
  });

  test(`${name}: replace() stores, and takes the place of what was there`, async (t) => {
    const objects = await makeObjects(t);
    await objects.replace('ring/current', encodeUtf8('first, and longer'));
    await objects.replace('ring/current', [encodeUtf8('sec'), encodeUtf8('ond')]);
    assert.deepEqual(await objects.read('ring/current'), encodeUtf8('second'));
    assert.deepEqual(await collect(objects, ''), ['ring/current']);
    await assert.rejects(objects.replace('../a', encodeUtf8('x')), { code: 'STORAGE_KEY_INVALID' });
  });

  test(`${name}: of many put() of one key at once exactly one wins`, async (t) => {
    const objects = await makeObjects(t);
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) => objects.put('deep/er/key', Uint8Array.of(at))),
    );
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
    const winner = tries.findIndex(({ status }) => status === 'fulfilled');
    assert.deepEqual(await objects.read('deep/er/key'), Uint8Array.of(winner));
  });

  test(`${name}: an object that is not there has no size and cannot be read; deleting it is no error`, async (t) => {
    const objects = await makeObjects(t);
    await objects.put('there/1', encodeUtf8('x'));
    for (const key of ['nowhere', 'there', 'there/1/below']) {
      assert.equal(await objects.size(key), null);
      await assert.rejects(objects.read(key), { code: 'STORAGE_MISSING' });
    }
    await objects.delete('nowhere');
    await objects.delete('there/1');
    assert.equal(await objects.size('there/1'), null);
    await objects.put('there/1', encodeUtf8('again'));
  });

  test(`${name}: list() streams keys under a prefix in lexical order`, async (t) => {
    const objects = await makeObjects(t);
    const keys = ['a-b', 'a.b', 'a/b', 'a/b-c/d', 'a/b/c', 'a0', 'ab', 'b/1', 'b/10', 'b/2'].filter(
      (key) => key !== 'a/b',
    );
    for (const key of keys.toReversed()) await objects.put(key, encodeUtf8(key));
    assert.deepEqual(await collect(objects, ''), keys.toSorted());
    assert.deepEqual(await collect(objects, 'a/'), ['a/b-c/d', 'a/b/c']);
    assert.deepEqual(await collect(objects, 'b/1'), ['b/1', 'b/10']);
    assert.deepEqual(await collect(objects, 'a/b/c'), ['a/b/c']);
    assert.deepEqual(await collect(objects, 'zzz'), []);
  });

  test(`${name}: keys that could leave the store are refused everywhere`, async (t) => {
    const objects = await makeObjects(t);
    const invalid = { code: 'STORAGE_KEY_INVALID' };
    for (const key of WRONG_KEYS) {
      await assert.rejects(objects.put(key, encodeUtf8('x')), invalid, JSON.stringify(key));
      await assert.rejects(objects.read(key), invalid);
      await assert.rejects(objects.size(key), invalid);
      await assert.rejects(objects.delete(key), invalid);
    }
    assert.deepEqual(await collect(objects, ''), []);
  });

  test(`${name}: free() says how much more fits`, async (t) => {
    const objects = await makeObjects(t);
    assert.ok((await objects.free()) > 0);
  });
}
