import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeOptions } from './options.ts';

const TABLE = {
  trees: { standard: 100, least: 1, greatest: 1000, whole: true, about: 'trees' },
  share: { standard: 0.5, least: 0, greatest: 1, whole: false, about: 'share' },
} as const;

test('completeOptions() takes what is given, from an object or a map, and the standard for the rest', () => {
  assert.deepEqual(completeOptions('forest', TABLE, { share: 0.1 }), { trees: 100, share: 0.1 });
  assert.deepEqual(completeOptions('forest', TABLE, new Map([['trees', 3]])), { trees: 3, share: 0.5 });
});

test('completeOptions() refuses what is unknown, out of bounds or not whole', () => {
  for (const given of [{ nonsense: 1 }, { toString: 1 }, { trees: 0 }, { trees: 1.5 }, { share: NaN }, { share: 2 }]) {
    assert.throws(() => completeOptions('forest', TABLE, given), { code: 'DETECT_OPTION_INVALID' });
  }
});
