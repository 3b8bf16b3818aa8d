import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days, hours, micros } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { contentDigestOf, PART_ROWS } from '#flow/query/index.ts';
import type { FrozenPiece, Grants } from '#flow/query/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { shownAsStored } from '../tokens/testing.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { governed } from '../../../../test/support/query-fixture.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import type { Caller } from '../api/caller.ts';
import { makeSegment } from '../control/testing.ts';
import type { Frozen } from '../query/answer-freezer.ts';
import { commitmentDigest, sizeOf } from './dataset.ts';
import { DatasetBook } from './dataset-book.ts';
import { DatasetKeeper } from './dataset-keeper.ts';
import type { Dataset, DatasetRequest } from './dataset.ts';
import { handlesOfDataset, openObject, pieceOf } from './dataset-rows.ts';
import { COLUMNS } from './testing.ts';

const DAY = 86_400_000_000;
const TEMPLATE = makeTemplate(`
devices: { d: {} }
streams: { pump: { from: d, keep: { max: 10d }, fields: { pressure: { type: number } } } }
people: { scientist: { query: [pump] } }
`);
const caller = (id: string): Caller => ({
  subject: { id, kind: 'person', roles: ['scientist'], standing: 'good', deviceType: null },
  actor: `person:${id}`,
  peer: { kind: 'none', name: null, serial: null, address: '', listener: 'api' },
});
const ADA = caller('ada');
const REQUEST: DatasetRequest = {
  name: 'training',
  sql: 'select device, pressure from pump',
  parameters: [],
  purpose: null,
  keep: null,
  rowsOf: null,
};
const NEVER = new AbortController().signal;

const placesOf = (value: string, column = 'device') => [{ relation: 'pump', column, values: new Set([value]) }];

/** Rows of a piece: names of devices, and their places as pressures. */
function piece(devices: readonly string[], first: number): Omit<FrozenPiece, 'least'> & { digests: readonly string[] } {
  const codes = Uint32Array.from(devices.keys());
  const made = pieceOf(COLUMNS, {
    stream: '',
    template: '',
    rows: devices.length,
    columns: [
      { name: 'device', data: { type: 'text', codes, dictionary: devices, nulls: null } },
      {
        name: 'pressure',
        data: { type: 'number', values: Float64Array.from(devices, (_, row) => first + row), nulls: null },
      },
    ],
  });
  return { ...made.piece, digests: made.digests };
}

/** A keeper whose queries answer with rows of two devices in each of two pieces, received two days ago. */
async function open(t: Cleanable) {
  const clock = frozenClock();
  const { keys, catalogue, audit } = await openKeys(t);
  const objects = await openDirectoryObjects(await temporaryFolder(t));
  const segment = await makeSegment(keys, { id: 's1', stream: 'pump' });
  const first = micros(clock.now() - 2 * DAY);
  const pump = governed('pump', COLUMNS);
  const grants: { now: Grants } = {
    now: new Map([['pump', { columns: COLUMNS.map(({ name }) => ({ name, mask: null })), rowFilter: null }]]),
  };
  const access = () => ({
    relations: new Map([['pump', pump]]),
    grants: grants.now,
    policies: new Map([['pump', ['p']]]),
    otherPurpose: new Set<string>(),
    otherRegion: new Set<string>(),
  });
  const pieces = [piece(['a', 'b'], 1), piece(['a', 'c'], 3)];
  const sizes = [2, 2];
  const parts = pieces.flatMap(({ digests }) => digests);
  const content = { columns: COLUMNS, rows: 4, partRows: PART_ROWS, parts, sizes };
  const frozen = (): Frozen => ({
    content: { ...content, digest: contentDigestOf(content) },
    kept: { pump: ['device'] },
    statement: { reads: [{ relation: 'pump', columns: ['device'] }] } as unknown as Frozen['statement'],
    purpose: 'quality',
    digest: 'cd'.repeat(32),
    access: access(),
    segments: [{ ...segment, received: { first, last: first } }],
    devices: ['a', 'b', 'c'],
    relations: ['pump'],
    named: ['pump'],
    requireCurrent: () => between.judge(),
  });
  /** What happens between the first piece and the second, and before they are published. */
  const between = { step: async (): Promise<void> => {}, judge: (): void => {} };
  const book = await DatasetBook.open(catalogue, await keys.rowSealer('people'));
  const keeper = new DatasetKeeper({
    book,
    catalogue,
    objects,
    keys,
    queries: {
      freeze: async (_caller, _asked, take) => {
        await take({ ...pieces[0]!, least: {} });
        await between.step();
        await take({ ...pieces[1]!, least: {} });
        return frozen();
      },
      access: async () => access(),
      run: () => Promise.reject(new Error('not asked here')),
    },
    audit,
    clock,
    random: systemRandom,
    log: silentLog,
    template: () => TEMPLATE,
    shown: await shownAsStored(() => TEMPLATE),
    consents: { standing: () => ({ subjects: ['a'], since: Float64Array.of(0), goodUntil: Infinity }) },
  });
  const stored = async (): Promise<number> => (await Array.fromAsync(objects.list('datasets/'))).length;
  const rowsOf = async (dataset: Dataset): Promise<readonly number[]> => {
    const opened: number[] = [];
    for (const object of dataset.objects) {
      const use = { actor: 'weir:test', resource: 'dataset:training@1' };
      const { columns } = await openObject(object, ['pressure'], use, { objects, keys });
      const data = columns[0]?.data;
      if (data?.type === 'number') opened.push(...data.values);
    }
    return opened;
  };
  return { keeper, audit, keys, objects, clock, grants, stored, book, between, rowsOf };
}

