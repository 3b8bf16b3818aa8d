import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { hasCode, micros } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { FileJournalReader } from './file-reader.ts';
import { FileJournalWriter } from './file-writer.ts';
import type { FileJournalOptions } from './file-writer.ts';
import { nodeFiles } from './journal-files.ts';
import type { JournalFiles } from './journal-files.ts';
import type { JournalItem, TornTail } from './ports.ts';
import type { JournalRecord } from './record.ts';

function batchOf(from: number, rows: number): JournalRecord {
  const values = Float64Array.from({ length: rows }, (_, i) => from + i);
  const batch: Batch = {
    stream: 'climate',
    template: 'ab'.repeat(32),
    rows,
    columns: [{ name: 'n', data: { type: 'number', values, nulls: null } }],
  };
  return { kind: 'batch', batch };
}

function numbers(items: readonly JournalItem[]): number[] {
  return items.flatMap(({ record }) => {
    assert.equal(record.kind, 'batch');
    const column = record.batch.columns[0]!.data;
    assert.equal(column.type, 'number');
    return [...column.values];
  });
}

async function setup(t: { after(f: () => Promise<void>): void }, files: JournalFiles = nodeFiles) {
  const directory = await mkdtemp(`${tmpdir()}/weir-journal-`);
  t.after(() => rm(directory, { recursive: true }));
  const keys = new Map<string, AeadKey>();
  let made = 0;
  const options: FileJournalOptions = {
    directory: `${directory}/w0`,
    worker: 0,
    start: 's1',
    keys: {
      next() {
        const fileId = `f${String(++made).padStart(4, '0')}`;
        const key = AeadKey.fromBytes(new Uint8Array(32).fill(made));
        keys.set(fileId, key);
        return { fileId, key };
      },
    },
    clock: { now: () => micros(1_000_000), monotonicMs: () => 0 },
    files,
    maxBytes: 1_000_000,
    maxAgeMs: 1_000_000,
  };
  const torn: TornTail[] = [];
  const reader = (writersGone = false): FileJournalReader =>
    new FileJournalReader({
      directory,
      keys: { key: (id) => keys.get(id) ?? null },
      onTorn: (tail) => torn.push(tail),
      writersGone,
    });
  return { directory, options, reader, torn, made: () => made };
}

test('append() makes records readable in order, also over several files', async (t) => {
  const { options, reader } = await setup(t);
  const writer = await FileJournalWriter.open({ ...options, maxBytes: 500 });
  for (let i = 0; i < 20; i++) await writer.append([batchOf(i * 2, 2)]);
  const items = await Array.fromAsync(reader().read(new Map()));
  assert.deepEqual(
    numbers(items),
    Array.from({ length: 40 }, (_, i) => i),
  );
  assert.ok(new Set(items.map((item) => item.position.file)).size > 3);
  await writer.close();
});

test('append() keeps the order of calls that do not wait for each other, and lets arrays be used again', async (t) => {
  const { options, reader } = await setup(t);
  const writer = await FileJournalWriter.open({ ...options, maxBytes: 300 });
  const record = batchOf(0, 1);
  assert.equal(record.kind, 'batch');
  const column = record.batch.columns[0]!.data;
  assert.equal(column.type, 'number');
  const all: Promise<unknown>[] = [];
  for (let i = 0; i < 30; i++) {
    column.values[0] = i;
    all.push(writer.append([record]));
  }
  await Promise.all(all);
  assert.deepEqual(
    numbers(await Array.fromAsync(reader().read(new Map()))),
    Array.from({ length: 30 }, (_, i) => i),
  );
  await writer.close();
});

/** A file system whose writes fail with a code while `fail` says so; half of the data is written first. */
function failing(state: {
  code: string | null;
  at: 'write' | 'synced' | 'truncate' | 'announce' | 'create';
}): JournalFiles {
  const raise = (at: string): void => {
    if (state.code !== null && state.at === at) throw Object.assign(new Error('made to fail'), { code: state.code });
  };
  return {
    remove: (path) => nodeFiles.remove(path),
    async create(path) {
      raise('create');
      const handle = await nodeFiles.create(path);
      return {
        async write(data, offset) {
          if (state.code !== null && state.at === 'write')
            await handle.write(data.subarray(0, data.length / 2), offset);
          raise('write');
          await handle.write(data, offset);
          raise('synced');
        },
        async truncate(length) {
          raise('truncate');
          await handle.truncate(length);
        },
        announce(offset) {
          raise('announce');
          handle.announce(offset);
        },
        close: () => handle.close(),
      };
    },
  };
}

for (const [at, code, expected, files] of [
  ['write', 'ENOSPC', 'JOURNAL_FULL', 1],
  ['synced', 'ENOSPC', 'JOURNAL_FULL', 1],
  ['write', 'EIO', 'JOURNAL_FAILED', 2],
  ['synced', 'EIO', 'JOURNAL_FAILED', 2],
] as const) {
  test(`append() rejects with ${expected} when ${at} fails with ${code}, keeps nothing of the group and goes on`, async (t) => {
    const state: Parameters<typeof failing>[0] = { code: null, at };
    const { options, reader, torn, made } = await setup(t, failing(state));
    const writer = await FileJournalWriter.open(options);
    await writer.append([batchOf(1, 1)]);
    state.code = code;
    for (let i = 0; i < 3; i++) {
      await assert.rejects(writer.append([batchOf(100, 1), batchOf(101, 1)]), (error) => hasCode(error, expected));
      assert.deepEqual(numbers(await Array.fromAsync(reader().read(new Map()))), [1]);
    }
    state.code = null;
    await writer.append([batchOf(2, 1)]);
    await writer.append([batchOf(3, 1)]);
    assert.deepEqual(numbers(await Array.fromAsync(reader().read(new Map()))), [1, 2, 3]);
    await writer.close();
    assert.deepEqual(numbers(await Array.fromAsync(reader(true).read(new Map()))), [1, 2, 3]);
    assert.deepEqual(torn, []);
    assert.equal(made(), files, 'no key is spent on tries that failed');
  });
}

