import assert from 'node:assert/strict';
import { closeSync, existsSync, fstatSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { bytes, millis } from '#base/core/index.ts';
import { openUnnamed, SegmentFiles, storedWanted } from './segment-files.ts';
import type { AskKeys, SealedSegment } from './segment-files.ts';

const segment = (id: string, keyEpoch = '1'): SealedSegment => ({
  id,
  path: `/nowhere/${id}`,
  aadPrefix: new Uint8Array(),
  columns: [],
  rows: 1,
  keyEpoch,
});
const forever = new AbortController().signal;

function make(budget = 1_000) {
  const opened: string[] = [];
  const asked: string[][] = [];
  const askKeys: AskKeys = async (wanted) => {
    asked.push(wanted.map(({ segment: { id }, columns }) => `${id}:${columns.join('+')}`));
    return wanted.map(() => ({ footer: new Uint8Array(), columns: new Map() }));
  };
  let now = 0;
  const files = new SegmentFiles({
    open: ({ segment: each, columns }, _keys, write) => {
      opened.push(`${each.id}:${columns.join('+')}`);
      if (each.id === 'broken') throw new Error('not what was sealed');
      write(new Uint8Array(100).fill(1));
      return Promise.resolve({ bytesRead: 130 });
    },
    clock: { now: () => 0 as never, monotonicMs: () => now },
    budget: bytes(budget),
    idle: millis(60_000),
  });
  const lease = (id: string, columns: readonly string[], epoch = '1') =>
    files.lease([{ segment: segment(id, epoch), columns }], askKeys, forever);
  return { files, opened, asked, askKeys, lease, wait: (ms: number) => (now += ms) };
}

test('SegmentFiles.lease() opens what it has not got, and finds what holds all the columns', async () => {
  using made = Object.assign(make(), { [Symbol.dispose]: () => {} });
  const { files, opened, lease } = made;
  const first = await lease('a', ['x', 'y']);
  assert.deepEqual(first.cost, { bytesRead: 130, bytesOpened: 100, bytesReused: 0 });
  assert.equal(readFileSync(first.files[0]?.path ?? '').length, 100);
  first.release();
  const second = await lease('a', ['y']);
  assert.deepEqual(second.cost, { bytesRead: 0, bytesOpened: 0, bytesReused: 100 });
  second.release();
  (await lease('a', ['y', 'z'])).release();
  (await lease('a', ['x'], '2')).release();
  assert.deepEqual(opened, ['a:x+y', 'a:y+z', 'a:x']);
  assert.equal(files.heldBytes, 100, 'what was opened under an older epoch is gone');
  files[Symbol.dispose]();
  assert.equal(files.heldBytes, 0);
});

test('SegmentFiles.lease() asks once for the keys of what is not opened, and for no other', async () => {
  const { files, asked, askKeys } = make();
  const want = (...ids: string[]) => ids.map((id) => ({ segment: segment(id), columns: ['x'] }));
  const first = await files.lease(want('a'), askKeys, forever);
  const second = await files.lease(want('b', 'a', 'c'), askKeys, forever);
  assert.deepEqual(
    second.files.map((file) => file.segment),
    ['b', 'a', 'c'],
  );
  (await files.lease(want('c', 'b'), askKeys, forever)).release();
  assert.deepEqual(asked, [['a:x'], ['b:x', 'c:x']]);
  first.release();
  second.release();
  files[Symbol.dispose]();
});

test('SegmentFiles.lease() does not wait for keys longer than its caller does', async () => {
  const { files } = make();
  const abort = new AbortController();
  const never = (): Promise<never> => new Promise(() => {});
  const leasing = files.lease([{ segment: segment('a'), columns: ['x'] }], never, abort.signal);
  abort.abort();
  await assert.rejects(leasing, { name: 'AbortError' });
  assert.equal(files.heldBytes, 0);
});

test('SegmentFiles keeps to its budget, least recently used first, and never closes what is in use', async () => {
  const { files, opened, lease, wait } = make(250);
  const used = await lease('a', ['x']);
  for (const id of ['b', 'c', 'd']) {
    wait(1);
    (await lease(id, ['x'])).release();
  }
  assert.equal(files.heldBytes, 200);
  (await lease('d', ['x'])).release();
  (await lease('b', ['x'])).release();
  assert.deepEqual(opened, ['a:x', 'b:x', 'c:x', 'd:x', 'b:x']);
  assert.equal(readFileSync(used.files[0]?.path ?? '').length, 100);
  used.release();
  files[Symbol.dispose]();
});

test('SegmentFiles.drop() forgets at once, and closes with the last user', async () => {
  const { files, opened, lease } = make();
  const used = await lease('a', ['x']);
  files.drop(['a', 'other']);
  assert.equal(files.heldBytes, 100);
  const again = await lease('a', ['x']);
  assert.deepEqual(opened, ['a:x', 'a:x']);
  used.release();
  assert.equal(files.heldBytes, 100);
  again.release();
  files.drop(null);
  assert.equal(files.heldBytes, 0);
});

test('SegmentFiles.held() counts segments of which something is open, while a statement reads too', async () => {
  const { files, lease } = make();
  const used = await lease('a', ['x']);
  (await lease('b', ['x'])).release();
  assert.equal(files.held(['a', 'b', 'c']), 2);
  files.drop(['a', 'b']);
  assert.equal(files.held(['a', 'b', 'c']), 1);
  used.release();
  assert.equal(files.held(['a', 'b', 'c']), 0);
});

test('SegmentFiles.sweep() closes what was idle for long', async () => {
  const { files, lease, wait } = make();
  (await lease('a', ['x'])).release();
  wait(59_000);
  files.sweep();
  assert.equal(files.heldBytes, 100);
  wait(2_000);
  files.sweep();
  assert.equal(files.heldBytes, 0);
});

test('SegmentFiles.lease() leaves nothing open where one segment fails or the caller leaves', async () => {
  const { files, lease, askKeys } = make(0);
  const wanted = ['a', 'broken'].map((id) => ({ segment: segment(id), columns: ['x'] }));
  const before = readdirSync('/proc/self/fd').length;
  await assert.rejects(files.lease(wanted, askKeys, forever), /not what was sealed/);
  await assert.rejects(files.lease(wanted, askKeys, AbortSignal.abort()));
  assert.equal(files.heldBytes, 0);
  assert.equal(readdirSync('/proc/self/fd').length, before);
  (await lease('a', ['x'])).release();
  assert.equal(files.heldBytes, 0, 'a budget of nothing keeps nothing');
});

test('openUnnamed() makes a file that has no name and that others may not read', () => {
  const before = existsSync('/dev/shm') ? readdirSync('/dev/shm').length : 0;
  const fd = openUnnamed('/dev/shm');
  writeSync(fd, 'x');
  const { nlink, mode } = fstatSync(fd);
  assert.deepEqual([nlink, mode & 0o777], [0, 0o600]);
  assert.equal(readdirSync('/dev/shm').length, before);
  closeSync(fd);
});

test('SegmentFiles.lease() takes a made column for another where it is made in another way', async () => {
  const { files, opened, askKeys } = make();
  const want = (high: number, columns: readonly string[] = ['who']) => ({
    segment: segment('a'),
    columns,
    grids: new Map([['_x', { of: 'x', low: 0, high, most: 8 }]]),
  });
  for (const wanted of [want(1), want(1), want(1, []), want(2)]) {
    (await files.lease([wanted], askKeys, forever)).release();
  }
  assert.equal(opened.length, 2);
  (await files.lease([{ segment: segment('a'), columns: ['x'] }], askKeys, forever)).release();
  assert.equal(opened.length, 3, 'what it is made of is not opened with it');
  assert.deepEqual(storedWanted(want(1)), ['who', 'x']);
  files[Symbol.dispose]();
});