test('DatasetKeeper.create() logs what it binds, and gives the same rows the same digest', async (t) => {
  const { keeper, audit, rowsOf } = await open(t);
  const [one, two] = [await keeper.create(ADA, REQUEST, NEVER), await keeper.create(ADA, REQUEST, NEVER)];
  assert.deepEqual([one.version, two.version, one.content.digest === two.content.digest], [1, 2, true]);
  const entry = audit.events.find(
    ({ action, resource }) => action === 'create-dataset' && resource === 'dataset:training@1',
  );
  assert.deepEqual(
    [entry?.digest, entry?.purpose, entry?.detail],
    [commitmentDigest(one), 'quality', { rows: 4, segments: 1, objects: 2, bytes: sizeOf(one) }],
  );
  assert.deepEqual(await rowsOf(one), [1, 2, 3, 4]);
  assert.equal(
    new Set([...one.objects, ...two.objects].map(({ id }) => id)).size,
    4,
    'each is sealed under its own name',
  );
  await assert.rejects(keeper.create(ADA, { ...REQUEST, name: 'No name' }, NEVER), { code: 'API_DATASET_INVALID' });
  await assert.rejects(keeper.create(caller('eve'), REQUEST, NEVER), { code: 'API_DATASET_INVALID' });
});

test('DatasetKeeper.create() leaves nothing where it cannot be logged', async (t) => {
  const { keeper, audit, stored, book } = await open(t);
  audit.broken = true;
  await assert.rejects(keeper.create(ADA, REQUEST, NEVER));
  audit.broken = false;
  await keeper.start();
  assert.deepEqual([await stored(), await book.active()], [0, []]);
});

test('DatasetKeeper.create() leaves nothing where it ends half way, and what a crash leaves is swept', async (t) => {
  const { keeper, stored, between, objects, book } = await open(t);
  between.step = async () => {
    assert.equal(await stored(), 1);
    // What is being made is no leftover.
    await keeper.tend();
    assert.equal(await stored(), 1);
    throw new Error('the query process ended');
  };
  await assert.rejects(keeper.create(ADA, REQUEST, NEVER), /the query process ended/);
  assert.deepEqual([await stored(), await book.active()], [0, []]);
  between.step = async () => {};
  await keeper.create(ADA, REQUEST, NEVER);
  await objects.put('datasets/0193f2/left.parquet', Uint8Array.of(1));
  await keeper.tend();
  assert.equal(await stored(), 2);
});

test('DatasetKeeper.create() gives a name to who is first, whoever began to make one of it meanwhile', async (t) => {
  const { keeper, stored, between, book } = await open(t);
  between.step = async () => {
    between.step = async () => {};
    await keeper.create(caller('eve'), REQUEST, NEVER);
  };
  await assert.rejects(keeper.create(ADA, REQUEST, NEVER), { code: 'API_DATASET_INVALID', message: /somebody else/ });
  assert.deepEqual([(await book.active()).map(({ owner }) => owner), await stored()], [['eve'], 2]);
});

