import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from './testing.ts';

test('setup() admits readings into a journal that the test lets through or fails', async () => {
  const { admit, ingest, journal } = setup();
  assert.equal(admit({ temperature: 1 }), 'admitted');
  await ingest.durable();
  assert.deepEqual(journal.column('temperature'), [1]);
  journal.held = true;
  assert.equal(admit({ temperature: 99 }), 'range');
  const durable = ingest.durable();
  while (journal.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(journal.refusals(), {});
  journal.next();
  await durable;
  assert.deepEqual(journal.refusals(), { 'truck/climate/range': 1 });
});
