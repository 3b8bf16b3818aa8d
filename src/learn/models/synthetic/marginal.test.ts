import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learnMarginal, scoreOf, valueOf } from './marginal.ts';

const column = (values: readonly number[], labels: readonly string[] | null = null) => ({
  name: 'x',
  labels,
  whole: labels !== null,
  values: Float64Array.from(values),
});

test('scores of a column lead back to its values, and its greatest value is nobody’s', () => {
  const marginal = learnMarginal(column(Array.from({ length: 1_000 }, (_, i) => (i === 999 ? 1e9 : i))));
  for (const value of [20, 250, 500, 900]) {
    assert.ok(Math.abs(valueOf(marginal, scoreOf(marginal, value, 0.5)) - value) < 3, String(value));
  }
  assert.ok(valueOf(marginal, 9) < 1e9);
  assert.ok(Math.abs(scoreOf(marginal, 500, 0.5)) < 0.02);
});

test('labels keep their shares, and what is missing is counted', () => {
  const marginal = learnMarginal(column([0, 0, 0, 1, NaN], ['a', 'b']));
  assert.ok(Math.abs(marginal.missing - 0.2) < 1e-9);
  assert.deepEqual(
    [0, 1].map((code) => valueOf(marginal, scoreOf(marginal, code, 0.5))),
    [0, 1],
  );
  assert.equal(valueOf(marginal, 0.6), 0);
  assert.equal(valueOf(marginal, 0.8), 1);
});

test('a column of one value has one', () => {
  const marginal = learnMarginal(column([7, 7, 7]));
  assert.equal(valueOf(marginal, scoreOf(marginal, 7, 0.3)), 7);
});
