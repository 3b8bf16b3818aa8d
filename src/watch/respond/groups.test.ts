import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Groups } from './groups.ts';

test('Groups joins places into sets whose least place names them, in any order', () => {
  for (const pairs of [
    [
      [4, 2],
      [2, 0],
      [3, 5],
    ],
    [
      [3, 5],
      [0, 2],
      [4, 0],
    ],
  ] as const) {
    const groups = new Groups(6);
    for (const [a, b] of pairs) groups.join(a, b);
    assert.deepEqual(
      Array.from({ length: 6 }, (_, place) => groups.rootOf(place)),
      [0, 1, 0, 3, 0, 3],
    );
  }
});
