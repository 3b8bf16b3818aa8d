import assert from 'node:assert/strict';
import { test } from 'node:test';
import { climateBatch, CLIMATE, storeWorld } from '../../../test/support/store-world.ts';
import { sealSegment } from './seal-segment.ts';
import { searchSegment } from './search-segments.ts';

test('searchSegment() opens the columns that name persons, and times only where one of them occurs', async (t) => {
  const world = await storeWorld(t);
  const content = { stream: 'climate', columns: CLIMATE, batches: [climateBatch(0, 4), climateBatch(4, 3)], spans: [], inputs: [], templates: ['t1'] }; // prettier-ignore
  const segment = await sealSegment(content, world);
  const asked: number[] = [];
  const parts = {
    objects: world.objects,
    segmentKeys: {
      unwrap: (resource: string, handles: readonly string[]) => {
        asked.push(handles.length);
        return world.segmentKeys.unwrap(resource, handles);
      },
    },
  };
  const look = (...values: string[]) =>
    searchSegment(segment, { stream: 'climate', columns: [{ name: 'driver', values }, { name: 'gone', values }], before: null }, parts); // prettier-ignore
  assert.deepEqual(await look('nobody'), { rows: 0, minTime: null, maxTime: null });
  assert.deepEqual(asked, [2], 'keys of the footer and of one column');
  assert.deepEqual(await look('driver of 4'), { rows: 3, minTime: 4e6, maxTime: 6e6 });
  assert.deepEqual(asked, [2, 2, 2]);
  const gone = await searchSegment(segment, { stream: 'climate', columns: [{ name: 'gone', values: ['x'] }], before: null }, parts); // prettier-ignore
  assert.deepEqual([gone.rows, asked.length], [0, 3]);
});
