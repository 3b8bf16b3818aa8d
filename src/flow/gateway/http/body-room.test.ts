import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BodyRoom } from './body-room.ts';

const MIB = 1_048_576;

test('BodyRoom lets bodies take so much together, and each gives back what it took', () => {
  const room = new BodyRoom();
  {
    using first = room.begin(8 * MIB);
    first.take(100 * MIB);
    using second = room.begin(8 * MIB);
    second.take(28 * MIB);
    assert.throws(() => second.take(1), { fault: 'room' });
    assert.equal(room.taken, 128 * MIB);
  }
  assert.equal(room.taken, 0);
});

test('BodyRoom has room for two of the longest', () => {
  const room = new BodyRoom();
  using place = room.begin(256 * MIB);
  place.take(512 * MIB);
  assert.throws(() => place.take(1), { fault: 'room' });
});
