import assert from 'node:assert/strict';
import { test } from 'node:test';
import { climateBatch, CLIMATE, storeWorld } from '../../../test/support/store-world.ts';
import { makeHere } from './segment-maker.ts';

test('makeHere() seals what is new and merges what is sealed, under the classes that it is told', async (t) => {
  const world = await storeWorld(t);
  const maker = makeHere(world);
  const inputs = [];
  for (const from of [0, 4]) {
    const batches = [climateBatch(from, 4)];
    const content = { stream: 'climate', columns: CLIMATE, batches, spans: [], inputs: [], templates: ['t1'] };
    inputs.push(await maker.seal(content));
  }
  const merged = await maker.compact({ stream: 'climate', inputs }, new Map([['driver', 'personal']]));
  assert.deepEqual(
    [merged?.rows, merged?.inputs, merged?.columns.find(({ name }) => name === 'driver')?.class],
    [8, inputs.map(({ id }) => id), 'personal'],
  );
});
