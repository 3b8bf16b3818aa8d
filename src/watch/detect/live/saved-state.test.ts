import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillSaved, savedNumber } from './saved-state.ts';

test('savedNumber() and fillSaved() take what fits and say what does not', () => {
  const state = new Map<string, number | Float64Array>([
    ['since', 5],
    ['centre', Float64Array.of(1, 2)],
  ]);
  const into = new Float64Array(2);
  fillSaved('truck-3', state, 'centre', into);
  assert.deepEqual([savedNumber('truck-3', state, 'since'), [...into]], [5, [1, 2]]);
  const unfit = { code: 'DETECT_STATE_UNFIT', message: /truck-3/ };
  assert.throws(() => savedNumber('truck-3', state, 'until'), unfit);
  assert.throws(() => fillSaved('truck-3', state, 'centre', new Float64Array(3)), unfit);
  assert.throws(() => fillSaved('truck-3', state, 'since', into), unfit);
});

test('fillSaved() goes on in single precision from what was in double, not the other way', () => {
  const single = new Float32Array(2);
  fillSaved('truck-3', new Map([['scores', Float64Array.of(0.5, 0.1)]]), 'scores', single);
  assert.deepEqual([...single], [0.5, Math.fround(0.1)]);
  assert.throws(() => fillSaved('truck-3', new Map([['scores', single]]), 'scores', new Float64Array(2)), {
    code: 'DETECT_STATE_UNFIT',
  });
});
