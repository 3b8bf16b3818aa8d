import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Segment, SegmentContent } from '#flow/store/index.ts';
import type { Pace } from './contract.ts';
import { SealingThreads } from './sealing-threads.ts';
import type { HurryLimits, MakerThread } from './sealing-threads.ts';

const content = { stream: 'climate' } as unknown as SegmentContent;

/** Threads whose segments are done when the test says so; what a thread made is named for its pace. */
function started(limits: Partial<HurryLimits>) {
  const load = { rows: 0, awaited: false };
  const log: string[] = [];
  const pending: (() => void)[] = [];
  const start = (pace: Pace): MakerThread => {
    log.push(`start ${pace}`);
    const make = () =>
      new Promise<Segment>((resolve) => pending.push(() => resolve({ id: pace } as unknown as Segment)));
    return {
      seal: make,
      compact: make,
      usePlaces: (declared) => void log.push(`places ${declared.length}`),
      [Symbol.asyncDispose]: async () => void log.push(`end ${pace}`),
    };
  };
  const threads = new SealingThreads({
    start,
    waiting: () => load.rows,
    awaited: () => load.awaited,
    limits: { lookMs: 1, ...limits },
  });
  const finish = async (): Promise<void> => {
    while (pending.length === 0) await new Promise(setImmediate);
    pending.splice(0).forEach((done) => done());
  };
  return { threads, load, log, finish };
}

test('segments are made aside while little waits', async () => {
  const { threads, log, finish } = started({});
  const made = [threads.seal(content)];
  await finish();
  assert.equal((await made[0])?.id, 'aside');
  assert.deepEqual([log, threads.hurries], [['start aside'], false]);
});

test('what a thread aside does not get done while much comes is made in a hurry, and a hurry ends', async () => {
  const { threads, load, log, finish } = started({ rows: 10, hurryMs: 0 });
  threads.usePlaces([]);
  const made = threads.seal(content);
  load.rows = 11;
  while (!threads.hurries) await new Promise((resolve) => setTimeout(resolve, 1));
  await finish();
  assert.equal((await made).id, 'hurry');
  assert.deepEqual(log, ['start aside', 'places 0', 'end aside', 'start hurry', 'places 0']);
  load.rows = 10;
  const next = threads.compact({ stream: 'climate', inputs: [] }, new Map());
  await finish();
  assert.equal((await next)?.id, 'aside');
});

test('a segment that takes too long is made in a hurry, however little waits', async () => {
  const { threads, finish } = started({ segmentMs: 0 });
  const made = threads.seal(content);
  while (!threads.hurries) await new Promise((resolve) => setTimeout(resolve, 1));
  await finish();
  assert.equal((await made).id, 'hurry');
});

test('what somebody waits for is made in a hurry sooner', async () => {
  const { threads, load, finish } = started({ awaitedMs: 0 });
  load.awaited = true;
  const made = threads.seal(content);
  while (!threads.hurries) await new Promise((resolve) => setTimeout(resolve, 1));
  await finish();
  assert.equal((await made).id, 'hurry');
});

test('what fails in a thread fails for who asked, and is not made again', async () => {
  const broken: MakerThread = {
    seal: () => Promise.reject(new Error('broken')),
    compact: () => Promise.reject(new Error('broken')),
    usePlaces: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const threads = new SealingThreads({ start: () => broken, waiting: () => 0, awaited: () => true });
  await assert.rejects(threads.seal(content), /broken/);
  assert.equal(threads.hurries, false);
});
