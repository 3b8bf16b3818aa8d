import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensembleOf } from './contenders.ts';

test('ensembleOf() puts detectors of different units on one scale', () => {
  const usual = Float64Array.from({ length: 400 }, (_, i) => i % 40);
  const odd = (row: number, unit: number): Float64Array =>
    Float64Array.of(...usual, 20, 20).map((score, i) => unit * (i === row ? 400 : score));
  const { scores } = ensembleOf(
    [
      { name: 'a', scores: odd(400, 1) },
      { name: 'b', scores: odd(401, 1000) },
    ],
    0,
    400,
  );
  assert.ok(scores[400]! > 5 && Math.abs(scores[400]! - scores[401]!) < 1e-6, `${scores[400]} and ${scores[401]}`);
  assert.ok(scores[399]! < scores[400]!);
});
