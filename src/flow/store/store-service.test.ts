import assert from 'node:assert/strict';
import { open as openFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { millis, seconds } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { FileJournalReader, FileJournalWriter, nodeFiles } from '#flow/journal/index.ts';
import type { JournalReader } from '#flow/journal/index.ts';
import { MemoryJournal } from '../../../test/support/memory-journal.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { climateBatch, CLIMATE, storeWorld } from '../../../test/support/store-world.ts';
import type { StoreWorld } from '../../../test/support/store-world.ts';
import { CUT_LIMITS } from './cut-decision.ts';
import { StoreError } from './errors.ts';
import { openSegment } from './open-segment.ts';
import { MemorySink } from './parquet/byte-sink.ts';
import { decodeParquet } from './parquet/decode-parquet.ts';
import { COMPACTION_LIMITS } from './plan-compaction.ts';
import { sealSegment } from './seal-segment.ts';
import type { Segment } from './segment.ts';
import type { StoreLimits } from './store-limits.ts';
import { StoreService } from './store-service.ts';
import type { StoreParts } from './store-service.ts';

const QUICK: Partial<StoreLimits> = { tick: millis(1), retry: millis(1) };

const start = (world: StoreWorld, journal: JournalReader, changes: Partial<StoreParts> = {}): Promise<StoreService> =>
  StoreService.start({ ...world, journal, limits: QUICK, ...changes });

/** Far longer than any machine needs: it ends a test that would wait for ever. */
const NEVER_MS = 60_000;

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + NEVER_MS; performance.now() < end; await wait(2)) {
    if (await condition()) return;
  }
  assert.fail('it did not come to that');
}

