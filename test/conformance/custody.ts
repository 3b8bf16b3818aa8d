import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Custody } from '#trust/keys/index.ts';

/** Opening one place twice, one after the other, gives the same custody. */
export interface CustodyPlace {
  open(): Promise<Custody>;
}

/**
 * What every custody of the root key does.
 *
 * @param makePlace a place with a root key of its own per test
 */
export function testCustody(name: string, makePlace: (t: TestContext) => Promise<CustodyPlace>): void {
  const material = Uint8Array.from({ length: 32 }, (_, at) => at);
  const damaged = { code: 'KEYS_CUSTODY_DAMAGED' };

  test(`${name}: open() gives back what seal() took, over restarts`, async (t) => {
    const place = await makePlace(t);
    let sealed: Uint8Array;
    {
      await using custody = await place.open();
      sealed = await custody.seal('domain:climate', material);
      assert.notDeepEqual(await custody.seal('domain:climate', material), sealed);
    }
    await using again = await place.open();
    assert.deepEqual(new Uint8Array(await again.open('domain:climate', sealed)), material);
  });

  test(`${name}: open() fails for another purpose, another root key, a flipped bit and each truncation`, async (t) => {
    await using custody = await (await makePlace(t)).open();
    await using other = await (await makePlace(t)).open();
    const sealed = await custody.seal('domain:climate', material);
    await assert.rejects(custody.open('domain:pumps', sealed), damaged);
    await assert.rejects(other.open('domain:climate', sealed), damaged);
    for (let at = 0; at < sealed.length; at += 1) {
      await assert.rejects(custody.open('domain:climate', sealed.with(at, (sealed[at] ?? 0) ^ 0x10)), damaged);
      await assert.rejects(custody.open('domain:climate', sealed.subarray(0, at)), damaged);
    }
  });

  test(`${name}: keep() stores a secret once, over restarts`, async (t) => {
    const place = await makePlace(t);
    {
      await using custody = await place.open();
      assert.equal(await custody.fetch('epoch-1'), null);
      await custody.keep('epoch-1', material);
      await custody.keep('epoch-2', new Uint8Array(32));
      await assert.rejects(custody.keep('epoch-1', new Uint8Array(32)), { code: 'KEYS_NAME_TAKEN' });
    }
    await using again = await place.open();
    assert.deepEqual(new Uint8Array((await again.fetch('epoch-1')) ?? []), material);
    assert.deepEqual(await again.names(), ['epoch-1', 'epoch-2']);
  });

  test(`${name}: destroy() leaves nothing to fetch`, async (t) => {
    const place = await makePlace(t);
    {
      await using custody = await place.open();
      await custody.keep('epoch-1', material);
      await custody.destroy('epoch-1');
      await custody.destroy('epoch-1');
      assert.equal(await custody.fetch('epoch-1'), null);
    }
    await using again = await place.open();
    assert.equal(await again.fetch('epoch-1'), null);
    assert.deepEqual(await again.names(), []);
  });

  test(`${name}: names that are none are refused`, async (t) => {
    await using custody = await (await makePlace(t)).open();
    for (const wrong of ['', '../root', 'a/b', 'A', 'a.b', 'a'.repeat(101)]) {
      const invalid = { code: 'KEYS_NAME_INVALID' };
      await assert.rejects(async () => custody.keep(wrong, material), invalid);
      await assert.rejects(async () => custody.fetch(wrong), invalid);
      await assert.rejects(async () => custody.destroy(wrong), invalid);
    }
  });

  test(`${name}: a closed custody is refused`, async (t) => {
    const custody = await (await makePlace(t)).open();
    const sealed = await custody.seal('x', material);
    await custody[Symbol.asyncDispose]();
    await assert.rejects(custody.seal('x', material), { code: 'KEYS_CLOSED' });
    await assert.rejects(custody.open('x', sealed), { code: 'KEYS_CLOSED' });
  });

  test(`${name}: rotate() seals with the next generation; what older ones sealed opens, over restarts`, async (t) => {
    const place = await makePlace(t);
    let before: Uint8Array;
    {
      await using custody = await place.open();
      before = await custody.seal('x', material);
      await custody.keep('epoch-1', material);
      const [first = 0] = custody.generations;
      assert.equal(custody.generationOf(before), first);
      assert.equal(await custody.rotate(), first + 1);
      const after = await custody.seal('x', material);
      assert.equal(custody.generationOf(after), first + 1);
      assert.deepEqual([await custody.countKept(first), await custody.countKept(first + 1)], [1, 0]);
    }
    await using again = await place.open();
    assert.equal(again.generations.length, 2);
    assert.deepEqual(new Uint8Array(await again.open('x', before)), material);
    assert.equal(await again.resealKept(), 1);
    assert.equal(await again.resealKept(), 0);
    assert.equal(await again.countKept(again.generations.at(-1) ?? 0), 1);
    assert.deepEqual(new Uint8Array((await again.fetch('epoch-1')) ?? []), material);
  });

  test(`${name}: destroyGeneration() leaves nothing that the old root key sealed to be opened, over restarts`, async (t) => {
    const place = await makePlace(t);
    let before: Uint8Array;
    {
      await using custody = await place.open();
      before = await custody.seal('x', material);
      const [first = 0] = custody.generations;
      await assert.rejects(custody.destroyGeneration(first), { code: 'KEYS_VERSION_ACTIVE' });
      await custody.rotate();
      await custody.destroyGeneration(first);
      await custody.destroyGeneration(first);
      await assert.rejects(custody.open('x', before), damaged);
    }
    await using again = await place.open();
    assert.equal(again.generations.length, 1);
    await assert.rejects(again.open('x', before), damaged);
    assert.deepEqual(new Uint8Array(await again.open('x', await again.seal('x', material))), material);
  });
}
