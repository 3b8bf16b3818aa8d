import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, millis, seconds } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { makeRowSealer, StorageError } from '#base/storage/index.ts';
import { RequestBook, withoutOriginals } from '#assure/privacy/index.ts';
import type { RefusedSubjects } from '#flow/ingest/index.ts';
import type { Hold, Segment, SubjectRows } from '#flow/store/index.ts';
import type { PlacedEntry } from '#trust/audit/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { RightsKeeper } from './rights-keeper.ts';
import type { RightsParts } from './rights-keeper.ts';
import { RequestFold } from './subject-log.ts';

const template = makeTemplate(
  'devices: {d: {}}\nstreams: {trips: {from: d, purposes: [p], subject: rider, fields: {rider: {type: text, class: identifier}, speed: {type: number, nullable: true}}}}',
);
const HOLD = { id: 'h1', stream: 'trips', from: null, to: 5, reason: 'case 12', owner: 'legal', created: 0, released: null }; // prettier-ignore

async function open(t: Cleanable) {
  const clock = frozenClock();
  const trust = await openKeys(t, clock);
  const told: (readonly RefusedSubjects[])[] = [];
  const asked: SubjectRows[] = [];
  const state = {
    holds: [] as Hold[],
    rows: 2,
    steps: 0,
    fails: false,
    away: false,
    active: [] as Segment[],
    unbelieved: [] as { stream: string }[],
  };
  const parts: RightsParts = {
    ...trust,
    formsOf: (_, token) => [token],
    shownRows: (_, rows) => rows,
    book: await RequestBook.open(trust.catalogue, await trust.keys.rowSealer('people')),
    sealer: makeRowSealer(new Map([[1, AeadKey.fromBytes(new Uint8Array(32).fill(1))]]), 1, seededRandom(1)),
    digestKey: new Uint8Array(32).fill(2),
    segments: { active: async () => state.active },
    store: {
      findSubject: async (wanted) => {
        asked.push(wanted);
        if (state.away) throw new StorageError('STORAGE_UNAVAILABLE', 'the place does not answer');
        const tail = { rows: state.rows, minTime: micros(4), maxTime: micros(9) };
        return { segments: [], tail };
      },
      subjectSpans: async ({ stream }) => [{ stream, device: 'd', from: 4, to: 9 }],
      readSubject: async ({ columns }) => {
        const shapes = [{ name: 'rider', type: 'text' as const }];
        return { columns: shapes, rows: [{ rider: columns[0]!.values[0]! }], more: state.rows > 2 };
      },
    },
    unbelieved: async () => state.unbelieved,
    tables: { readSubject: () => [] },
    gateway: () => ({ refuseSubjects: async (refused) => void told.push(refused) }),
    corners: [{ where: 'attic', count: async () => 3, erase: async () => 3 }],
    eraser: {
      step: async (request: Parameters<RightsParts['eraser']['step']>[0]) => {
        state.steps += 1;
        if (state.fails) {
          await parts.book.put({ ...request, erased: { attic: 1 } });
          throw new Error('the disk is on fire');
        }
        return {
          request: { ...request, places: withoutOriginals(request.places), state: 'done', certificate: 'c1' },
          waits: false,
        };
      },
    } as unknown as RightsParts['eraser'],
    again: seconds(5),
    devicesOf: async (identifier) => (identifier === 'bo' ? ['watch-1'] : []),
    templates: () => [template],
    holds: () => state.holds,
    backups: async () => [{ target: 't1', location: '/copies', manifest: null, problem: 'BACKUP_MISSING' }],
    clock,
    random: seededRandom(3),
    log: silentLog,
  };
  const entries = async function* (from: number): AsyncGenerator<PlacedEntry> {
    for (const [index, event] of trust.audit.events.entries()) {
      if (index >= from) yield { index, time: clock.now(), event };
    }
  };
  return { parts, entries, told, asked, state, audit: trust.audit, keeper: await RightsKeeper.open(parts, entries) };
}

