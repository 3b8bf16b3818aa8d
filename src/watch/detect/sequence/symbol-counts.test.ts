import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countAfter, probabilityAfter } from './symbol-counts.ts';

const tableOf = (symbols: number) => ({ counts: new Uint32Array(3 * symbols), offset: symbols, symbols });

test('probabilityAfter() sums up to 1 over all symbols, whatever was counted', () => {
  const table = tableOf(4);
  const fallbacks = [0.4, 0.3, 0.2, 0.1];
  for (const [context, symbol] of [
    [0, 1],
    [0, 1],
    [0, 3],
    [1, 0],
  ] as const) {
    countAfter(table, context, symbol, 1000);
  }
  for (const context of [0, 1]) {
    const sum = fallbacks.reduce((all, fallback, s) => all + probabilityAfter(table, context, s, fallback), 0);
    assert.ok(Math.abs(sum - 1) < 1e-12);
  }
  assert.equal(probabilityAfter(table, 0, 1, 0.3), (2 + 2 * 0.3) / 5);
  assert.equal(probabilityAfter(table, 1, 2, 0.2), 0.2 / 2);
});

test('countAfter() halves a context that is full, and leaves others', () => {
  const table = tableOf(2);
  countAfter(table, 1, 0, 8);
  for (let i = 0; i < 8; i++) countAfter(table, 0, 1, 8);
  assert.deepEqual([...table.counts], [0, 0, 0, 4, 1, 0]);
});
