import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JournalCursor, JournalItem, JournalReader } from '#flow/journal/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { climateBatch } from '../../../test/support/store-world.ts';
import { JournalIntake } from './journal-intake.ts';
import type { StoreState } from './ports.ts';
import { Tail } from './tail.ts';
import { VaultCarrier } from './vault-carrier.ts';

/** A journal that gives the items behind the cursor and, followed, ends. */
function journalOf(items: readonly JournalItem[], cursors: JournalCursor[] = []): JournalReader {
  return {
    async *read(cursor) {
      cursors.push(cursor);
      for (const item of items) if (item.position.offset > (cursor.get(item.position.file) ?? 0)) yield item;
    },
    wake: () => undefined,
    release: () => Promise.resolve([]),
  };
}

const item = (file: string, offset: number, stream: string, rows = 5): JournalItem => ({
  position: { file, offset },
  record: { kind: 'batch', batch: climateBatch(0, rows, 't1', stream) },
  worker: 0,
});

const start: StoreState = { version: 3, cursor: [], watermarks: [] };

function intake(
  journal: JournalReader,
  state = start,
  pauseRows = 1000,
  onPause = (): void => undefined,
): { tail: Tail; reading: JournalIntake; stop: AbortController } {
  const tail = new Tail(state.version);
  const stop = new AbortController();
  const limits = { pauseRows, pauseBytes: 1e9 };
  const metrics = { count: () => undefined, gauge: () => undefined };
  const vault = new VaultCarrier(() => Promise.resolve());
  const parts = { journal, tail, clock: frozenClock(), metrics, vault, limits, signal: stop.signal, onPause };
  return { tail, reading: new JournalIntake(parts, state), stop };
}

describe('JournalIntake', () => {
  it('takes what no segment has: behind the watermark of its own stream and file', async () => {
    const watermarks = [{ stream: 'a', file: 'w0', offset: 20 }];
    const items = [
      item('w0', 10, 'a'),
      item('w0', 15, 'b'),
      item('w0', 20, 'a'),
      item('w0', 30, 'a'),
      item('w1', 10, 'a'),
      item('w1', 20, 'a', 0),
    ];
    const { tail, reading } = intake(journalOf(items), { ...start, watermarks });
    await reading.run();
    assert.deepEqual(
      tail.summaries().map(({ stream, rows }) => [stream, rows]),
      [
        ['b', 5],
        ['a', 10],
      ],
    );
    assert.equal(reading.isCaughtUp, true);
    assert.deepEqual(
      new Map(tail.cursorWithout(tail.cut('a', Infinity))),
      new Map([
        ['w0', 10],
        ['w1', 20],
      ]),
    );
  });

  it('starts at the cursor and follows from where it came to', async () => {
    const cursors: JournalCursor[] = [];
    const { reading } = intake(journalOf([item('w0', 10, 'a'), item('w0', 20, 'a')], cursors), {
      ...start,
      cursor: [['w0', 10]],
    });
    await reading.run();
    assert.deepEqual(cursors, [new Map([['w0', 10]]), new Map([['w0', 20]])]);
  });

  it('pauses while the tail is full and goes on when there is room', async () => {
    let paused = 0;
    const items = [item('w0', 10, 'a'), item('w0', 20, 'a'), item('w0', 30, 'a')];
    const { tail, reading } = intake(journalOf(items), start, 10, () => {
      paused += 1;
    });
    const running = reading.run();
    await new Promise(setImmediate);
    assert.deepEqual([tail.rows, reading.isPaused, reading.isCaughtUp, paused], [10, true, false, 1]);
    reading.resume();
    await new Promise(setImmediate);
    assert.deepEqual([tail.rows, paused], [10, 2]);
    tail.published(tail.cut('a', 5)!, 4, 0);
    reading.resume();
    await new Promise(setImmediate);
    assert.deepEqual([tail.rows, reading.isPaused], [10, true]);
    tail.published(tail.cut('a', 10)!, 5, 0);
    reading.resume();
    await running;
    assert.deepEqual([tail.rows, reading.isPaused, reading.isCaughtUp], [0, false, true]);
  });

  it('is not caught up where the journal fails, and whoever waits for it goes on', async () => {
    const broken: JournalReader = {
      // oxlint-disable-next-line require-yield
      async *read() {
        throw new Error('damaged');
      },
      wake: () => undefined,
      release: () => Promise.resolve([]),
    };
    const { reading } = intake(broken);
    await assert.rejects(reading.run(), /damaged/);
    await reading.caughtUp;
    assert.equal(reading.isCaughtUp, false);
  });

  it('stops at the signal', async () => {
    const { reading, stop, tail } = intake(journalOf([item('w0', 10, 'a'), item('w0', 20, 'a')]), start, 5);
    const running = reading.run();
    await new Promise(setImmediate);
    stop.abort();
    reading.resume();
    await running;
    assert.equal(tail.rows, 5);
  });

  it('reads on without the place in a file that was deleted', async () => {
    const cursors: JournalCursor[] = [];
    const items = [item('w0', 10, 'a'), item('w1', 10, 'a')];
    const { reading } = intake(journalOf(items, cursors));
    await reading.run();
    items.length = 0;
    reading.forgetFiles(['w0']);
    await reading.run();
    assert.deepEqual([...cursors.at(-1)!.keys()], ['w1']);
  });
});
