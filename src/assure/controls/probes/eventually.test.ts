import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './eventually.ts';

const { signal } = new AbortController();

test('eventually() asks until the answer is as wanted', async () => {
  let tries = 0;
  const ask = async (): Promise<number> => ++tries;
  assert.equal(await eventually(ask, (answer) => answer === 3, 60_000, signal), 3);
});

test('eventually() gives up in time, or when it is told to', async () => {
  const never = async (): Promise<boolean> => false;
  assert.equal(await eventually(never, Boolean, 0, signal), false);
  assert.equal(await eventually(never, Boolean, 60_000, AbortSignal.abort()), false);
});
