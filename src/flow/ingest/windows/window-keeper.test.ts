import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { JournalError } from '#flow/journal/index.ts';
import type { JournalRecord } from '#flow/journal/index.ts';
import { standingRecords, WindowKeeper } from './window-keeper.ts';
import type { WindowLayout } from './window-layout.ts';
import { decodeWindowRecord } from './window-records.ts';
import type { WindowRecord } from './window-records.ts';
import { WindowSlots } from './window-slots.ts';
import type { WindowStates } from './window-slots.ts';

const SECOND = 1_000_000;
const LAYOUT: WindowLayout = {
  stream: 's',
  every: 60 * SECOND,
  wait: 10 * SECOND,
  since: 0,
  by: [{ name: 'who', type: 'text' }],
  of: [{ name: 't', type: 'number', measures: ['mean'] }],
};

/** A keeper over files in memory: `crash()` gives a new one that has but these. */
class World {
  now = 0;
  readonly written: WindowStates[] = [];
  readonly files = new Map<string, JournalRecord[]>();
  failing: 'append' | 'write' | null = null;
  #turned = true;
  #number = 0;
  #current = '';
  keeper!: WindowKeeper;

  async open(): Promise<WindowKeeper> {
    const records = (file: string): WindowRecord[] =>
      this.files
        .get(file)!
        .flatMap((record) => (record.kind === 'batch' ? (decodeWindowRecord(record.batch) ?? []) : []));
    const files = [...this.files.keys()];
    const standing = standingRecords(files.map((file) => ({ file, records: records(file) })));
    this.#turned = true;
    this.keeper = new WindowKeeper(
      {
        clock: { now: () => micros(this.now), monotonicMs: () => this.now / 1_000 },
        journal: {
          append: async (appended) => {
            await Promise.resolve();
            if (this.failing === 'append') throw new JournalError('JOURNAL_FULL', 'full');
            if (this.#turned) {
              this.#current = `f${this.#number++}`;
              this.files.set(this.#current, structuredClone(this.keeper.opening()) as JournalRecord[]);
              this.#turned = false;
            }
            this.files.get(this.#current)!.push(...structuredClone(appended));
            return { file: this.#current, offset: 0 };
          },
          turn: async () => void (this.#turned = true),
        },
        write: async (closed) => {
          await Promise.resolve();
          if (this.failing === 'write') throw new JournalError('JOURNAL_FULL', 'full');
          this.written.push(...closed);
        },
        remove: async (gone) => gone.forEach((file) => this.files.delete(file)),
        onFailed: () => {},
      },
      files,
    );
    this.keeper.recover(standing.flatMap((record) => (record.kind === 'states' ? [record.states] : [])));
    await this.keeper.turn();
    return this.keeper;
  }

  /** Rows that were written: device, beginning, who, count, sum. */
  get rows(): unknown[] {
    return this.written.flatMap(({ devices, starts, by, held }) =>
      devices.map((device, i) => [device, starts[i]! / SECOND, by[i]![0], held[i * 4], held[i * 4 + 1]]),
    );
  }
}

function group(device: string, start: number, values: readonly number[], who = 'ada', layout = LAYOUT) {
  const slots = new WindowSlots(layout);
  for (const value of values) slots.add(slots.place(device, start * SECOND, [who]), 0, value);
  return { states: [slots.states('digest')], seqs: [] };
}

test('what workers add to a window becomes one row once its time is up, whoever is silent', async () => {
  const world = new World();
  const keeper = await world.open();
  await Promise.all([keeper.take(group('d', 60, [1, 2])), keeper.take(group('d', 60, [3]))]);
  await keeper.take(group('d', 120, [5]));
  world.now = 130 * SECOND;
  await keeper.close();
  assert.deepEqual(world.rows, [], 'groups that were being written may still come');
  world.now = 131 * SECOND;
  await keeper.close();
  assert.deepEqual(world.rows, [['d', 60, 'ada', 3, 6]]);
  await assert.rejects(keeper.take(group('d', 60, [9])), { code: 'INGEST_WINDOW_CLOSED' });
  world.now = 400 * SECOND;
  await keeper.close();
  assert.deepEqual(world.rows.slice(1), [['d', 120, 'ada', 1, 5]]);
  assert.equal(keeper.open, 0);
});

test('what was taken is there after a crash, each value once, over any number of files', async () => {
  const world = new World();
  await (await world.open()).take(group('d', 60, [1]));
  await world.keeper.turn();
  await world.keeper.take(group('d', 60, [2]));
  const before = new Map([...world.files].map(([file, records]) => [file, [...records]]));
  const keeper = await world.open();
  assert.equal(world.files.size, 1, 'older files are gone');
  // As if the platform had ended before it could remove them.
  for (const [file, records] of before) world.files.set(file, records);
  await keeper.take(group('d', 60, [4]));
  await world.open();
  world.now = 200 * SECOND;
  await world.keeper.close();
  assert.deepEqual(world.rows, [['d', 60, 'ada', 3, 7]]);
});

test('windows whose rows could not be written are kept, on disk too, and tried again', async () => {
  const world = new World();
  await (await world.open()).take(group('d', 60, [1]));
  world.now = 200 * SECOND;
  world.failing = 'write';
  await world.keeper.close();
  await world.keeper.turn();
  world.failing = null;
  const keeper = await world.open();
  await keeper.close();
  assert.deepEqual(world.rows, [['d', 60, 'ada', 1, 1]]);
  await keeper.turn();
  await world.open();
  world.now = 300 * SECOND;
  await world.keeper.close();
  assert.equal(world.rows.length, 1, 'nothing is left of it');
});

test('a group that cannot be written is not taken', async () => {
  const world = new World();
  const keeper = await world.open();
  world.failing = 'append';
  await assert.rejects(keeper.take(group('d', 60, [1])), { code: 'JOURNAL_FULL' });
  world.failing = null;
  await keeper.take(group('d', 60, [2]));
  world.now = 200 * SECOND;
  await keeper.close();
  assert.deepEqual(world.rows, [['d', 60, 'ada', 1, 2]]);
});

test('retire() closes the windows of another layout at once, forget() leaves out a person on disk and off it', async () => {
  const world = new World();
  const keeper = await world.open();
  await keeper.take(group('d', 60, [1], 'ada'));
  await keeper.take(group('d', 60, [2], 'zoe'));
  await keeper.forget((stream, { who }) => stream === 's' && who !== 'zoe');
  assert.doesNotMatch(JSON.stringify([...world.files.values()]), /zoe/);
  const other = { ...LAYOUT, every: SECOND, since: 61 * SECOND };
  await keeper.take(group('d', 61, [7], 'ada', other));
  await keeper.retire([other]);
  assert.deepEqual(world.rows, [['d', 60, 'ada', 1, 1]]);
  assert.deepEqual(keeper.layouts(), [other]);
});
