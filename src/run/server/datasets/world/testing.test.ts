import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADA } from '../../query/testing.ts';
import { openDatasetWorld } from './testing.ts';

test('openDatasetWorld() has segments whose rows datasets are made of, in the order of their time', async (t) => {
  const world = await openDatasetWorld(t);
  for (const from of [1_000_000, 1_000_500]) await world.addSegment(3, from, 1_000);
  const request = {
    sql: 'SELECT time, device FROM pump',
    parameters: [],
    purpose: 'quality',
    keep: null,
    rowsOf: null,
  };
  const signal = new AbortController().signal;
  const dataset = await world.keeper.create(ADA, { ...request, name: 'few' }, signal);
  const { parts } = await world.keeper.rows(ADA, dataset, { format: 'csv', columns: ['time'] }, signal);
  const text = Buffer.concat(await Array.fromAsync(parts)).toString('utf8');
  const seconds = text.split('\r\n').flatMap((line) => /01\.\d+/.exec(line)?.[0] ?? []);
  assert.deepEqual(seconds, ['01.000500', '01.001000', '01.001500', '01.002000', '01.002500']);
  assert.deepEqual(dataset.devices, ['pump-0', 'pump-1', 'pump-4', 'pump-5', 'pump-7', 'pump-8'].toSorted());
});
