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
