import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKeys } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { PeriodCounts, REFUSAL_COUNTS } from './period-counts.ts';

const MINUTE = 60_000_000;

async function open(t: Cleanable, most = REFUSAL_COUNTS.most) {
  const { catalogue, keys } = await openKeys(t);
  const sealer = await keys.rowSealer('people');
  return { catalogue, again: () => PeriodCounts.open(catalogue, sealer, { ...REFUSAL_COUNTS, most }) };
}

const shown = async (counts: PeriodCounts) =>
  (await counts.all()).map(({ start, words, count }) => [start / MINUTE, ...words, count]);

test('PeriodCounts goes on from what was saved, and adds to what was counted before it was read', async (t) => {
  const { again } = await open(t);
  const first = await again();
  first.add(MINUTE + 5, ['s', 'a', 'range'], 2);
  first.add(3 * MINUTE, ['', '', 'format'], 1);
  await first.save(7);
  first.add(3 * MINUTE, ['', '', 'format'], 100);
  const second = await again();
  second.add(3 * MINUTE + 1, ['', '', 'format'], 10);
  second.add(4 * MINUTE, ['s', 'b', 'range'], 5);
  assert.deepEqual(await shown(second), [
    [1, 's', 'a', 'range', 2],
    [3, '', '', 'format', 11],
    [4, 's', 'b', 'range', 5],
  ]);
  assert.equal(await second.load(), 7);
  await second.save(9);
  const third = await again();
  assert.deepEqual([await shown(third), await third.load()], [await shown(second), 9]);
});

test('PeriodCounts.save() lets go of the oldest periods where there are too many counts', async (t) => {
  const { again } = await open(t, 2);
  const counts = await again();
  for (const minute of [1, 2, 3]) counts.add(minute * MINUTE, ['s', 'a', 'range'], minute);
  await counts.save(0);
  const kept = [
    [2, 's', 'a', 'range', 2],
    [3, 's', 'a', 'range', 3],
  ];
  assert.deepEqual(await shown(counts), kept);
  assert.deepEqual(await shown(await again()), kept);
});

test('PeriodCounts keeps nothing in clear but times, and says what was changed', async (t) => {
  const { catalogue, again } = await open(t);
  const counts = await again();
  counts.add(MINUTE, ['s', 'truck-1', 'range'], 1);
  await counts.save(0);
  const [row] = await catalogue.all('SELECT * FROM counts_refusals');
  assert.equal(Buffer.from(row?.['sealed'] as Uint8Array).includes('truck'), false);
  await catalogue.run('UPDATE counts_refusals SET mark = 5');
  await assert.rejects((await again()).all(), { code: 'STORAGE_ROW_DAMAGED' });
});

test('PeriodCounts.save() keeps what could not be written for the next time', async (t) => {
  const { catalogue, again } = await open(t);
  const counts = await again();
  await counts.load();
  counts.add(MINUTE, ['s', 'a', 'range'], 1);
  await catalogue.run('ALTER TABLE counts_refusals RENAME TO away');
  await assert.rejects(counts.save(0));
  await catalogue.run('ALTER TABLE away RENAME TO counts_refusals');
  await counts.save(0);
  assert.deepEqual(await shown(await again()), [[1, 's', 'a', 'range', 1]]);
});