test('find() looks under every name that a person has, and is logged without any of them', async (t) => {
  const { keeper, asked, audit } = await open(t);
  const report = await keeper.find('person:x', 'ada');
  assert.deepEqual(report.found, [
    { where: 'what waits to be sealed', relation: 'trips', count: 2 },
    { where: 'attic', relation: null, count: 3 },
  ]);
  assert.deepEqual(report.backups.map(({ target, problem }) => [target, problem]), [['t1', 'BACKUP_MISSING']]); // prettier-ignore
  assert.deepEqual(report.kept_nowhere, ['synthetic sets']);
  const values = asked[0]?.columns[0]?.values ?? [];
  assert.ok(values.length === 2 && String(values[0]).startsWith('t1-') && values[1] === 'ada');
  const entry = audit.events.find(({ action }) => action === 'find-subject');
  assert.equal(entry?.resource, `subject:${report.person}`);
  assert.ok(!JSON.stringify(audit.events).includes('ada'));
});

test('find() counts segments that nobody can look into', async (t) => {
  const { keeper, state } = await open(t);
  state.unbelieved = [{ stream: 'trips' }, { stream: 'trips' }];
  const { found } = await keeper.find('person:x', 'ada');
  const [unread] = found.filter(({ where }) => where.includes('rows of the catalogue were changed'));
  assert.deepEqual([unread?.relation, unread?.count], ['trips', 2]);
});

test('erase() withholds rows and refuses readings before it resolves; done, no original is left', async (t) => {
  const { keeper, told, state, audit } = await open(t);
  state.fails = true;
  const request = await keeper.erase('person:x', 'ada', 'refuse');
  assert.match(keeper.withheld.get('trips') ?? '', /"rider" IN \('t1-[a-z2-7]+', 'ada'\)/);
  assert.equal(told.at(-1)?.[0]?.values.length, 2, 'the token and a keyed digest');
  assert.ok(!JSON.stringify(told).includes('"ada"'));
  assert.equal((await keeper.erase('person:x', 'ada', 'refuse')).id, request.id, 'asked twice, it is one');
  await eventually(() => keeper.requests[0]?.problem, (problem) => problem === 'the disk is on fire'); // prettier-ignore
  assert.deepEqual(keeper.requests[0]?.erased, { attic: 1 }, 'what a step noted before it failed stays');
  state.fails = false;
  keeper.start();
  await eventually(() => keeper.requests[0]?.state, (now) => now === 'done'); // prettier-ignore
  assert.equal(keeper.withheld.size, 0);
  assert.equal(keeper.refused[0]?.values.length, 2);
  const trial = await keeper.trial();
  assert.deepEqual([trial.looked, trial.remains.length, trial.shown, trial.overdue], [1, 1, [], []]);
  assert.equal(audit.events.filter(({ action }) => action === 'erase-subject').length, 1);
  keeper[Symbol.dispose]();
});

test('erase() goes on by itself with what had to wait', async (t) => {
  const { parts, entries } = await open(t);
  let looks = 0;
  const eraser = {
    step: async (request: Parameters<RightsParts['eraser']['step']>[0]) =>
      ++looks < 3 ? { request, waits: true } : parts.eraser.step(request),
  } as unknown as RightsParts['eraser'];
  using keeper = await RightsKeeper.open({ ...parts, eraser, again: millis(1) }, entries);
  await keeper.erase('person:op', 'ada', 'refuse');
  await eventually(() => keeper.requests[0]?.state, (now) => now === 'done'); // prettier-ignore
  assert.deepEqual([looks, keeper.requests[0]?.state], [3, 'done']);
});

test('useTemplate() guards against an erased person in what a template names from then on', async (t) => {
  const { keeper, told } = await open(t);
  await keeper.erase('person:x', 'ada', 'refuse');
  const next = makeTemplate(
    'devices: {d: {}}\nstreams: {rides: {from: d, purposes: [p], subject: who, fields: {who: {type: text, class: personal}}}}',
  );
  await keeper.useTemplate(next);
  const of = (stream: string) => told.at(-1)?.find((each) => each.stream === stream);
  assert.deepEqual([of('trips')?.values.length, of('rides')?.field, of('rides')?.values.length], [2, 'who', 1]);
  assert.ok(!JSON.stringify(told).includes('"ada"'));
  keeper[Symbol.dispose]();
});

