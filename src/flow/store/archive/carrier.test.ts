import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { join } from 'node:path';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { climateBatch, CLIMATE, storeWorld } from '../../../../test/support/store-world.ts';
import type { StoreWorld } from '../../../../test/support/store-world.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { sealSegment } from '../seal-segment.ts';
import type { Segment } from '../segment.ts';
import { Carrier } from './carrier.ts';
import { PlacedObjects } from './placed-objects.ts';

async function placedWorld(t: Cleanable) {
  const world = await storeWorld(t);
  const cold = await openDirectoryObjects(join(world.folder, 'cold'));
  const objects = new PlacedObjects(world.objects, async () => cold);
  const asked: boolean[] = [];
  const state = { isOpen: true, problems: [] as { place: string; problem: string }[] };
  const places = {
    isOpen: () => state.isOpen,
    get problems() {
      return state.problems;
    },
    settle: async (_: string, isNew: boolean) => {
      asked.push(isNew);
      return state.isOpen;
    },
  };
  return { ...world, objects, cold, places, asked, state, carrier: new Carrier({ ...world, objects, places }) };
}

async function seal(world: StoreWorld, from: number, publish = true): Promise<Segment> {
  const content = { stream: 'climate', columns: CLIMATE, batches: [climateBatch(from, 3)], place: 'cold' };
  const segment = await sealSegment({ ...content, spans: [], inputs: [], templates: ['t1'] }, world);
  if (publish) await world.publisher.publish({ segment, cursor: [] });
  return segment;
}

describe('Carrier', () => {
  it('carries what is published, and leaves what is not yet', async (t) => {
    const world = await placedWorld(t);
    assert.equal(await world.carrier.step(), 0);
    const [published, other] = [await seal(world, 0), await seal(world, 3, false)];
    assert.equal(await world.carrier.step(), 1);
    assert.equal(await world.objects.local.size(published.objectKey), null);
    assert.equal(await world.objects.local.size(other.objectKey), other.size);
    assert.equal(world.carrier.waiting, 1);
    assert.equal(await world.carrier.step(), 0);
  });

  it('makes a place ours only while nothing that is stored lies there', async (t) => {
    const world = await placedWorld(t);
    await seal(world, 0);
    await world.carrier.step();
    assert.deepEqual(world.asked, [true]);
    await seal(world, 3);
    await new Carrier(world).step();
    assert.deepEqual(world.asked, [true, false], 'after a start');
  });

  it('tries a place again that failed, and waits meanwhile', async (t) => {
    const world = await placedWorld(t);
    world.state.isOpen = false;
    await seal(world, 0);
    assert.equal(await world.carrier.step(), 0);
    assert.equal(world.carrier.waiting, 1);
    world.state.isOpen = true;
    assert.equal(await world.carrier.step(), 1);
    assert.equal(world.carrier.waiting, 0);
    world.state.problems = [{ place: 'cold', problem: 'gone' }];
    world.state.isOpen = false;
    await world.carrier.step();
    assert.equal(world.asked.length, 3, 'although nothing waits');
  });
});
