import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorConformance, normalRows } from '../../../../test/conformance/detector.ts';
import { encodeState } from '#learn/features/index.ts';
import { ecod } from '../tabular/ecod.ts';
import { principalComponents } from '../tabular/principal-components.ts';
import { rowsOf } from '../rows.ts';
import { defineEnsemble } from './ensemble.ts';

const pair = defineEnsemble({ name: 'pair', parts: [ecod, principalComponents] });

detectorConformance(pair);

test('an ensemble promises what the weakest of its parts does, and costs what the dearest does', () => {
  assert.deepEqual([pair.cost, pair.fieldOrder, pair.rowOrder], ['moderate', 'free', 'free']);
});

test('an ensemble sees what only one of its parts sees', () => {
  const detector = pair.create(4);
  detector.learn(normalRows(1, 2000, 4));
  // The last field follows the first; here it contradicts it, and both are in range: nothing for ECOD.
  const rows = rowsOf(Float64Array.of(10, -500, 4, 5, 14, -500, 4, 3), 4);
  const scores = new Float64Array(2);
  detector.score(rows, scores);
  assert.ok(scores[1]! > 4 * scores[0]!, `they have ${scores.join(' and ')}`);
});

test('restore() names the part that is missing', () => {
  const bytes = encodeState('pair', 1, { 'part 0': ecod.create(2).snapshot() });
  assert.throws(() => pair.restore(bytes), { code: 'DETECT_STATE_UNFIT', message: /part 1/ });
});
