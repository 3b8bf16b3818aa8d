import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFeatures, checkRows, columnsOf, roomOf } from './feature-kinds.ts';
import type { Feature } from './feature.ts';

test('checkFeatures() refuses fields that rows do not have, and numbers out of bounds', () => {
  const wrong: readonly Feature[] = [
    { kind: 'value', field: 2 },
    { kind: 'rate', field: -1 },
    { kind: 'median', field: 0.5, rows: 3 },
    { kind: 'median', field: 0, rows: 0 },
    { kind: 'spread', field: 0, rows: 1e6 },
    { kind: 'arrivals', seconds: 0, most: 1 },
    { kind: 'arrivals', seconds: 1, most: 0 },
    { kind: 'phase', seconds: NaN },
    { kind: 'residual', field: 0, from: [], memory: 10 },
    { kind: 'residual', field: 0, from: [5], memory: 10 },
    { kind: 'residual', field: 0, from: [0], memory: 10 },
    { kind: 'residual', field: 0, from: [1], memory: 1 },
    { kind: 'order', field: 0, after: 1, symbols: 40, memory: 99 },
    { kind: 'periodicity', events: 64, at: 7 },
    { kind: 'quantile', field: 0, q: 2, memory: 99 },
  ];
  for (const feature of wrong) {
    assert.throws(() => checkFeatures([feature], 2), { code: 'FEATURES_DEFINITION_INVALID' }, JSON.stringify(feature));
  }
  checkFeatures([{ kind: 'residual', field: 0, from: [1], memory: 10 }, { kind: 'gap' }], 2);
});

test('checkRows() wants a time for each row', () => {
  checkRows(new Float64Array(2), new Float64Array(6), 3);
  const uneven = (): void => checkRows(new Float64Array(2), new Float64Array(5), 3);
  assert.throws(uneven, { code: 'FEATURES_DEFINITION_INVALID' });
});

test('columnsOf() and roomOf() state what a feature takes', () => {
  assert.equal(columnsOf({ kind: 'phase', seconds: 60 }), 2);
  assert.equal(columnsOf({ kind: 'gap' }), 1);
  assert.equal(roomOf({ kind: 'median', field: 0, rows: 60 }), 121);
  assert.equal(roomOf({ kind: 'residual', field: 0, from: [1, 2], memory: 9 }), 13);
});
