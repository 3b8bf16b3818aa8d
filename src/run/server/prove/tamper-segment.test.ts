import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealSegment } from '#flow/store/index.ts';
import { climateBatch, CLIMATE, storeWorld } from '../../../../test/support/store-world.ts';
import { AlteredObjects, tamperWith } from './tamper-segment.ts';

async function sealed(t: Parameters<typeof storeWorld>[0]) {
  const world = await storeWorld(t);
  const batches = [climateBatch(0, 400)];
  const content = { stream: 'climate', columns: CLIMATE, batches, spans: [], inputs: [], templates: ['t1'] };
  return { world, segment: await sealSegment(content, world) };
}

test('tamperWith() finds every flipped bit of a sealed segment, and that it opens unchanged', async (t) => {
  const { world, segment } = await sealed(t);
  const outcome = await tamperWith(world.objects, segment, world.keys);
  assert.ok(outcome.tried >= 30, String(outcome.tried));
  assert.deepEqual(
    { ...outcome, tried: 0 },
    { segment: segment.id, opens: true, tried: 0, unnoticed: 0, reasons: ['STORE_SEGMENT_DAMAGED'] },
  );
});

test('tamperWith() says so where nothing opens at all', async (t) => {
  const { world, segment } = await sealed(t);
  const { opens, reasons } = await tamperWith(world.objects, segment, new Map());
  assert.equal(opens, false);
  assert.ok(reasons.includes('STORE_KEY_MISSING'));
});

test('AlteredObjects shows one bit flipped, whatever range is read, and changes nothing', async (t) => {
  const { world, segment } = await sealed(t);
  const key = segment.objectKey;
  const whole = await world.objects.read(key);
  const altered = new AlteredObjects(world.objects, key, 10, 4);
  for (const [start, end] of [
    [0, whole.length],
    [10, 11],
    [4, 20],
    [11, 40],
    [0, 10],
  ] as const) {
    const expected = whole.slice(start, end);
    if (start <= 10 && end > 10) expected[10 - start]! ^= 4;
    assert.deepEqual(await altered.read(key, start, end), expected);
  }
  assert.deepEqual(await world.objects.read(key), whole);
  assert.equal(await altered.size(key), whole.length);
  await assert.rejects(altered.put(), TypeError);
  await assert.rejects(altered.delete(), TypeError);
});
