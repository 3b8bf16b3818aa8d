import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { days, micros, minutes, seconds } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import { StorageError } from '#base/storage/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { climateBatch, CLIMATE, storeWorld } from '../../../test/support/store-world.ts';
import type { StoreWorld } from '../../../test/support/store-world.ts';
import { Compactor, PublishFailure } from './compactor.ts';
import { StoreError } from './errors.ts';
import { COMPACTION_LIMITS } from './plan-compaction.ts';
import { requireMayGo } from './require-may-go.ts';
import { removeReplaced } from './remove-objects.ts';
import { KEEP_ALL } from './retention.ts';
import { sealSegment } from './seal-segment.ts';
import type { Segment } from './segment.ts';
import { makeHere } from './segment-maker.ts';

const LIMITS = { ...COMPACTION_LIMITS, fanIn: 2 };

async function publish(world: StoreWorld, from: number): Promise<Segment> {
  const batches = [climateBatch(from, 4)];
  const content = { stream: 'climate', columns: CLIMATE, batches, spans: [], inputs: [], templates: ['t1'] };
  const segment = await sealSegment(content, world);
  await world.publisher.publish({ segment, cursor: [] });
  return segment;
}

describe('Compactor', () => {
  it('merges until nothing is due, what was added since it asked included', async (t) => {
    const world = await storeWorld(t);
    const compactor = new Compactor({ ...world, maker: makeHere(world), retention: () => KEEP_ALL }, LIMITS);
    await publish(world, 0);
    assert.deepEqual(await compactor.step(), { kind: 'nothing-due' });
    compactor.add(await publish(world, 4));
    assert.deepEqual(await compactor.step(), { kind: 'merged', version: 3 });
    assert.deepEqual(await compactor.step(), { kind: 'nothing-due' });
    assert.deepEqual(
      (await world.publisher.active()).map(({ rows }) => rows),
      [8],
    );
  });

  it('seals anew what is under another class than declared, once, and merges before that', async (t) => {
    const world = await storeWorld(t);
    const classes = new Map<string, Class>();
    const compactor = new Compactor(
      { ...world, maker: makeHere(world), retention: () => KEEP_ALL, declared: () => classes },
      LIMITS,
    );
    for (const from of [0, 4]) await publish(world, from);
    classes.set('driver', 'personal');
    assert.equal((await compactor.step()).kind, 'merged');
    assert.deepEqual(await compactor.step(), { kind: 'nothing-due' }, 'the merge did both');
    classes.set('driver', 'health');
    assert.equal((await compactor.step()).kind, 'merged');
    assert.deepEqual(await compactor.step(), { kind: 'nothing-due' });
    const [only, ...others] = await world.publisher.active();
    assert.equal(others.length, 0);
    assert.deepEqual([only?.rows, only?.columns[3]?.class, only?.columns[3]?.domain], [8, 'health', 'health']);
    assert.deepEqual(
      world.audited.slice(2).map(({ action }) => action),
      ['compact-segments', 'reseal-segment'],
    );
  });

  it('takes out of queries what is kept no longer, logged before, and leaves what is held', async (t) => {
    const world = await storeWorld(t);
    const gone = await publish(world, 0);
    world.clock.advance(seconds(1));
    const kept = await publish(world, 4);
    let held = true;
    const retention = () => ({ keptFrom: () => kept.created, isHeld: ({ id }: Segment) => held && id === gone.id });
    const compactor = new Compactor({ ...world, maker: makeHere(world), retention }, COMPACTION_LIMITS);
    assert.deepEqual(await compactor.step(), { kind: 'nothing-due' });
    held = false;
    assert.deepEqual(await compactor.step(), { kind: 'expired', version: 3 });
    assert.deepEqual(await compactor.step(), { kind: 'nothing-due' });
    assert.deepEqual(
      (await world.publisher.active()).map(({ id }) => id),
      [kept.id],
    );
    const entry = world.audited.at(-1);
    assert.deepEqual(
      [entry?.action, entry?.resource, entry?.detail?.['rows']],
      ['expire-segment', `segment:${gone.id}`, 4],
    );
    world.clock.advance(seconds(1));
    const { publisher, objects, clock, log } = world;
    assert.equal(await removeReplaced(objects, publisher, clock.now(), log), 1);
    assert.equal(
      gone.columns.some(({ handle }) => world.kept.has(handle)),
      false,
    );
  });

  it('leaves a damaged segment alone and merges the others', async (t) => {
    const world = await storeWorld(t);
    const damaged = await publish(world, 0);
    await world.objects.delete(damaged.objectKey);
    for (const from of [4, 8]) await publish(world, from);
    const compactor = new Compactor({ ...world, maker: makeHere(world), retention: () => KEEP_ALL }, LIMITS);
    assert.deepEqual(await compactor.step(), { kind: 'left-out' });
    assert.equal((await compactor.step()).kind, 'merged');
    assert.deepEqual(
      (await world.publisher.active()).map(({ rows }) => rows),
      [4, 8],
    );
  });

  it('lets go of what cannot be opened once all of it is past its time', async (t) => {
    const world = await storeWorld(t);
    const damaged = await publish(world, 0);
    await publish(world, 4);
    await world.objects.delete(damaged.objectKey);
    let from = micros(0);
    const retention = () => ({ keptFrom: () => from, isHeld: () => false });
    const compactor = new Compactor({ ...world, maker: makeHere(world), retention }, LIMITS);
    assert.deepEqual(await compactor.step(), { kind: 'left-out' });
    assert.deepEqual(await compactor.step(), { kind: 'nothing-due' });
    from = micros(world.clock.now() + 1);
    assert.equal((await compactor.step()).kind, 'expired');
    assert.equal((await compactor.step()).kind, 'expired');
    assert.deepEqual(await world.publisher.active(), []);
  });

  it('goes on with others while a disk does not give back an object, and tries that again later', async (t) => {
    const world = await storeWorld(t);
    const bad = await publish(world, 0);
    for (const from of [4, 8, 12]) await publish(world, from);
    let isBad = true;
    const objects = {
      ...boundObjects(world.objects),
      read: (...asked: Parameters<typeof world.objects.read>) =>
        isBad && asked[0] === bad.objectKey
          ? Promise.reject(new StorageError('STORAGE_IO', 'Cannot read object: EIO'))
          : world.objects.read(...asked),
    };
    const parts = { ...world, objects, retention: () => KEEP_ALL };
    const compactor = new Compactor({ ...parts, maker: makeHere(parts) }, LIMITS);
    await assert.rejects(compactor.step(), { code: 'STORAGE_IO' });
    assert.equal((await compactor.step()).kind, 'merged');
    isBad = false;
    assert.deepEqual(await compactor.step(), { kind: 'nothing-due' });
    world.clock.advance(minutes(11));
    assert.equal((await compactor.step()).kind, 'merged');
    assert.deepEqual(
      (await world.publisher.active()).reduce((sum, { rows }) => sum + rows, 0),
      16,
    );
  });

  it('leaves segments alone that disagree about a type', async (t) => {
    const world = await storeWorld(t);
    const changed = CLIMATE.map((column) =>
      column.name === 'driver' ? { ...column, type: 'number' as const } : column,
    );
    const batch = climateBatch(4, 4);
    const own = { ...batch, columns: batch.columns.filter(({ name }) => name !== 'driver') };
    const content = { stream: 'climate', columns: changed, batches: [own], spans: [], inputs: [], templates: ['t2'] };
    await publish(world, 0);
    await world.publisher.publish({ segment: await sealSegment(content, world), cursor: [] });
    const compactor = new Compactor({ ...world, maker: makeHere(world), retention: () => KEEP_ALL }, LIMITS);
    assert.deepEqual(await compactor.step(), { kind: 'left-out' });
    assert.deepEqual(await compactor.step(), { kind: 'nothing-due' });
  });

  it('erases a person segment by segment, whole segments where nothing else is left, and nothing that is held', async (t) => {
    const world = await storeWorld(t);
    const both = [climateBatch(0, 4), climateBatch(4, 2)];
    const content = { stream: 'climate', columns: CLIMATE, spans: [], inputs: [], templates: ['t1'] };
    for (const batches of [both, [climateBatch(0, 3)], [climateBatch(9, 3)]]) {
      const segment = await sealSegment({ ...content, batches }, world);
      await world.publisher.publish({ segment, cursor: [] });
    }
    const subject = { stream: 'climate', columns: [{ name: 'driver', values: ['driver of 0'] }], before: null };
    const notes: unknown[] = [];
    let held: Error | null = new StoreError('STORE_SEGMENT_HELD', 'Cannot let readings go: they are held');
    const publisher = {
      ...world.publisher,
      replace: async (...[replacement]: Parameters<typeof world.publisher.replace>) => {
        if (held !== null) throw held;
        notes.push(replacement.expired);
        return world.publisher.replace(replacement);
      },
      retire: async (...[retirement]: Parameters<typeof world.publisher.retire>) => {
        notes.push(retirement.expired);
        return world.publisher.retire(retirement);
      },
    };
    const compactor = new Compactor(
      { ...world, publisher, retention: () => KEEP_ALL, maker: makeHere(world) },
      COMPACTION_LIMITS,
    );
    const clean = new Set<string>();
    await assert.rejects(compactor.erase(subject, 'r1', clean), { code: 'STORE_SEGMENT_HELD' });
    held = null;
    assert.deepEqual(await compactor.erase(subject, 'r1', clean), { rows: 4, version: 4 });
    assert.deepEqual(await compactor.erase(subject, 'r1', clean), { rows: 3, version: 5 });
    assert.equal(await compactor.erase(subject, 'r1', clean), null);
    assert.deepEqual(
      (await world.publisher.active()).map(({ rows, minTime }) => [rows, minTime]),
      [
        [2, 4e6],
        [3, 9e6],
      ],
    );
    const keptFrom = world.clock.now();
    assert.deepEqual(notes, [
      { stream: 'climate', rows: 4, keptFrom, request: 'r1' },
      { stream: 'climate', rows: 3, keptFrom, request: 'r1' },
    ]);
    assert.deepEqual(world.audited.at(-1)?.detail, { stream: 'climate', rows: 3, request: 'r1' });
    let objects = 0;
    for await (const _ of world.objects.list('segments/')) objects += 1;
    assert.equal(objects, 4, 'what was made while it was held is no more');
  });

  it('erases from what can be read while something else cannot, and says so at the end', async (t) => {
    const world = await storeWorld(t);
    const content = { stream: 'climate', columns: CLIMATE, spans: [], inputs: [], templates: ['t1'] };
    const segments: Segment[] = [];
    for (const batches of [[climateBatch(0, 4)], [climateBatch(0, 3)]]) {
      segments.push(await sealSegment({ ...content, batches }, world));
      await world.publisher.publish({ segment: segments.at(-1)!, cursor: [] });
    }
    await world.objects.delete(segments[0]!.objectKey);
    const subject = { stream: 'climate', columns: [{ name: 'driver', values: ['driver of 0'] }], before: null };
    const compactor = new Compactor({ ...world, retention: () => KEEP_ALL, maker: makeHere(world) }, COMPACTION_LIMITS);
    const clean = new Set<string>();
    assert.equal((await compactor.erase(subject, 'r1', clean))?.rows, 3);
    await assert.rejects(compactor.erase(subject, 'r1', clean), { code: 'STORE_SEGMENT_MISSING' });
  });

  it('leaves readings where they are that a broken plan would let go before their time, whole segments and parts', async (t) => {
    const world = await storeWorld(t);
    for (const from of [0, 4]) await publish(world, from);
    const least = () => days(30);
    const inputsOf = async (ids: readonly string[]) =>
      (await world.publisher.active()).filter(({ id }) => ids.includes(id));
    const publisher = {
      ...world.publisher,
      replace: async (...[{ segment, expired }]: Parameters<typeof world.publisher.replace>) => {
        const inputs = await inputsOf(segment.inputs);
        requireMayGo({ inputs, output: segment, ...(expired && { expired }) }, least, world.clock.now());
        return world.publisher.replace({ segment });
      },
      retire: async (...[{ ids, expired }]: Parameters<typeof world.publisher.retire>) => {
        requireMayGo({ inputs: await inputsOf(ids), output: null, expired }, least, world.clock.now());
        return world.publisher.retire({ ids, expired });
      },
    };
    // A plan that knows of no least time, and a merge that loses a row.
    const tooEarly = { keptFrom: () => micros(world.clock.now() + 1), isHeld: () => false };
    const maker = makeHere(world);
    const losing = {
      ...maker,
      compact: async (...asked: Parameters<typeof maker.compact>) => {
        const segment = await maker.compact(...asked);
        return segment === null ? null : { ...segment, rows: segment.rows - 1 };
      },
    };
    const early = new Compactor({ ...world, maker, publisher, retention: () => tooEarly }, COMPACTION_LIMITS);
    for (let step = 0; step < 2; step += 1) assert.deepEqual(await early.step(), { kind: 'left-out' });
    assert.deepEqual(await early.step(), { kind: 'nothing-due' }, 'what was refused is not planned again and again');
    const careless = new Compactor({ ...world, maker: losing, publisher, retention: () => KEEP_ALL }, LIMITS);
    assert.deepEqual(await careless.step(), { kind: 'left-out' });
    assert.deepEqual(
      (await world.publisher.active()).map(({ rows }) => rows),
      [4, 4],
    );
    world.clock.advance(days(31));
    const due = { ...tooEarly, keptFrom: () => micros(world.clock.now() - 30 * 86_400_000_000) };
    const sound = new Compactor({ ...world, maker, publisher, retention: () => due }, COMPACTION_LIMITS);
    assert.equal((await sound.step()).kind, 'expired');
  });

  it('takes its object back where an input was replaced meanwhile, and ends on any other failure', async (t) => {
    const world = await storeWorld(t);
    for (const from of [0, 4]) await publish(world, from);
    const failing = (reason: Error): Compactor => {
      const publisher = { ...world.publisher, replace: () => Promise.reject(reason) };
      return new Compactor({ ...world, maker: makeHere(world), publisher, retention: () => KEEP_ALL }, LIMITS);
    };
    const replaced = failing(new StoreError('STORE_INPUT_REPLACED', 'Cannot publish segment: its input is not active'));
    assert.deepEqual(await replaced.step(), { kind: 'left-out' });
    const objects: string[] = [];
    for await (const key of world.objects.list('segments/')) objects.push(key);
    assert.equal(objects.length, 2);
    await assert.rejects(failing(new Error('gone')).step(), PublishFailure);
  });
});

function boundObjects(objects: Objects): Objects {
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
