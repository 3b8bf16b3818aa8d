import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateArena } from './state-arena.ts';

test('StateArena lays arrays out in one buffer, each where its kind may begin, with what was in them', () => {
  const { built, arena } = StateArena.around((room) =>
    room.takeAll({ odd: Uint8Array.of(1, 2, 3), doubles: Float64Array.of(4.5, NaN), memory: 7 }),
  );
  assert.deepEqual(built, { odd: Uint8Array.of(1, 2, 3), doubles: Float64Array.of(4.5, NaN), memory: 7 });
  assert.equal(built.odd.buffer, built.doubles.buffer);
  assert.equal(arena.used, 24);
});

test('StateArena has all that is known in its bytes, so that others take their turn in it', () => {
  const { built, arena } = StateArena.around((room) => room.take(new Float64Array(2)));
  built.set([1, 2]);
  const first = arena.bytes.slice();
  built.set([8, 9]);
  arena.bytes.set(first);
  assert.deepEqual([...built], [1, 2]);
});
