import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './eventually.ts';

test('eventually() asks until the answer is as wanted', async () => {
  let asked = 0;
  const ask = (): number => ++asked;
  assert.equal(await eventually(ask, (answer) => answer === 3), 3);
});

test('eventually() gives the last answer when the time is over', async () => {
  assert.equal(
    await eventually(
      () => 'no',
      (answer) => answer !== 'no',
      150,
    ),
    'no',
  );
});