test('append() leaves a file whose readers cannot be told, and keeps the group', async (t) => {
  const state: Parameters<typeof failing>[0] = { code: null, at: 'announce' };
  const { options, reader } = await setup(t, failing(state));
  const writer = await FileJournalWriter.open(options);
  state.code = 'EIO';
  await writer.append([batchOf(1, 1)]);
  state.code = null;
  await writer.append([batchOf(2, 1)]);
  assert.deepEqual(numbers(await Array.fromAsync(reader().read(new Map()))), [1, 2]);
  await writer.close();
});

test('open() puts the opening records at the start of each file', async (t) => {
  const { options, reader } = await setup(t);
  let opened = 0;
  const writer = await FileJournalWriter.open({
    ...options,
    maxBytes: 200,
    opening: () => [batchOf(1000 + opened++, 1)],
  });
  for (let i = 0; i < 6; i++) await writer.append([batchOf(i, 1)]);
  const items = await Array.fromAsync(reader().read(new Map()));
  const first = new Map<string, number>();
  for (const item of items) if (!first.has(item.position.file)) first.set(item.position.file, numbers([item])[0]!);
  assert.deepEqual(
    [...first.values()],
    Array.from({ length: opened }, (_, i) => 1000 + i),
  );
  assert.ok(opened > 2);
  await writer.close();
});

test('turn() ends the current file, so that a reader that passed it may let go of it', async (t) => {
  const { options, reader } = await setup(t);
  const writer = await FileJournalWriter.open(options);
  const { file } = await writer.append([batchOf(0, 2)]);
  const reading = reader();
  const paths = async () => (await reading.release([new Map([[file, Infinity]])])).length;
  assert.equal(await paths(), 0, 'it may still grow');
  await writer.turn();
  assert.equal(await paths(), 1);
  assert.notEqual((await writer.append([batchOf(2, 1)])).file, file);
  await writer.close();
  await writer.turn();
});

test('append() rejects after close()', async (t) => {
  const { options } = await setup(t);
  const writer = await FileJournalWriter.open(options);
  await writer.close();
  await assert.rejects(writer.append([]), { code: 'JOURNAL_CLOSED' });
});

test('append() of nothing begins the next file once the current one is old enough', async (t) => {
  const { options, made } = await setup(t);
  let now = 0;
  const clock = { now: () => micros(1), monotonicMs: () => now };
  const writer = await FileJournalWriter.open({ ...options, clock, maxAgeMs: 10 });
  now = 9;
  await writer.append([]);
  assert.equal(made(), 1);
  now = 10;
  await writer.append([]);
  assert.equal(made(), 2);
  await writer.close();
});

test('release() lets go of a file that later ones have gone before', async (t) => {
  const { options, reader } = await setup(t);
  const writer = await FileJournalWriter.open({ ...options, maxBytes: 300 });
  for (let i = 0; i < 20; i++) await writer.append([batchOf(i, 1)]);
  const reading = reader();
  const passed = new Map<string, number>();
  for await (const { position } of reading.read(new Map())) passed.set(position.file, position.offset);
  const [first = ''] = passed.keys();
  // Something in the first still waits, and so it is kept while those behind it go.
  const waiting = new Map(passed).set(first, 1);
  for (const path of await reading.release([waiting])) await rm(path);
  assert.deepEqual(await reading.release([waiting]), []);
  assert.deepEqual(await reading.release([passed]), [`${options.directory}/${first}.journal`]);
  await writer.close();
});

test('a reader that begins anew reads on behind a file that later ones have gone before, and lets go of it', async (t) => {
  const { options, reader } = await setup(t);
  const writer = await FileJournalWriter.open({ ...options, maxBytes: 300 });
  for (let i = 0; i < 20; i++) await writer.append([batchOf(i, 1)]);
  const before = reader();
  const passed = new Map<string, number>();
  for await (const { position } of before.read(new Map())) passed.set(position.file, position.offset);
  const [first = ''] = passed.keys();
  const waiting = new Map(passed).set(first, 1);
  const gone = await before.release([waiting]);
  assert.ok(gone.length > 1);
  for (const path of gone) await rm(path);
  await writer.append([batchOf(20, 1)]);
  const anew = reader();
  const items = await Array.fromAsync(anew.read(waiting));
  assert.deepEqual(numbers(items), [0, 1, 20], 'what waited, and what came since');
  const read = new Map(items.map(({ position: { file, offset } }) => [file, offset]));
  assert.ok((await anew.release([new Map([...passed, ...read])])).includes(`${options.directory}/${first}.journal`));
  await writer.close();
});
