import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalRecord } from '#flow/journal/index.ts';
import { tryWindows } from './try-windows.ts';

/** Numbers that look like chance and are the same each time. */
function sequence(): () => number {
  let state = 7;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

test('tryWindows() finds rows of windows that are right, and no reading in what the journal was given', async () => {
  const trial = await tryWindows(sequence());
  assert.deepEqual(trial, { readings: 40, early: 0, rows: 2, right: true, found: 0 });
});

test('tryWindows() finds a reading that got into the journal', async () => {
  const random = sequence();
  const values = Array.from({ length: 20 }, () => 1 + random() * 98);
  const [inner] = values.filter((value) => value !== Math.min(...values) && value !== Math.max(...values));
  const data = { type: 'number', values: Float64Array.of(inner!), nulls: null } as const;
  const leak: JournalRecord = {
    kind: 'batch',
    batch: { stream: 'trial', template: '', rows: 1, columns: [{ name: 'value', data }] },
  };
  assert.equal((await tryWindows(sequence(), [leak])).found, 1);
});
