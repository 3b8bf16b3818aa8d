import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolute, besidePeer, median } from './measurement.ts';

test('besidePeer() holds the ratio against the bar', () => {
  assert.deepEqual(besidePeer('x', '1/s', 300, 100, { atLeast: 2.5 }), {
    name: 'x',
    unit: '1/s',
    ours: 300,
    peer: 100,
    ratio: 3,
    bar: '>= 2.5 x peer',
    holds: true,
  });
  assert.equal(besidePeer('x', 'ms', 300, 100, { atMost: 2 }).holds, false);
});

test('absolute() has no peer, and no verdict without a bar', () => {
  assert.deepEqual(absolute('x', 's', 2, null), {
    name: 'x',
    unit: 's',
    ours: 2,
    peer: null,
    ratio: null,
    bar: null,
    holds: null,
  });
  assert.equal(absolute('x', 's', 2, { atMost: 3 }).holds, true);
});

test('median() takes the middle, or the mean of two', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});