test('DatasetKeeper.create() leaves nothing, and no entry, where other rows are withheld by then', async (t) => {
  const { keeper, stored, between, book, audit } = await open(t);
  between.judge = () => {
    throw new Error('whose rows may be shown has changed');
  };
  await assert.rejects(keeper.create(ADA, REQUEST, NEVER), /has changed/);
  assert.deepEqual([await stored(), await book.active()], [0, []]);
  assert.ok(!audit.events.some(({ action }) => action === 'create-dataset'));
});

test('DatasetKeeper.remove() takes all objects, and what a crash half way leaves goes at the next start', async (t) => {
  const { keeper, stored, objects } = await open(t);
  const dataset = await keeper.create(ADA, REQUEST, NEVER);
  const last = dataset.objects[1]!.objectKey;
  const sealed = await objects.read(last, 0, dataset.objects[1]!.size);
  await keeper.remove('person:ada', dataset);
  await objects.put(last, sealed);
  await keeper.start();
  assert.equal(await stored(), 0);
});

test('DatasetKeeper shows a dataset to those alone who may see what it was made from', async (t) => {
  const { keeper, grants } = await open(t);
  await keeper.create(ADA, REQUEST, NEVER);
  assert.equal((await keeper.list(caller('bob'))).length, 1);
  grants.now = new Map();
  assert.deepEqual(await keeper.list(caller('bob')), []);
  await assert.rejects(keeper.show(ADA, 'training'), { code: 'API_DATASET_UNKNOWN' });
});

test('DatasetKeeper.remove() takes object and keys, and tend() shreds them', async (t) => {
  const { keeper, audit, stored, book, rowsOf } = await open(t);
  const dataset = await keeper.create(ADA, REQUEST, NEVER);
  await keeper.remove('person:ada', dataset);
  assert.deepEqual([await stored(), await book.hasUnshredded()], [0, true]);
  await assert.rejects(keeper.show(ADA, 'training'), { code: 'API_DATASET_UNKNOWN' });
  await assert.rejects(rowsOf(dataset));
  await keeper.tend();
  assert.equal(await book.hasUnshredded(), false);
  assert.ok(audit.events.some(({ action }) => action === 'delete-dataset'));
});

test('DatasetKeeper.tend() has keys shredded of what goes while others are', async (t) => {
  const { keeper, keys, book } = await open(t);
  const [one, two] = [await keeper.create(ADA, REQUEST, NEVER), await keeper.create(ADA, REQUEST, NEVER)];
  await keeper.remove('person:ada', one);
  const shred = keys.lifecycle.shred.bind(keys.lifecycle);
  const removed: Promise<void>[] = [];
  t.mock.method(keys.lifecycle, 'shred', async (actor: string) => {
    const done = await shred(actor);
    removed.push(keeper.remove('person:ada', two));
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    return done;
  });
  await keeper.tend();
  await Promise.all(removed);
  assert.deepEqual([removed.length, await book.hasUnshredded()], [1, true]);
});

test('DatasetKeeper.tend() lets a dataset go with its oldest row, or when its maker said', async (t) => {
  const { keeper, clock } = await open(t);
  const dataset = await keeper.create(ADA, REQUEST, NEVER);
  const brief = await keeper.create(ADA, { ...REQUEST, keep: 86_400_000 }, NEVER);
  assert.deepEqual([keeper.endOf(dataset), keeper.endOf(brief)], [clock.now() + 8 * DAY, clock.now() + DAY]);
  clock.advance(hours(25));
  await keeper.tend();
  assert.deepEqual(
    (await keeper.list(ADA)).map(({ version }) => version),
    [1],
  );
  clock.advance(days(7));
  await keeper.tend();
  // Of the first one nothing has to be known any more: its keys are shredded, and its number is below another's.
  assert.deepEqual(
    (await keeper.gone()).map(({ version, why }) => [version, why]),
    [[2, 'expired']],
  );
});

