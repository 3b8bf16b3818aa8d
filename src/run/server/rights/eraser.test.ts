import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, minutes, seconds } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { RequestBook } from '#assure/privacy/index.ts';
import type { SubjectRequest } from '#assure/privacy/index.ts';
import { Erasures } from '#flow/store/index.ts';
import type { SubjectSpan } from '#flow/store/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { makeSegment } from '../control/testing.ts';
import { allRowsOf, Eraser, rowsOf } from './eraser.ts';

/** When a journal file began that other streams keep, until what waits is sealed. */
const ELSEWHERE = 1;
const NOTHING = { rows: 0, minTime: null, maxTime: null };

/** Segment `s1` has a row of the person; the store takes it out of queries, and deletes its object when told. */
async function open(t: Cleanable) {
  const clock = frozenClock();
  const trust = await openKeys(t, clock);
  const segments = await SegmentHost.open(trust.catalogue, trust.keys, clock);
  const objects = await openDirectoryObjects(await temporaryFolder(t));
  const sealer = await trust.keys.rowSealer('catalogue');
  const segment = await makeSegment(trust.keys, { id: 's1', stream: 'trips', spans: [{ file: 'f', after: 0, to: 9 }] });
  await segments.publish({ segment, cursor: [] });
  await objects.put(segment.objectKey, Uint8Array.of(1));
  const state = {
    journal: [0],
    left: 0,
    corner: 2,
    signed: null as Json | null,
    dropped: [] as string[],
    held: 0,
    turned: 0,
    spans: [{ stream: 'trips', device: 'd', from: 1, to: 2 }] as SubjectSpan[],
    /** Segments of which the catalogue cannot be believed. */
    unbelieved: [] as string[],
    /** Journal files that cannot be read. */
    damaged: [] as string[],
    /** Whether the process ends once the segments are written anew. */
    failing: false,
  };
  const request: SubjectRequest = {
    id: 'r1',
    kind: 'erase',
    state: 'open',
    received: clock.now(),
    due: micros(clock.now() + 1),
    finished: null,
    certificate: null,
    person: 'ab12',
    again: 'refuse',
    places: [
      {
        relation: 'trips',
        kind: 'stream',
        column: 'rider',
        type: 'text',
        domain: null,
        values: ['ada'],
        digests: ['t1-x'],
      },
    ],
    problem: null,
    rewritten: null,
    erased: {},
  };
  const book = await RequestBook.open(trust.catalogue, await trust.keys.rowSealer('people'));
  const erasures = new Erasures(sealer);
  const eraser = new Eraser({
    ...trust,
    book,
    segments: { statesOf: (ids) => segments.statesOf(ids), replacedBefore: (time) => segments.replacedBefore(time) },
    store: {
      subjectSpans: async () => state.spans,
      findSubject: async () => ({ segments: [], tail: { ...NOTHING, rows: state.left } }),
      eraseSubject: async (subject, id) => {
        if ((await segments.active()).length === 0) return 0;
        await segments.retire({
          ids: ['s1'],
          expired: { stream: 'trips', rows: 10, keptFrom: subject.before ?? clock.now(), request: id },
        });
        return 10;
      },
      removeReplaced: async (_streams, age) => {
        const old = await segments.replacedBefore(clock.now() - age * 1_000);
        for (const { id, objectKey } of old) {
          await objects.delete(objectKey);
          await segments.forget([id]);
        }
        return old.length;
      },
      flush: async () => {
        state.journal = state.journal.filter((created) => created !== ELSEWHERE);
      },
      releaseFiles: async () => {},
      get damages() {
        return state.damaged.map((file) => ({ file, offset: 9, reason: 'JOURNAL_KEY_UNKNOWN' as const }));
      },
    },
    gateway: () => ({ turnFiles: async () => void (state.turned += 1) }),
    erasures,
    objects,
    corners: [
      {
        where: 'attic',
        count: async () => state.corner,
        erase: async () => (state.failing ? Promise.reject(new Error('cut off')) : ((state.corner = 0), 2)),
      },
    ],
    journalFiles: async () => state.journal.map((created) => ({ fileId: `f${created}`, created })),
    heldAfterDrop: async (ids) => {
      state.dropped.push(...ids);
      return state.held;
    },
    unbelieved: async () => state.unbelieved.map((id) => ({ id })),
    digestKey: new Uint8Array(32),
    clock,
    random: seededRandom(5),
    discarded: async () => [],
    sign: async (_type, statement) => ((state.signed = statement), 'signed'),
    reachCopies: async () => [{ target: 't1', confirmed: true }],
    grace: seconds(1),
  });
  return { eraser, request, state, clock, book, erasures, segments, ...trust };
}

test('an erasure is certified once old objects and journal files are gone, keys shredded and nothing found', async (t) => {
  const { eraser, request, state, clock, book, erasures, catalogue, audit, keys } = await open(t);
  const first = await eraser.step(request);
  assert.deepEqual([first.waits, first.request.erased], [true, { segments: 10, attic: 2 }]);
  assert.deepEqual([state.dropped, state.turned], [['s1'], 1]);
  assert.deepEqual(await book.list(), [first.request]);
  assert.equal((await eraser.step(first.request)).request, first.request, 'queries have their time');
  clock.advance(seconds(2));
  assert.equal((await eraser.step(first.request)).request, first.request, 'a journal file from before is there');
  clock.advance(minutes(4));
  assert.match((await eraser.step(first.request)).request.problem ?? '', /^1 journal files/, 'what takes long is told');
  state.damaged = ['f0'];
  assert.match((await eraser.step(first.request)).request.problem ?? '', /^journal file f0 cannot be read/);
  state.journal = [ELSEWHERE, clock.now()];
  const { request: done, waits } = await eraser.step(first.request);
  assert.deepEqual([waits, done.state, (await book.list())[0]], [false, 'done', done]);
  assert.deepEqual(
    done.places.map(({ values }) => values),
    [[]],
    'no original is kept',
  );
  const signed = state.signed as Record<string, unknown>;
  assert.deepEqual(
    [signed['because'], signed['erased'], (signed['segments'] as { rows: number }[])[0]?.rows],
    ['asked by the person', { segments: 10, attic: 2 }, 10],
  );
  assert.ok((signed['looked'] as { found: number }[]).every(({ found }) => found === 0));
  assert.ok(keys.destructions > 0);
  assert.deepEqual(audit.events.at(-1)?.detail, { request: 'r1', segments: 1, rows: 10 });
  assert.equal(await catalogue.transaction((tx) => erasures.certificate(tx, done.certificate ?? '')), 'signed');
  assert.deepEqual(await catalogue.transaction((tx) => erasures.open(tx)), []);
});

