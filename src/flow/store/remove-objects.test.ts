import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { climateBatch, CLIMATE, storeWorld } from '../../../test/support/store-world.ts';
import type { StoreWorld } from '../../../test/support/store-world.ts';
import { removeOrphans, removeReplaced } from './remove-objects.ts';
import { sealSegment } from './seal-segment.ts';
import type { Segment } from './segment.ts';

const seal = (world: StoreWorld, inputs: readonly string[] = []): Promise<Segment> =>
  sealSegment(
    { stream: 'climate', columns: CLIMATE, batches: [climateBatch(0, 5)], spans: [], inputs, templates: ['t1'] },
    world,
  );

describe('removeOrphans()', () => {
  it('removes what was stored and never published, and nothing else', async (t) => {
    const world = await storeWorld(t);
    const [kept, orphan] = [await seal(world), await seal(world)];
    await world.publisher.publish({ segment: kept, cursor: [] });
    await world.objects.put('other/thing', Uint8Array.of(1));
    assert.equal(await removeOrphans(world.objects, world.publisher, world.log), 1);
    assert.equal(await world.objects.size(orphan.objectKey), null);
    assert.equal(await world.objects.size(kept.objectKey), kept.size);
    assert.equal(await world.objects.size('other/thing'), 1);
    assert.equal(await removeOrphans(world.objects, world.publisher, world.log), 0);
  });
});

describe('removeReplaced()', () => {
  it('deletes objects and wraps once their grace is over', async (t) => {
    const world = await storeWorld(t);
    const input = await seal(world);
    await world.publisher.publish({ segment: input, cursor: [] });
    const merged = await seal(world, [input.id]);
    await world.publisher.replace({ segment: merged });
    const { clock, objects, publisher, log } = world;
    assert.equal(await removeReplaced(objects, publisher, clock.now(), log), 0);
    assert.equal(await objects.size(input.objectKey), input.size);
    const failing = { ...objects, delete: () => Promise.reject(new Error('no')) };
    assert.equal(await removeReplaced(failing, publisher, clock.now() + 1, log), 0);
    assert.equal(await removeReplaced(objects, publisher, clock.now() + 1, log), 1);
    assert.equal(await objects.size(input.objectKey), null);
    assert.equal(world.kept.has(input.footerHandle), false);
    assert.equal(await objects.size(merged.objectKey), merged.size);
  });
});
