import assert from 'node:assert/strict';
import { test } from 'node:test';
import { climateBatch, CLIMATE, storeWorld } from '../../../test/support/store-world.ts';
import type { Cleanable } from '../../../test/support/tmp.ts';
import { sealSegment } from './seal-segment.ts';
import { SubjectReader } from './subject-reader.ts';

const DRIVER = { stream: 'climate', columns: [{ name: 'driver', values: ['driver of 0'] }], before: null };

/** Two segments, one of which is about the driver, and readings that wait; it is looked once what there is. */
async function open(t: Cleanable) {
  const world = await storeWorld(t);
  const seal = (...batches: ReturnType<typeof climateBatch>[]) =>
    sealSegment({ stream: 'climate', columns: CLIMATE, batches, spans: [], inputs: [], templates: ['t1'] }, world);
  const segments = [await seal(climateBatch(0, 4), climateBatch(7, 1)), await seal(climateBatch(20, 3))];
  let looks = 0;
  const reader = new SubjectReader({
    ...world,
    stored: async () => {
      looks += 1;
      return { segments, waiting: [climateBatch(0, 2), climateBatch(30, 2)] };
    },
  });
  return { reader, segments, objects: world.objects, looks: () => looks };
}

test('SubjectReader.find() counts what is sealed and what waits', async (t) => {
  const { reader, segments } = await open(t);
  assert.deepEqual(await reader.find(DRIVER), {
    segments: [{ segment: segments[0]!.id, rows: 4, minTime: 0, maxTime: 3e6 }],
    tail: { rows: 2, minTime: 0, maxTime: 1e6 },
  });
});

test('SubjectReader.read() gives whole readings as of one look, and says that there are more', async (t) => {
  const { reader, looks } = await open(t);
  const { rows, more, columns } = await reader.read(DRIVER, 6);
  assert.deepEqual([rows.length, more, columns.length, looks()], [6, false, 4, 1]);
  assert.deepEqual(rows[1], { device: 'b', time: 1e6, temperature: 0.5, driver: 'driver of 0' });
  const some = await reader.read(DRIVER, 3);
  assert.deepEqual([some.rows.length, some.more], [3, true]);
});

test('SubjectReader.spans() tells when which devices sent', async (t) => {
  const { reader } = await open(t);
  const spans = await reader.spans(DRIVER, 100);
  assert.deepEqual([...new Set(spans.map(({ device }) => device))].sort(), ['a', 'b', 'c']);
  assert.ok(spans.every(({ stream, to }) => stream === 'climate' && to <= 3e6));
});

test('SubjectReader.spans() passes over what cannot be read now, and nothing else does', async (t) => {
  const { reader, segments, objects } = await open(t);
  await objects.delete(segments[0]!.objectKey);
  const spans = await reader.spans(DRIVER, 100);
  assert.ok(spans.length > 0 && spans.every(({ to }) => to <= 1e6), 'only what waits');
  await assert.rejects(reader.find(DRIVER), { code: 'STORE_SEGMENT_MISSING' });
  await assert.rejects(reader.read(DRIVER, 100), { code: 'STORE_SEGMENT_MISSING' });
});
