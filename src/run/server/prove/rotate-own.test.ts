import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours } from '#base/core/index.ts';
import type { KeyVersion } from '#trust/keys/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { rotateOwn } from './rotate-own.ts';
import type { RotateParts } from './rotate-own.ts';

/** A ring with the key of `_probe`; each reading needs one key of the version that seals. Parts of it can be broken. */
function world(broken: Partial<RotateParts> = {}) {
  const clock = frozenClock();
  const made: { version: number; at: number; holds: number }[] = [{ version: 1, at: clock.now(), holds: 0 }];
  const list = async (): Promise<readonly KeyVersion[]> =>
    made.map(({ version, at, holds }) => ({
      kind: 'domain',
      name: '_probe:operational',
      version,
      state: version === made.length ? 'active' : 'retired',
      created: new Date(at / 1_000).toISOString(),
      uses: 1,
      limit: 10,
      holds,
    }));
  const parts: RotateParts = {
    clock,
    actor: 'weir:prover',
    lifecycle: {
      list,
      rotate: async (_actor, kind, name) => {
        const rewrapped = made.reduce((sum, { holds }) => sum + holds, 0);
        for (const one of made) one.holds = 0;
        made.push({ version: made.length + 1, at: clock.now(), holds: rewrapped });
        return { kind, name, version: made.length, rewrapped, milliseconds: 1 };
      },
    },
    keep: async () => {
      made.at(-1)!.holds += 1;
      return async () => true;
    },
    logged: async () => true,
    ...broken,
  };
  return { parts, made, clock };
}

test('rotateOwn() rotates, and tells what became of readings from before and after', async () => {
  const { parts, made } = world();
  assert.deepEqual(await rotateOwn(parts), {
    rotated: true,
    newer: true,
    rewrapped: 1,
    milliseconds: 1,
    oldReads: true,
    newReads: true,
    newSeals: true,
    oldHolds: 0,
    logged: true,
  });
  assert.equal(made.length, 2);
});

test('rotateOwn() rotates once a day, and else looks at what there is', async () => {
  const { parts, made, clock } = world();
  await rotateOwn(parts);
  const again = await rotateOwn(parts);
  assert.deepEqual([again.rotated, again.newer, again.logged, again.oldHolds, made.length], [false, null, null, 0, 2]);
  clock.advance(hours(25));
  assert.equal((await rotateOwn(parts)).rotated, true);
  assert.equal(made.length, 3);
});

test('rotateOwn() sees what hangs on an older version, and what the log does not tell', async () => {
  const { parts } = world({ logged: async (action) => action !== 'rewrap-keys' });
  const lazy: RotateParts['lifecycle']['rotate'] = async (...asked) => {
    const done = await parts.lifecycle.rotate(...asked);
    return { ...done, version: done.version - 1 };
  };
  const trial = await rotateOwn({ ...parts, lifecycle: { ...parts.lifecycle, rotate: lazy } });
  assert.deepEqual([trial.newer, trial.logged], [false, false]);
  const held = world();
  await rotateOwn(held.parts);
  held.made[0]!.holds = 3;
  assert.equal((await rotateOwn(held.parts)).oldHolds, 3);
});
