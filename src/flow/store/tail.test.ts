import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { climateBatch } from '../../../test/support/store-world.ts';
import { snapshotOf, Tail } from './tail.ts';

/** Three batches of `climate` and one of `other` in two files. */
function filled(): Tail {
  const tail = new Tail();
  tail.add({ batch: climateBatch(0, 10), file: 'w0', before: 0, after: 100 }, 1);
  tail.add({ batch: climateBatch(100, 4, 't1', 'other'), file: 'w0', before: 100, after: 150 }, 2);
  tail.add({ batch: climateBatch(10, 10), file: 'w1', before: 40, after: 80 }, 3);
  tail.add({ batch: climateBatch(20, 10), file: 'w0', before: 150, after: 200 }, 4);
  tail.passed('w0', 230);
  return tail;
}

describe('Tail', () => {
  it('tells what waits', () => {
    const tail = filled();
    assert.deepEqual(
      tail.summaries().map(({ stream, rows, oldestMs }) => [stream, rows, oldestMs]),
      [
        ['climate', 30, 1],
        ['other', 4, 2],
      ],
    );
    assert.equal(tail.rows, 34);
    assert.ok(tail.bytes > 34 * 24);
    assert.deepEqual(new Tail().summaries(), []);
  });

  it('cut() takes the oldest batches, one at least, and says what they take from each file', () => {
    const tail = filled();
    assert.equal(tail.cut('climate', 5)?.rows, 10);
    const cut = tail.cut('climate', 20)!;
    assert.deepEqual(cut.spans, [
      { file: 'w0', after: 0, to: 100 },
      { file: 'w1', after: 40, to: 80 },
    ]);
    assert.deepEqual(tail.cut('climate', Infinity)?.spans[0], { file: 'w0', after: 0, to: 200 });
    assert.equal(tail.cut('nothing', 5), null);
  });

  it('cut() stops at another template where told to', () => {
    const tail = new Tail();
    for (const [index, template] of ['t1', 't1', 't2', 't1'].entries()) {
      tail.add({ batch: climateBatch(index, 1, template), file: 'w0', before: index * 10, after: index * 10 + 10 }, 0);
    }
    assert.equal(tail.cut('climate', 100, true)?.rows, 2);
    assert.equal(tail.cut('climate', 100)?.rows, 4);
  });

  it('cursorWithout() starts before the oldest batch that still waits, in each file', () => {
    const tail = filled();
    assert.deepEqual(
      new Map(tail.cursorWithout(null)),
      new Map([
        ['w0', 0],
        ['w1', 40],
      ]),
    );
    const cut = tail.cut('climate', Infinity)!;
    assert.deepEqual(
      new Map(tail.cursorWithout(cut)),
      new Map([
        ['w0', 100],
        ['w1', 80],
      ]),
    );
    tail.published(cut, 1, 5);
    tail.published(tail.cut('other', 9)!, 2, 5);
    assert.deepEqual(
      new Map(tail.cursorWithout(null)),
      new Map([
        ['w0', 230],
        ['w1', 80],
      ]),
    );
  });

  it('forgetFiles() leaves deleted files out of what is noted, however many there were', () => {
    const tail = filled();
    tail.passed('w9', 70);
    tail.forgetFiles(['w9', 'w8']);
    assert.deepEqual(new Map(tail.cursorWithout(null)).keys().toArray(), ['w0', 'w1']);
  });

  it('visible() has at each version what no segment of it has', () => {
    const tail = filled();
    const rows = (version: number): number => snapshotOf(tail.visible('climate', version), ['time']).rows;
    tail.published(tail.cut('climate', 20)!, 7, 10);
    assert.deepEqual([rows(6), rows(7), rows(8)], [30, 10, 10]);
    assert.equal(tail.rows, 14);
    assert.deepEqual(tail.cut('climate', Infinity)?.rows, 10);
    tail.forget(10);
    assert.equal(rows(6), 30);
    tail.forget(11);
    assert.throws(() => rows(6), { code: 'STORE_SNAPSHOT_EXPIRED' });
    assert.equal(rows(7), 10);
  });

  it('snapshotOf() shares only the wanted columns', () => {
    const tail = filled();
    const { batches } = snapshotOf(tail.visible('climate', 0), ['temperature', 'unknown']);
    assert.deepEqual(
      batches.map(({ columns }) => columns.map(({ name }) => name)),
      [['temperature'], ['temperature'], ['temperature']],
    );
    assert.deepEqual(snapshotOf(tail.visible('nothing', 0), ['time']), { rows: 0, batches: [] });
  });

  it('forget() gives back the memory', () => {
    const tail = filled();
    for (const stream of ['climate', 'other']) tail.published(tail.cut(stream, Infinity)!, 1, 0);
    tail.forget(1);
    assert.deepEqual([tail.rows, tail.bytes], [0, 0]);
  });
});

describe('Tail.forget() with a bound of bytes', () => {
  it('lets go of what was published first, as far as it may, and of nothing that waits', () => {
    const tail = filled();
    const all = tail.bytes;
    assert.equal(tail.waitingBytes, all);
    tail.published(tail.cut('climate', 20)!, 1, 5);
    tail.published(tail.cut('climate', 20)!, 2, 8);
    const lingering = all - tail.waitingBytes;
    assert.ok(lingering > 0);
    tail.forget(0, { bytes: lingering, untilMs: 100 });
    assert.equal(tail.bytes, all, 'so many may linger');
    tail.forget(0, { bytes: lingering - 1, untilMs: 5 });
    assert.equal(tail.bytes, all, 'the first was published too lately');
    tail.forget(0, { bytes: lingering - 1, untilMs: 100 });
    assert.throws(() => tail.visible('climate', 0), { code: 'STORE_SNAPSHOT_EXPIRED' });
    assert.equal(snapshotOf(tail.visible('climate', 1), []).rows, 10);
    tail.forget(0, { bytes: 0, untilMs: 100 });
    assert.equal(tail.bytes, tail.waitingBytes);
    assert.equal(tail.rows, 4);
  });
});

describe('Tail between a publication and its answer', () => {
  it('does not show twice what queries may see sealed already', () => {
    const tail = filled();
    const cut = tail.cut('climate', 20)!;
    tail.publishing(cut, 7);
    assert.deepEqual(
      [6, 7].map((version) => snapshotOf(tail.visible('climate', version), []).rows),
      [30, 10],
    );
    tail.published(cut, 7, 0);
    assert.deepEqual(
      [6, 7].map((version) => snapshotOf(tail.visible('climate', version), []).rows),
      [30, 10],
    );
  });

  it('knows nothing of versions before its start', () => {
    assert.throws(() => new Tail(5).visible('climate', 4), { code: 'STORE_SNAPSHOT_EXPIRED' });
    assert.equal(new Tail(5).visible('climate', 5).length, 0);
  });
});