test('where something is left nothing is certified, and a step that was cut off can be taken again', async (t) => {
  const { eraser, request, state, clock } = await open(t);
  await eraser.step(request);
  const { request: again } = await eraser.step(request);
  assert.deepEqual(again.erased, { segments: 10, attic: 2 }, 'the segment went with the first, and counts');
  clock.advance(seconds(2));
  state.journal = [];
  state.left = 1;
  const anew = await eraser.step(again);
  assert.deepEqual([anew.waits, anew.request.state, state.turned], [true, 'open', 3], 'what came late goes too');
  assert.equal(state.signed, null);
  state.left = 0;
  clock.advance(seconds(2));
  state.held = 1;
  await assert.rejects(eraser.step(anew.request), {
    code: 'SERVER_ERASURE_INCOMPLETE',
    message: /1 left in query processes/,
  });
  assert.equal(state.signed, null);
  state.held = 0;
  assert.equal((await eraser.step(anew.request)).request.state, 'done');
});

test('segments that are merged as ever more readings come keep nothing waiting, what was sealed of those before does', async (t) => {
  const { eraser, request, state, clock, segments, keys } = await open(t);
  const { request: rewritten } = await eraser.step(request);
  state.journal = [];
  clock.advance(seconds(5));
  const turned = rewritten.rewritten!.turned;
  const merged = async (id: string, first: number): Promise<void> => {
    const received = { first: micros(first), last: clock.now() };
    const of = { stream: 'trips', spans: [{ file: id, after: 0, to: 9 }] };
    const made = { ...(await makeSegment(keys, { id, ...of })), received, created: clock.now() };
    await segments.publish({ segment: made, cursor: [] });
    const segment = { ...(await makeSegment(keys, { id: `${id}m`, stream: 'trips', inputs: [id] })), received };
    await segments.replace({ segment });
  };
  await merged('late', turned - 1);
  await merged('new', turned + 1);
  const { request: waiting, waits } = await eraser.step(rewritten);
  assert.deepEqual([waits, waiting.state], [true, 'open'], 'it may hold what was in the journal then');
  clock.advance(seconds(2));
  await merged('newer', turned + 2);
  assert.equal((await eraser.step(waiting)).request.state, 'done');
});

test('an erasure stays open while nobody can look into a segment, and names it', async (t) => {
  const { eraser, request, state, clock } = await open(t);
  const { request: rewritten } = await eraser.step(request);
  state.journal = [];
  state.unbelieved = Array.from({ length: 9 }, (_, i) => `segment-${i}`);
  clock.advance(minutes(4));
  const { request: waiting, waits } = await eraser.step(rewritten);
  assert.deepEqual([waits, waiting.state, state.signed], [true, 'open', null]);
  assert.match(waiting.problem ?? '', /rows of the catalogue were changed.*segment-0, .*segment-7, …$/);
  state.unbelieved = [];
  assert.equal((await eraser.step(waiting)).request.state, 'done');
});

test('what went before a step was cut off is counted, and what is known of it by its times is not forgotten', async (t) => {
  const { eraser, request, state, book } = await open(t);
  state.spans = [{ stream: 'trips', device: 'd', from: 1, to: 2 }];
  state.failing = true;
  await assert.rejects(eraser.step(request), /cut off/);
  const [noted] = await book.list();
  assert.deepEqual([noted?.rewritten, noted?.spans], [null, state.spans]);
  state.failing = false;
  // Only what came late is found now.
  state.spans = [{ stream: 'trips', device: 'd', from: 9_000_000, to: 9_000_000 }];
  const { request: after } = await eraser.step(noted!);
  assert.deepEqual([after.erased, after.spans?.map(({ from }) => from)], [{ segments: 10, attic: 2 }, [1, 9_000_000]]);
});

test('rowsOf() means rows from before an erasure, and all where nothing more is taken', () => {
  const places = [
    {
      relation: 'a',
      kind: 'stream' as const,
      column: 'x',
      type: 'text' as const,
      domain: null,
      values: ['v'],
      digests: ['d'],
    },
    {
      relation: 't',
      kind: 'table' as const,
      column: 'x',
      type: 'text' as const,
      domain: null,
      values: ['v'],
      digests: [],
    },
  ];
  const digestKey = new Uint8Array(32);
  const columns = [{ name: 'x', values: ['v'], digests: ['d'] }];
  const erased = { kind: 'erase', state: 'open', received: micros(7), places } as const;
  assert.deepEqual(rowsOf({ ...erased, again: 'allow' }, digestKey), [{ stream: 'a', columns, before: 7, digestKey }]);
  assert.equal(rowsOf({ ...erased, again: 'refuse' }, digestKey)[0]?.before, null);
  assert.deepEqual(allRowsOf(places, digestKey), [{ stream: 'a', columns, before: null, digestKey }]);
});
