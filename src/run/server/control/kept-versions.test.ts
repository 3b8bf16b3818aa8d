import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom as random } from '#base/crypto/index.ts';
import type { Custody } from '#trust/keys/index.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { newestKept, rotateKept, versionsOf } from './kept-versions.ts';

const NAME = 'refusal-digest';
const newest = (custody: Custody) => newestKept(custody, NAME, 32, random);

test('newestKept() makes the first version, rotateKept() the next, and nothing is left of the one before', async (t) => {
  const { custody } = await openKeys(t);
  const first = await newest(custody);
  assert.deepEqual([first.version, first.secret.length], [1, 32]);
  assert.deepEqual(Buffer.from((await newest(custody)).secret), Buffer.from(first.secret));
  assert.equal(await rotateKept(custody, NAME, 32, random), 2);
  assert.equal(await rotateKept(custody, NAME, 32, random), 3);
  const third = await newest(custody);
  assert.deepEqual([third.version, await versionsOf(custody, NAME), await custody.fetch(NAME)], [3, [3], null]);
  assert.notDeepEqual(third.secret, first.secret);
  // Others of a like name are others.
  await custody.keep(`${NAME}-other`, new Uint8Array(32));
  assert.deepEqual(await versionsOf(custody, NAME), [3]);
});

test('a rotation that stops at any step leaves one version, and the next start ends it', async (t) => {
  const { custody } = await openKeys(t);
  await newest(custody);
  for (const stopAt of [1, 2]) {
    const before = (await newest(custody)).version;
    let steps = 0;
    const stopping = new Proxy(custody, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value !== 'function') return value;
        const bound = (value as (...given: unknown[]) => Promise<unknown>).bind(of);
        if (name !== 'keep' && name !== 'destroy') return bound;
        return (...given: unknown[]) => {
          steps += 1;
          return steps === stopAt ? Promise.reject(new Error('stopped here')) : bound(...given);
        };
      },
    });
    await assert.rejects(rotateKept(stopping, NAME, 32, random), /stopped here/);
    const { version } = await newest(custody);
    assert.equal(version, stopAt === 1 ? before : before + 1);
    assert.deepEqual(await versionsOf(custody, NAME), [version]);
  }
});
