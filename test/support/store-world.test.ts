import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { climateBatch, storeWorld } from './store-world.ts';

describe('storeWorld()', () => {
  it('starts empty, and is opened again as it was left', async (t) => {
    const world = await storeWorld(t);
    assert.deepEqual(await world.publisher.state(), { version: 0, cursor: [], watermarks: [] });
    await world.publisher.saveCursor([['f', 7]]);
    await world.objects.put('segments/x', Uint8Array.of(1));
    const again = await storeWorld(t, world);
    assert.deepEqual((await again.publisher.state()).cursor, [['f', 7]]);
    assert.equal(await again.objects.size('segments/x'), 1);
  });

  it('climateBatch() numbers its readings', () => {
    const { rows, columns } = climateBatch(10, 4);
    const time = columns[1]?.data;
    assert.equal(rows, 4);
    assert.ok(time?.type === 'time' && time.values[3] === 13e6);
  });
});
