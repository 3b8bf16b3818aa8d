import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './eventually.ts';

const { signal } = new AbortController();

test('eventually() tries until it holds', async () => {
  let tries = 0;
  assert.equal(await eventually(async () => ++tries === 3, 5_000, signal), true);
  assert.equal(tries, 3);
});

test('eventually() gives up in time, or when it is told to', async () => {
  assert.equal(await eventually(async () => false, 0, signal), false);
  assert.equal(await eventually(async () => false, 60_000, AbortSignal.abort()), false);
});