/** Times in seconds of all readings of a stream that are sealed, sorted. */
async function sealedTimes(world: StoreWorld, stream = 'climate'): Promise<number[]> {
  const times: number[] = [];
  for (const segment of await world.publisher.active()) {
    if (segment.stream !== stream) continue;
    const sink = new MemorySink();
    await openSegment(world.objects, segment, ['time'], world.keys, sink);
    const [time] = decodeParquet(sink.bytes(), [CLIMATE[1]!]).columns;
    if (time?.data.type === 'time') for (const value of time.data.values) times.push(value / 1e6);
  }
  return times.sort((a, b) => a - b);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const GONE = { stream: 'climate', rows: 4 };

async function publishOf(world: StoreWorld, from: number): Promise<Segment> {
  const batches = [climateBatch(from, GONE.rows)];
  const content = { stream: 'climate', columns: CLIMATE, batches, spans: [], inputs: [], templates: ['t1'] };
  const segment = await sealSegment(content, world);
  await world.publisher.publish({ segment, cursor: [] });
  return segment;
}

describe('StoreService', () => {
  it('shows readings at once and seals them when they are due', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    await using service = await start(world, journal);
    journal.batch('w0', climateBatch(0, 10));
    journal.append('w0', { kind: 'refusals', counts: [] });
    await until(() => service.status.tailRows === 10);
    assert.equal((await service.snapshot('climate', ['time'], 0)).rows, 10);
    assert.deepEqual(await world.publisher.active(), []);
    world.clock.advance(CUT_LIMITS.idleAge);
    await until(() => service.status.sealedSegments === 1);
    assert.deepEqual(await sealedTimes(world), upTo(10));
    assert.equal((await service.snapshot('climate', ['time'], 1)).rows, 0);
    assert.equal((await service.snapshot('climate', ['time'], 0)).rows, 10);
    assert.deepEqual((await world.publisher.state()).cursor, [['w0', 2]]);
    world.clock.advance(millis(20_000));
    await until(() => service.status.tailBytes === 0);
    await assert.rejects(service.snapshot('climate', ['time'], 0), { code: 'STORE_SNAPSHOT_EXPIRED' });
  });

  it('tells what of the journal is in the tail, and how much more has room', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    await using service = await start(world, journal, { limits: { ...QUICK, pauseRows: 40 } });
    assert.equal(service.progress(), null);
    journal.batch('w0', climateBatch(0, 10));
    journal.append('w0', { kind: 'refusals', counts: [] });
    await until(() => service.status.tailRows === 10);
    const { offsets, roomPerSecond } = service.progress() ?? {};
    assert.deepEqual(offsets, new Map([['w0', 2]]));
    assert.equal(roomPerSecond, null);
    assert.equal(service.progress(), null, 'nothing has changed');
  });

  it('is pressed while somebody waits for something to be sealed, while much waits, and as it ends', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    const limits = { ...QUICK, pressRows: 10 };
    const service = await start(world, journal, { limits });
    journal.batch('w0', climateBatch(0, 9));
    await until(() => service.status.tailRows === 9);
    assert.equal(service.isPressed, false);
    const sealed = service.flush();
    assert.equal(service.isPressed, true);
    await sealed;
    assert.equal(service.isPressed, false);
    journal.batch('w0', climateBatch(9, 10));
    await until(() => service.status.tailRows === 10);
    assert.equal(service.isPressed, true);
    await service.flush();
    assert.equal(service.isPressed, false);
    const ended = service.drain();
    assert.equal(service.isPressed, true);
    await ended;
  });

  it('notes no place in a journal file that was deleted', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    await using service = await start(world, journal);
    for (const file of ['w0', 'w1']) journal.batch(file, climateBatch(file === 'w0' ? 0 : 10, 5));
    await until(() => service.status.tailRows === 10);
    await service.flush();
    service.forgetFiles(['w0']);
    await world.catalogue.transaction((tx) => world.segments.forgetFiles(tx, ['w0']));
    journal.batch('w1', climateBatch(20, 5));
    await until(() => service.status.tailRows === 5);
    await service.flush();
    await service.saveCursor();
    assert.deepEqual(
      (await world.publisher.state()).cursor.map(([file]) => file),
      ['w1'],
    );
  });

  it('deletes what was replaced also while something is always due', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    const old = await publishOf(world, 1_000);
    const ahead = 20;
    let published = 0;
    let isGone: boolean | null = null;
    const publisher = {
      ...world.publisher,
      publish: async (...asked: Parameters<typeof world.publisher.publish>) => {
        const version = await world.publisher.publish(...asked);
        published += 1;
        world.clock.advance(seconds(1));
        if (published === 5)
          await world.publisher.retire({ ids: [old.id], expired: { ...GONE, keptFrom: old.created } });
        if (published === 40) isGone = (await world.objects.size(old.objectKey)) === null;
        if (published < 40) journal.batch('w0', climateBatch(published + ahead, 1));
        return version;
      },
    };
    for (let n = 0; n < ahead; n += 1) journal.batch('w0', climateBatch(n, 1));
    const limits = { ...QUICK, cut: { ...CUT_LIMITS, rows: 1 }, grace: seconds(4) };
    await using _service = await start(world, journal, { publisher, limits });
    await until(() => isGone !== null);
    assert.equal(isGone, true);
  });

  it('drain() seals what waits, and the next start reads on behind it', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    journal.batch('w0', climateBatch(0, 10));
    const service = await start(world, journal);
    await until(() => service.status.tailRows === 10);
    await service.drain();
    assert.deepEqual(await sealedTimes(world), upTo(10));
    journal.batch('w0', climateBatch(10, 5));
    await using again = await start(await storeWorld(t, world), journal);
    await until(() => again.status.tailRows === 5);
    await again.flush();
    assert.deepEqual(await sealedTimes(world), upTo(15));
  });

  it('finds a person in what is sealed and what waits, and erases both, keys and objects first to go', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    await using service = await start(world, journal);
    for (const [from, rows] of [[0, 4], [10, 2]] as const) journal.batch('w0', climateBatch(from, rows)); // prettier-ignore
    await until(() => service.status.tailRows === 6);
    await service.flush();
    journal.batch('w0', climateBatch(0, 3));
    await until(() => service.status.tailRows === 3);
    const subject = { stream: 'climate', columns: [{ name: 'driver', values: ['driver of 0'] }], before: null };
    const [sealed] = await world.publisher.active();
    assert.deepEqual(await service.subjects.find(subject), {
      segments: [{ segment: sealed?.id, rows: 4, minTime: 0, maxTime: 3e6 }],
      tail: { rows: 3, minTime: 0, maxTime: 2e6 },
    });
    const read = await service.subjects.read(subject, 6);
    assert.deepEqual([read.rows.length, read.more, read.columns.length], [6, true, 4]);
    assert.deepEqual(read.rows[1], { device: 'b', time: 1e6, temperature: 0.5, driver: 'driver of 0' });
    assert.equal(await service.eraseSubject(subject, 'r1'), 7);
    const none = { rows: 0, minTime: null, maxTime: null };
    assert.deepEqual(await service.subjects.find(subject), { segments: [], tail: none });
    assert.deepEqual(await sealedTimes(world), [10, 11]);
    assert.equal(
      await service.removeReplaced(['climate'], millis(1_000)),
      0,
      'queries that began before have their time',
    );
    world.clock.advance(millis(1_001));
    assert.equal(await service.removeReplaced(['other'], millis(1_000)), 0);
    assert.equal(await service.removeReplaced(['climate'], millis(1_000)), 2);
    assert.equal(await service.eraseSubject(subject, 'r1'), 0, 'a repetition finds nothing to do');
  });

  it('finds each reading about a person once, also what is sealed between two looks', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    let isSealed = true;
    const publisher = {
      ...world.publisher,
      visible: async () => {
        const set = await world.publisher.visible();
        if (!isSealed) await service.flush();
        isSealed = true;
        return set;
      },
    };
    await using service = await start(world, journal, { publisher });
    journal.batch('w0', climateBatch(0, 3));
    await until(() => service.status.tailRows === 3);
    isSealed = false;
    const subject = { stream: 'climate', columns: [{ name: 'driver', values: ['driver of 0'] }], before: null };
    const { segments, tail } = await service.subjects.find(subject);
    assert.deepEqual([segments, tail.rows, service.status.tailRows], [[], 3, 0]);
    assert.equal((await service.subjects.find(subject)).segments[0]?.rows, 3);
  });

  it('gets each reading into exactly one segment, whatever crashes between', async (t) => {
    const random = seededRandom(4);
    const first = await storeWorld(t);
    const journal = new MemoryJournal();
    const written = new Map<string, number>();
    for (let round = 0; round < 12; round += 1) {
      for (let n = 0; n < 6; n += 1) {
        const stream = random.pick(['climate', 'other', 'third']);
        const from = written.get(stream) ?? 0;
        const rows = random.integer(1, 9);
        journal.batch(random.pick(['w0', 'w1']), climateBatch(from, rows, 't1', stream));
        written.set(stream, from + rows);
      }
      const world = await storeWorld(t, first);
      let left = random.integer(0, 3);
      const crash = new Error('killed');
      const publisher: StoreParts['publisher'] = {
        ...world.publisher,
        publish: async (publication) => {
          left -= 1;
          // Killed after storing, or after publishing without hearing of it.
          if (left < 0 && random.next() < 0.5) throw crash;
          const version = await world.publisher.publish(publication);
          if (left < 0) throw crash;
          return version;
        },
      };
      const service = await start(world, journal, {
        publisher,
        limits: { ...QUICK, cut: { ...CUT_LIMITS, rows: 8, idleAge: millis(0) } },
      });
      await Promise.race([service.done.catch(() => undefined), wait(random.integer(1, 30))]);
      await service.drain().catch((error: unknown) => assert.equal(error, crash));
    }
    const world = await storeWorld(t, first);
    const last = await start(world, journal);
    await wait(20);
    await last.drain();
    for (const [stream, count] of written) assert.deepEqual(await sealedTimes(world, stream), upTo(count), stream);
    const objects: string[] = [];
    for await (const key of world.objects.list('segments/')) objects.push(key);
    const active = (await world.publisher.active()).map(({ objectKey }) => objectKey);
    const replaced = (await world.publisher.replacedBefore(Infinity)).map(({ objectKey }) => objectKey);
    assert.deepEqual(objects.sort(), [...active, ...replaced].sort());
  });

  it('at each version a reading is either in a segment or in the tail', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    await using service = await start(world, journal, {
      limits: { ...QUICK, cut: { ...CUT_LIMITS, rows: 30, idleAge: millis(0) } },
    });
    const seen = async (): Promise<number> => {
      const set = await world.catalogue.transaction((tx) => world.segments.active(tx));
      const sealed = set.segments.reduce((sum, segment) => sum + segment.rows, 0);
      return sealed + (await service.snapshot('climate', [], set.version)).rows;
    };
    let before = 0;
    for (let written = 10; written <= 400; written += 10) {
      journal.batch('w0', climateBatch(written - 10, 10));
      await wait(1);
      const now = await seen();
      // One that was in neither would be missing where it was before, one in both would be more than were written.
      assert.ok(now >= before && now <= written, `${now} of ${written}, after ${before}`);
      before = now;
    }
    await until(async () => (await seen()) === 400);
  });

  it('tries a failed sealing again, and meanwhile stops reading when the tail is full', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    let broken = true;
    const put: typeof world.objects.put = (key, data) =>
      broken ? Promise.reject(new Error('no room')) : world.objects.put(key, data);
    const real = world.objects;
    const objects: StoreParts['objects'] = {
      put,
      replace: (key, data) => real.replace(key, data),
      size: (key) => real.size(key),
      read: (key, from, to) => real.read(key, from, to),
      list: (prefix) => real.list(prefix),
      delete: (key) => real.delete(key),
      free: () => real.free(),
    };
    const limits = { ...QUICK, retry: millis(1), pauseRows: 25, cut: { ...CUT_LIMITS, rows: 10 } };
    await using service = await start(world, journal, { objects, limits });
    for (let n = 0; n < 6; n += 1) journal.batch('w0', climateBatch(n * 10, 10));
    await until(() => service.status.paused);
    assert.equal(service.status.tailRows, 30);
    world.clock.advance(millis(10));
    await wait(10);
    assert.equal(service.status.sealedSegments, 0);
    broken = false;
    await until(() => {
      world.clock.advance(millis(10));
      return service.status.sealedSegments === 6;
    });
    assert.equal(service.status.paused, false);
    assert.deepEqual(await sealedTimes(world), upTo(60));
  });

  it('compacts, keeps what was replaced for a while, then deletes it', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    const limits = {
      ...QUICK,
      grace: millis(5_000),
      cut: { ...CUT_LIMITS, rows: 10 },
      compaction: { ...COMPACTION_LIMITS, fanIn: 3 },
    };
    await using service = await start(world, journal, { limits });
    for (let n = 0; n < 3; n += 1) journal.batch('w0', climateBatch(n * 10, 10));
    await until(() => service.status.compactions === 1);
    const [merged] = await world.publisher.active();
    assert.equal(merged?.inputs.length, 3);
    assert.deepEqual(await sealedTimes(world), upTo(30));
    const count = async (): Promise<number> => {
      let objects = 0;
      for await (const _ of world.objects.list('segments/')) objects += 1;
      return objects;
    };
    assert.equal(await count(), 4);
    world.clock.advance(millis(6_000));
    await until(async () => (await count()) === 1);
    assert.equal(await service.compact(), 0);
  });

  it('ends where publishing fails, whoever asked for it', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    journal.batch('w0', climateBatch(0, 10));
    const lost = new Error('control is gone');
    const publisher = { ...world.publisher, publish: () => Promise.reject(lost) };
    const service = await start(world, journal, { publisher });
    assert.deepEqual([service.status.caughtUp, service.status.tailRows], [true, 10]);
    await assert.rejects(service.flush(), lost);
    await assert.rejects(service.done, lost);
    const again = await start(await storeWorld(t, world), journal);
    await again.drain();
    assert.deepEqual(await sealedTimes(world), upTo(10));
  });

  it('does not tell what waits before it has read what is durable', async (t) => {
    const world = await storeWorld(t);
    const stuck: JournalReader = {
      async *read(_, { signal } = {}) {
        yield { position: { file: 'w0', offset: 10 }, record: { kind: 'batch', batch: climateBatch(0, 1) }, worker: 0 };
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      },
      wake: () => undefined,
      release: () => Promise.resolve([]),
    };
    const service = await start(world, stuck, { limits: { ...QUICK, catchUp: millis(5) } });
    await assert.rejects(service.snapshot('climate', [], 0), { code: 'STORE_NOT_READY' });
    await service.drain();
    assert.deepEqual(await sealedTimes(world), [0]);
  });

  it('drops a merge whose input another replaced', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    const limits = { ...QUICK, cut: { ...CUT_LIMITS, rows: 10 }, compaction: { ...COMPACTION_LIMITS, fanIn: 3 } };
    let refusals = 0;
    const publisher: StoreParts['publisher'] = {
      ...world.publisher,
      replace: (replacement) => {
        refusals += 1;
        if (refusals > 1) return world.publisher.replace(replacement);
        return Promise.reject(
          new StoreError('STORE_INPUT_REPLACED', 'Cannot publish segment: its input is not active'),
        );
      },
    };
    await using service = await start(world, journal, { limits, publisher });
    for (let n = 0; n < 3; n += 1) journal.batch('w0', climateBatch(n * 10, 10));
    await until(() => refusals === 1 && service.status.sealedSegments === 3);
    assert.equal(await service.compact(), 1);
    const objects: string[] = [];
    for await (const key of world.objects.list('segments/')) objects.push(key);
    assert.equal(objects.length, 4);
    assert.deepEqual(await sealedTimes(world), upTo(30));
  });

  it('seals readings apart whose templates disagree about a type, and compacts around what cannot be merged', async (t) => {
    const world = await storeWorld(t);
    const journal = new MemoryJournal();
    const changed = CLIMATE.map((column) =>
      column.name === 'driver' ? { ...column, type: 'number' as const } : column,
    );
    const shapes: StoreParts['shapes'] = { columns: (_, template) => (template === 't2' ? changed : CLIMATE) };
    const limits = { ...QUICK, compaction: { ...COMPACTION_LIMITS, fanIn: 3 } };
    await using service = await start(world, journal, { shapes, limits });
    for (let n = 0; n < 7; n += 1) {
      const batch = climateBatch(n * 10, 10, n === 1 ? 't2' : 't1');
      journal.batch(
        'w0',
        n === 1 ? { ...batch, columns: batch.columns.filter(({ name }) => name !== 'driver') } : batch,
      );
      await until(() => service.status.tailRows === 10 || n === 1);
      if (n !== 0) await service.flush();
    }
    assert.deepEqual(await sealedTimes(world), upTo(70));
    await until(() => service.status.compactions === 1);
    assert.deepEqual(await sealedTimes(world), upTo(70));
  });

  it('goes on from journal files, and names a damaged one after sealing what came before', async (t) => {
    const world = await storeWorld(t);
    const keys = new Map<string, AeadKey>();
    const next = (): { fileId: string; key: AeadKey } => {
      const made = { fileId: `f${keys.size + 1}`, key: AeadKey.fromBytes(world.random.bytes(32)) };
      keys.set(made.fileId, made.key);
      return made;
    };
    const directory = path.join(world.folder, 'journal');
    const common = { worker: 0, start: 's1', keys: { next }, clock: world.clock, files: nodeFiles };
    const writer = await FileJournalWriter.open({
      ...common,
      directory: path.join(directory, 'w0'),
      maxBytes: 1e6,
      maxAgeMs: 1e9,
    });
    const reader = (): FileJournalReader =>
      new FileJournalReader({ directory, keys: { key: (id) => keys.get(id) ?? null } });
    const template = 'ab'.repeat(32);
    for (let n = 0; n < 6; n += 1) {
      await writer.append([
        { kind: 'batch', batch: climateBatch(n * 20, 10, template) },
        { kind: 'batch', batch: climateBatch(n * 10, 10, template, 'other') },
        { kind: 'batch', batch: climateBatch(n * 20 + 10, 10, template) },
      ]);
    }
    // Sealed one stream at a time, so that the cursor stands within a group.
    const service = await start(world, reader(), { limits: { ...QUICK, cut: { ...CUT_LIMITS, rows: 50 } } });
    await until(() => service.status.sealedRows >= 150);
    await service.drain();
    assert.deepEqual(await sealedTimes(world), upTo(120));
    assert.deepEqual(await sealedTimes(world, 'other'), upTo(60));

    const { offset: whole, file } = await writer.append([{ kind: 'batch', batch: climateBatch(120, 10, template) }]);
    await writer.append([{ kind: 'batch', batch: climateBatch(130, 10, template) }]);
    await writer.close();
    const names = await readdir(path.join(directory, 'w0'));
    const name = names.find((one) => one.includes(file)) ?? '';
    const handle = await openFile(path.join(directory, 'w0', name), 'r+');
    const byte = new Uint8Array(1);
    await handle.read(byte, 0, 1, whole + 40);
    await handle.write(Uint8Array.of(byte[0]! ^ 1), 0, 1, whole + 40);
    await handle.close();
    const again = await start(await storeWorld(t, world), reader());
    await assert.rejects(again.done, { code: 'JOURNAL_DAMAGED' });
    assert.deepEqual(await sealedTimes(world), upTo(130));
  });
});