test("what the platform says of devices is found, hidden and refused by the devices that are a person's", async (t) => {
  const { keeper, asked, told, parts, entries } = await open(t);
  await keeper.find('person:x', 'bo');
  const own = asked.filter(({ stream }) => stream.startsWith('_'));
  const places = new Map(own.map(({ stream, columns }) => [stream, columns.map(({ name, values }) => [name, values])]));
  assert.deepEqual([...places.keys()], ['_events', '_connections']);
  assert.deepEqual(places.get('_connections'), [['device', ['watch-1']]]);
  assert.deepEqual((await keeper.export('person:x', 'bo')).relations.at(-1)?.name, '_connections');
  const request = await keeper.restrict('person:x', 'bo');
  assert.equal(keeper.withheld.get('_connections'), `(coalesce("device" IN ('watch-1'), false))`);
  const refused = told.at(-1)?.find(({ stream }) => stream === '_connections');
  assert.deepEqual([refused?.field, refused?.values.includes('watch-1')], ['device', true]);
  // The log knows the devices too, where the catalogue is an older one.
  const folded = new RequestFold(parts.sealer);
  for await (const { event } of entries(0)) folded.take(event);
  const replayed = folded.requests.get(request.id)?.places.find(({ relation }) => relation === '_connections');
  assert.deepEqual(replayed?.values, ['watch-1']);
  keeper[Symbol.dispose]();
});

test('erase() is refused where somebody has a right to the readings, with reason and owner', async (t) => {
  const { keeper, state } = await open(t);
  state.holds = [HOLD];
  await assert.rejects(keeper.erase('person:x', 'ada', 'refuse'), {
    code: 'SERVER_SUBJECT_HELD',
    message: /case 12.*legal.*h1/,
  });
  state.holds = [{ ...HOLD, to: 3 }];
  assert.equal((await keeper.erase('person:x', 'ada', 'allow')).again, 'allow');
  assert.deepEqual(keeper.refused, []);
  keeper[Symbol.dispose]();
});

test('erase() hides everything although a part cannot be read now; whoever may have a right to that is heard', async (t) => {
  const { keeper, state } = await open(t);
  Object.assign(state, { away: true, fails: true, holds: [HOLD] });
  state.active = [{ id: 's1', stream: 'trips', minTime: micros(1), maxTime: micros(2) } as Segment];
  await assert.rejects(keeper.erase('person:x', 'ada', 'refuse'), { code: 'SERVER_SUBJECT_HELD' });
  state.holds = [];
  await keeper.erase('person:x', 'ada', 'refuse');
  assert.ok(keeper.withheld.has('trips'));
  await eventually(() => keeper.requests[0]?.problem, (problem) => problem !== null); // prettier-ignore
  keeper[Symbol.dispose]();
});