test('DatasetKeeper lets no dataset stay for ever whose pieces do not say how old they are', async (t) => {
  const { keeper, clock } = await open(t);
  const rows = { ...REQUEST, sql: 'SELECT * FROM "pump"', rowsOf: 'pump' };
  const dataset = await keeper.create(ADA, rows, NEVER);
  assert.equal(keeper.endOf(dataset), clock.now() + 8 * DAY);
});

test('DatasetKeeper finds rows of somebody and seals the objects anew that have some', async (t) => {
  const { keeper, stored, audit, rowsOf } = await open(t);
  const before = await keeper.create(ADA, REQUEST, NEVER);
  assert.deepEqual(await keeper.concerning(placesOf('nobody')), []);
  const concerned = await keeper.concerning(placesOf('b'));
  assert.deepEqual(concerned, [{ name: 'training', version: 1, rows: 1 }]);
  assert.equal(await keeper.rewriteWithout('weir:rights', concerned[0]!, placesOf('b')), 1);
  const after = await keeper.show(ADA, 'training');
  assert.deepEqual([after.revision, after.content.rows, await stored(), await rowsOf(after)], [2, 3, 2, [1, 3, 4]]);
  assert.notEqual(after.content.digest, before.content.digest);
  assert.deepEqual(after.objects[1], before.objects[1], 'an object without rows of theirs stays as it is');
  assert.deepEqual([after.content.sizes, after.content.parts[1]], [[1, 2], before.content.parts[1]]);
  assert.deepEqual(await keeper.concerning(placesOf('b')), []);
  await assert.rejects(rowsOf(before), 'the old object is gone');
  assert.equal(await keeper.rewriteWithout('weir:rights', concerned[0]!, placesOf('b')), 0);
  assert.ok(audit.events.some(({ action, detail }) => action === 'rewrite-dataset' && detail?.['erased'] === 1));
  const blind = placesOf('b', 'driver');
  assert.deepEqual(await keeper.concerning(blind), [{ name: 'training', version: 1, rows: 3 }]);
  assert.equal(await keeper.rewriteWithout('weir:rights', concerned[0]!, blind), 3, 'it cannot tell whose rows it has');
  assert.deepEqual([await keeper.list(ADA), await stored()], [[], 0]);
});

test('DatasetKeeper keeps a dataset whose rows were all of one person, without rows', async (t) => {
  const { keeper, stored, rowsOf } = await open(t);
  await keeper.create(ADA, REQUEST, NEVER);
  const everybody = [{ relation: 'pump', column: 'device', values: new Set(['a', 'b', 'c']) }];
  assert.equal(await keeper.rewriteWithout('weir:rights', { name: 'training', version: 1 }, everybody), 4);
  const after = await keeper.show(ADA, 'training');
  assert.deepEqual([after.content.rows, after.objects.length, await stored(), await rowsOf(after)], [0, 1, 1, []]);
});

test('DatasetKeeper.remove() takes the keys of what was sealed anew since it was shown, and once', async (t) => {
  const { keeper, keys, audit, stored } = await open(t);
  const shown = await keeper.create(ADA, REQUEST, NEVER);
  await keeper.rewriteWithout('weir:rights', shown, placesOf('b'));
  const since = await keeper.show(ADA, 'training');
  const use = { actor: 'weir:test', resource: 'dataset:training@1' };
  assert.ok((await keys.unwrapDataKeys(use, handlesOfDataset(since))).size > 0);
  await Promise.all([keeper.remove('person:ada', shown), keeper.remove('person:ada', shown)]);
  assert.deepEqual([(await keys.unwrapDataKeys(use, handlesOfDataset(since))).size, await stored()], [0, 0]);
  const [entry, ...others] = audit.events.filter(({ action }) => action === 'delete-dataset');
  assert.deepEqual([entry?.digest, others], [commitmentDigest(since), []]);
});

test('DatasetKeeper takes the rows of one person after those of another', async (t) => {
  const { keeper, rowsOf } = await open(t);
  const dataset = await keeper.create(ADA, REQUEST, NEVER);
  const erased = ['b', 'c'].map((person) => keeper.rewriteWithout('weir:rights', dataset, placesOf(person)));
  assert.deepEqual(await Promise.all(erased), [1, 1]);
  const after = await keeper.show(ADA, 'training');
  assert.deepEqual([after.revision, await rowsOf(after)], [3, [1, 3]]);
});
