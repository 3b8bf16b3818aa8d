import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { join } from 'node:path';
import { micros, millis, seconds } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import { openDirectoryObjects, StorageError } from '#base/storage/index.ts';
import { climateBatch, CLIMATE, storeWorld } from '../../../../test/support/store-world.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { Compactor } from '../compactor.ts';
import type { CompactorParts } from '../compactor.ts';
import { openSegment } from '../open-segment.ts';
import { MemorySink } from '../parquet/byte-sink.ts';
import { decodeParquet } from '../parquet/decode-parquet.ts';
import { COMPACTION_LIMITS } from '../plan-compaction.ts';
import { removeOrphans, removeReplaced } from '../remove-objects.ts';
import { KEEP_ALL } from '../retention.ts';
import { sealSegment } from '../seal-segment.ts';
import { makeHere } from '../segment-maker.ts';
import type { Segment } from '../segment.ts';
import { Carrier } from './carrier.ts';
import { placeOf } from './place-key.ts';
import { PlacedObjects } from './placed-objects.ts';
import type { Archive } from './plan-archive.ts';

/** A store with a place `cold`, into which all that is sealed so far belongs. */
async function archiveWorld(t: Cleanable) {
  const world = await storeWorld(t);
  const cold = await openDirectoryObjects(join(world.folder, 'cold'));
  const state = { isOpen: true, standsIn: 'eu' as string | null, classes: new Map<string, Class>() };
  const objects = new PlacedObjects(world.objects, async () => {
    if (state.isOpen) return cold;
    throw new StorageError('STORAGE_UNAVAILABLE', 'Cannot use place cold');
  });
  const archive: Archive = {
    termOf: (stream) => (stream === 'climate' ? { to: 'cold', before: micros(world.clock.now() + 1) } : null),
    standsIn: () => state.standsIn,
    isOpen: () => state.isOpen,
    close: () => void (state.isOpen = false),
  };
  const places = { isOpen: () => state.isOpen, problems: [], settle: async () => state.isOpen };
  const own = { ...world, objects, declared: () => state.classes };
  const compactor = (more: Partial<CompactorParts> = {}) =>
    new Compactor(
      { ...own, maker: makeHere(own), retention: () => KEEP_ALL, archive: () => archive, ...more },
      COMPACTION_LIMITS,
    );
  const carrier = new Carrier({ ...own, places });
  const seal = async (from: number, more: { readonly region?: string } = {}): Promise<Segment> => {
    const content = { stream: 'climate', columns: CLIMATE, batches: [climateBatch(from, 4)], ...more, standsIn: 'eu' };
    const segment = await sealSegment({ ...content, spans: [], inputs: [], templates: ['t1'] }, world);
    await world.publisher.publish({ segment, cursor: [] });
    return segment;
  };
  /** Times in seconds of all that queries see, read from where it lies. */
  const times = async (): Promise<readonly number[]> => {
    const found: number[] = [];
    for (const segment of await world.publisher.active()) {
      const sink = new MemorySink();
      await openSegment(objects, segment, CLIMATE.map(({ name }) => name), world.keys, sink); // prettier-ignore
      const [time] = decodeParquet(sink.bytes(), CLIMATE).columns.filter(({ name }) => name === 'time');
      if (time?.data.type === 'time') for (const value of time.data.values) found.push(value / 1e6);
    }
    return found.sort((a, b) => a - b);
  };
  return { ...own, cold, state, archive, compactor, carrier, seal, times };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('archived segments', () => {
  it('are one larger segment of the place, logged, with the old ones gone after a while', async (t) => {
    const world = await archiveWorld(t);
    for (const from of [0, 4, 8]) await world.seal(from);
    const compactor = world.compactor();
    assert.equal((await compactor.step()).kind, 'merged');
    assert.deepEqual(await compactor.step(), { kind: 'nothing-due' });
    const [only, ...others] = await world.publisher.active();
    assert.deepEqual([others.length, only?.rows, placeOf(only!.objectKey)?.place], [0, 12, 'cold']);
    assert.equal(world.audited.at(-1)?.detail?.['place'], 'cold');
    assert.equal(await world.carrier.step(), 1);
    assert.deepEqual(await world.times(), upTo(12));
    world.clock.advance(seconds(1));
    assert.equal(await removeReplaced(world.objects, world.publisher, world.clock.now(), world.log), 3);
    assert.deepEqual(await Array.fromAsync(world.objects.local.list('')), []);
    assert.deepEqual(await world.times(), upTo(12));
  });

  it('lose and double no reading, killed after any step', async (t) => {
    for (const steps of upTo(9)) {
      const world = await archiveWorld(t);
      for (const from of [0, 4]) await world.seal(from);
      let left = steps;
      const dying = <T>(step: () => Promise<T>): Promise<T> => {
        left -= 1;
        return left < 0 ? Promise.reject(new Error('killed')) : step();
      };
      const objects = new PlacedObjects(
        { ...bound(world.objects.local), put: (key, data) => dying(() => world.objects.local.put(key, data)) },
        async () => ({
          ...bound(world.cold),
          put: (key, data) => dying(() => world.cold.put(key, data)),
          size: (key) => dying(() => world.cold.size(key)),
        }),
      );
      const publisher = {
        ...world.publisher,
        replace: async (replacement: Parameters<typeof world.publisher.replace>[0]) => {
          const version = await dying(() => world.publisher.replace(replacement));
          // Published, and nobody hears of it.
          return dying(async () => version);
        },
      };
      const own = { ...world, objects, publisher };
      await world.compactor({ objects, publisher, maker: makeHere(own) }).step().catch(() => undefined); // prettier-ignore
      await new Carrier({ ...own, places: { isOpen: () => true, problems: [], settle: async () => true } })
        .step()
        .catch(() => undefined);
      assert.deepEqual(await world.times(), upTo(8), `after ${steps} steps`);
      // The next start.
      await removeOrphans(world.objects.local, world.publisher, world.log);
      while ((await world.compactor().step()).kind !== 'nothing-due');
      await world.carrier.step();
      assert.deepEqual(await world.times(), upTo(8), `after ${steps} steps and a start`);
      world.clock.advance(seconds(1));
      await removeReplaced(world.objects, world.publisher, world.clock.now(), world.log);
      assert.deepEqual(await Array.fromAsync(world.objects.local.list('')), [], 'nothing is left here');
      assert.equal((await Array.fromAsync(world.cold.list(''))).length, 1, 'and one is there');
    }
  });

  it('are left alone where their place does not answer, while others are sealed, moved and merged', async (t) => {
    const world = await archiveWorld(t);
    await world.seal(0);
    assert.equal((await world.compactor().step()).kind, 'merged');
    await world.carrier.step();
    const [archived] = await world.publisher.active();
    await world.seal(4);
    // Another class has what is archived sealed anew, which reads it.
    world.state.classes.set('device', 'personal');
    let asked = 0;
    const silent = new PlacedObjects(world.objects.local, async () => {
      asked += 1;
      throw new StorageError('STORAGE_UNAVAILABLE', 'it did not answer within 15 s');
    });
    const compactor = world.compactor({ objects: silent, maker: makeHere({ ...world, objects: silent }) });
    const kinds: string[] = [];
    for (let step = 0; step < 6 && kinds.at(-1) !== 'nothing-due'; step++) kinds.push((await compactor.step()).kind);
    assert.deepEqual([kinds.at(-1), kinds.includes('merged'), asked], ['nothing-due', true, 1]);
    assert.ok((await world.publisher.active()).some(({ id }) => id === archived?.id));
    world.state.isOpen = true;
    while ((await world.compactor().step()).kind !== 'nothing-due');
    assert.deepEqual(await world.times(), upTo(8));
  });

  it('wait here while the place is away, and are read from here', async (t) => {
    const world = await archiveWorld(t);
    await world.seal(0);
    world.state.isOpen = false;
    assert.equal((await world.compactor().step()).kind, 'merged');
    assert.equal(await world.carrier.step(), 0);
    assert.deepEqual([world.carrier.waiting, await world.times()], [1, upTo(4)]);
    world.state.isOpen = true;
    assert.equal(await world.carrier.step(), 1);
    world.state.isOpen = false;
    await assert.rejects(world.times(), { code: 'STORAGE_UNAVAILABLE' });
    world.state.classes.set('driver', 'health');
    assert.deepEqual(await world.compactor().step(), { kind: 'nothing-due' }, 'what cannot be read waits');
  });

  it('go when they are kept no longer, without being read, and not while they are held', async (t) => {
    const world = await archiveWorld(t);
    await world.seal(0);
    await world.compactor().step();
    await world.carrier.step();
    world.state.isOpen = false;
    world.clock.advance(seconds(10));
    let held = true;
    const retention = () => ({ keptFrom: () => world.clock.now(), isHeld: () => held });
    const compactor = world.compactor({ retention });
    assert.deepEqual(await compactor.step(), { kind: 'nothing-due' });
    held = false;
    assert.equal((await compactor.step()).kind, 'expired');
    assert.deepEqual(await world.publisher.active(), []);
    world.clock.advance(seconds(1));
    const remove = () => removeReplaced(world.objects, world.publisher, world.clock.now(), world.log);
    await remove();
    assert.equal((await world.publisher.replacedBefore(Infinity)).length, 1, 'its object may still be there');
    world.state.isOpen = true;
    await remove();
    assert.deepEqual(await Array.fromAsync(world.cold.list('')), []);
    assert.deepEqual(await world.publisher.replacedBefore(Infinity), []);
  });

  it('are sealed anew in their place: without a person, corrected, under another class', async (t) => {
    const world = await archiveWorld(t);
    for (const from of [0, 4]) await world.seal(from);
    const compactor = world.compactor();
    await compactor.step();
    await world.carrier.step();
    const subject = { stream: 'climate', columns: [{ name: 'driver', values: ['driver of 0'] }], before: null };
    const erased = await compactor.erase(subject, 'r1', new Set());
    assert.equal(erased?.rows, 4);
    assert.deepEqual(await world.times(), [4, 5, 6, 7]);
    const corrected = [{ column: 'driver', value: 'right' }];
    const wrong = { ...subject, columns: [{ name: 'driver', values: ['driver of 4'] }], corrected };
    assert.equal((await compactor.erase(wrong, 'r2', new Set()))?.rows, 4);
    assert.equal(await compactor.erase(wrong, 'r2', new Set()), null);
    world.state.classes.set('driver', 'health');
    assert.equal((await compactor.step()).kind, 'merged');
    await world.carrier.step();
    const [only, ...others] = await world.publisher.active();
    assert.deepEqual([others.length, placeOf(only!.objectKey)?.place], [0, 'cold']);
    assert.equal(only?.columns.find(({ name }) => name === 'driver')?.domain, 'health');
    world.clock.advance(millis(1));
    await removeReplaced(world.objects, world.publisher, world.clock.now(), world.log);
    assert.equal((await Array.fromAsync(world.cold.list(''))).length, 1);
    assert.deepEqual(await world.times(), [4, 5, 6, 7]);
  });

  it('are never written to a place that stands in another region', async (t) => {
    const world = await archiveWorld(t);
    await world.seal(0, { region: 'eu' });
    world.state.standsIn = 'us';
    await assert.rejects(world.compactor().step(), { code: 'STORE_REGION_REFUSED' });
    assert.deepEqual(await Array.fromAsync(world.objects.waiting()), []);
    world.state.standsIn = 'eu';
    assert.equal((await world.compactor().step()).kind, 'merged');
    assert.equal((await world.publisher.active())[0]?.region, 'eu');
  });

  it('are named where they are torn or flipped there, and nothing of them is read', async (t) => {
    const world = await archiveWorld(t);
    await world.seal(0);
    await world.compactor().step();
    await world.carrier.step();
    const [segment] = await world.publisher.active();
    const { key } = placeOf(segment!.objectKey)!;
    const whole = await world.cold.read(key);
    for (const place of [5, 200, whole.length - 20]) {
      const changed = whole.slice();
      changed[place]! ^= 1;
      await world.cold.replace(key, changed);
      await assert.rejects(world.times(), { code: 'STORE_SEGMENT_DAMAGED', segment: segment!.id });
    }
    await world.cold.replace(key, whole.slice(0, -1));
    await assert.rejects(world.times(), { code: 'STORE_SEGMENT_DAMAGED', segment: segment!.id });
    await world.cold.delete(key);
    await assert.rejects(world.times(), { code: 'STORE_SEGMENT_MISSING', segment: segment!.id });
  });
});

function bound(objects: PlacedObjects['local']): PlacedObjects['local'] {
  return {
    put: (key, data) => objects.put(key, data),
    replace: (key, data) => objects.replace(key, data),
    size: (key) => objects.size(key),
    read: (key, start, end) => objects.read(key, start, end),
    list: (prefix) => objects.list(prefix),
    delete: (key) => objects.delete(key),
    free: () => objects.free(),
  };
}