test('what an older copy of the catalogue forgot is taken up again from the log, before anybody asks', async (t) => {
  const { keeper, parts, entries, state } = await open(t);
  state.fails = true;
  await keeper.erase('person:x', 'ada', 'refuse');
  keeper[Symbol.dispose]();
  const older = await openKeys(t, parts.clock);
  const book = await RequestBook.open(older.catalogue, await older.keys.rowSealer('people'));
  const again = await RightsKeeper.open({ ...parts, book }, entries);
  assert.equal(again.requests[0]?.state, 'open');
  assert.match(again.withheld.get('trips') ?? '', /"rider" IN \('t1-/);
  assert.deepEqual(again.refused, keeper.refused);
  assert.equal((await RightsKeeper.open({ ...parts, book }, entries)).requests.length, 1, 'once');
});

test('restrict() hides and refuses until it is lifted, and keeps everything', async (t) => {
  const { keeper, told, state, audit, parts, entries } = await open(t);
  const request = await keeper.restrict('person:x', 'ada');
  assert.equal(request.state, 'standing');
  assert.match(keeper.withheld.get('trips') ?? '', /"rider" IN/);
  assert.ok(!(keeper.withheld.get('trips') ?? '').includes('received'), 'all of it, whenever it came');
  assert.equal(told.at(-1)?.[0]?.values.length, 2);
  assert.equal((await keeper.restrict('person:x', 'ada')).id, request.id);
  const again = await RightsKeeper.open(parts, entries);
  assert.deepEqual([...again.withheld.keys()], ['trips']);
  assert.equal((await keeper.lift('person:y', request.id)).state, 'lifted');
  assert.deepEqual([keeper.withheld.size, told.at(-1), state.steps], [0, [], 0]);
  assert.equal((await keeper.lift('person:y', request.id)).state, 'lifted');
  await assert.rejects(keeper.lift('person:y', 'nothing'), { code: 'SERVER_REQUEST_UNKNOWN' });
  assert.equal(audit.events.filter(({ action }) => action === 'lift-restriction').length, 1);
});

test('export() gives what there is with the own identifier, is logged first, and bounded', async (t) => {
  const { keeper, state, audit } = await open(t);
  const { relations } = await keeper.export('person:x', 'ada');
  assert.deepEqual(
    relations.map(({ name, rows }) => [name, rows]),
    [['trips', [{ rider: 'ada' }]]],
  );
  assert.equal(audit.events.filter(({ action }) => action === 'export-subject').length, 1);
  assert.deepEqual([keeper.requests[0]?.state, keeper.withheld.size, keeper.refused], ['done', 0, []]);
  state.rows = 3;
  await assert.rejects(keeper.export('person:x', 'ada'), { code: 'SERVER_SUBJECT_INVALID' });
});

test('nobody can be looked for where no stream says whom its readings are about', async (t) => {
  const { parts, entries } = await open(t);
  const none = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {n: {type: number}}}}');
  const keeper = await RightsKeeper.open({ ...parts, templates: () => [none] }, entries);
  await assert.rejects(keeper.find('person:x', 'ada'), { code: 'SERVER_SUBJECT_INVALID' });
});

test('rectify() hides what is wrong, has it written anew, and keeps neither value', async (t) => {
  const { keeper, state, told } = await open(t);
  state.fails = true;
  const asked = { stream: 'trips', set: { speed: '4.5' }, from: null, to: micros(9) };
  const failed = await keeper.rectify('person:x', 'ada', asked);
  assert.deepEqual([failed.state, failed.problem], ['open', 'the disk is on fire']);
  assert.match(keeper.withheld.get('trips') ?? '', /"speed" IS DISTINCT FROM 4.5/);
  assert.deepEqual(told.at(-1), [], 'readings of the person are taken as before');
  state.fails = false;
  keeper.start();
  await eventually(() => keeper.requests[0]?.state, (now) => now === 'done'); // prettier-ignore
  assert.equal(keeper.withheld.size, 0);
  state.holds = [HOLD];
  await assert.rejects(keeper.rectify('person:x', 'ada', asked), { code: 'SERVER_SUBJECT_HELD' });
  keeper[Symbol.dispose]();
});

test('a correction that an older copy of the catalogue forgot hides the readings until it is asked for again', async (t) => {
  const { keeper, parts, entries } = await open(t);
  const asked = { stream: 'trips', set: { speed: 4.5 }, from: null, to: null };
  await keeper.rectify('person:x', 'ada', asked);
  keeper[Symbol.dispose]();
  const older = await openKeys(t, parts.clock);
  const book = await RequestBook.open(older.catalogue, await older.keys.rowSealer('people'));
  const again = await RightsKeeper.open({ ...parts, book }, entries);
  again.start();
  assert.match(again.withheld.get('trips') ?? '', /"rider" IN/);
  assert.match(again.requests[0]?.problem ?? '', /ask for the correction again/);
  await again.rectify('person:x', 'ada', asked);
  await eventually(() => again.requests.map(({ state }) => state).join(' '), (states) => states === 'done done'); // prettier-ignore
  assert.equal(again.withheld.size, 0);
  again[Symbol.dispose]();
});
