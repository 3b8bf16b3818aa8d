import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, AlertRule } from '#watch/respond/index.ts';
import { DecisionPoint } from '#declare/policy/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { dataRegions, placesIn, requirePlaces, requireRegions, tryRegions } from './regions.ts';
import type { RegionWatch } from './regions.ts';

const template = makeTemplate(`region: eu
devices: {d: {}}
streams: {s: {from: d, fields: {n: {type: number}, w: {type: number, class: public}}}}
people: {all: {query: all}}
`);
/** A watch that has an alert and a version of what alerts are to be, of a stream that stays. */
const watch: RegionWatch = {
  alerts: { list: async ({ which = () => true }) => [{ id: 'a', stream: 's' } as Alert].filter(which) },
  rules: { all: [{ version: 3, stream: 's', device: 'd1' } as AlertRule] },
  typeOf: () => 'd',
};
const segment = (id: string, region?: string) => ({
  id,
  stream: 's',
  objectKey: `segments/${id}.parquet`,
  ...(region === undefined ? {} : { region }),
});

test('dataRegions() are those of what is declared and of what is stored', () => {
  assert.deepEqual(dataRegions(template, [{ region: 'ch' }, {}]), ['ch', 'eu']);
  assert.deepEqual(dataRegions(makeTemplate(''), [{}]), []);
});

test('requireRegions() lets no store be named otherwise than where its segments have to stay', () => {
  requireRegions(template, [segment('a', 'eu'), segment('b')], []);
  const refused = { code: 'SERVER_REGION_REFUSED' };
  assert.throws(() => requireRegions(template, [segment('a', 'us')], []), refused);
  assert.throws(() => requireRegions(makeTemplate(''), [segment('a', 'eu')], []), refused);
  requireRegions(template, [segment('a', 'us')], [{ from: 'us', to: 'eu' }]);
});

test('tryRegions() finds a segment that lies where it must not, in the store and in a backup', async (t) => {
  const [main, copy] = [
    await openDirectoryObjects(await temporaryFolder(t)),
    await openDirectoryObjects(await temporaryFolder(t)),
  ];
  const segments = [segment('a', 'eu'), segment('b', 'us'), segment('c')];
  for (const { objectKey } of segments) {
    await main.put(objectKey, new Uint8Array(1));
    await copy.put(objectKey, new Uint8Array(1));
  }
  const parts = { template, watch, decisions: new DecisionPoint(), objects: main, places: [], segments };
  const backups = [
    { target: 't1', region: 'us', open: async () => copy },
    { target: 't2', region: 'eu', open: () => Promise.reject(new Error('away')) },
  ];
  const trial = await tryRegions({ ...parts, transfers: [], backups });
  assert.deepEqual(trial, {
    regions: ['eu', 'us'],
    stores: [
      { place: 'main', region: 'eu', scanned: 3, strays: ['b'], problem: null },
      { place: 'backup:t1', region: 'us', scanned: 3, strays: ['a'], problem: null },
      { place: 'backup:t2', region: 'eu', scanned: 0, strays: [], problem: 'unreachable' },
    ],
    leaks: [],
    told: [],
  });
  const allowed = await tryRegions({ ...parts, transfers: [{ from: 'us', to: 'eu' }], backups: [] });
  assert.deepEqual(allowed.stores[0]?.strays, []);
});

test('tryRegions() tells of columns, alerts and webhooks that who is outside is shown or sent', async (t) => {
  const objects = await openDirectoryObjects(await temporaryFolder(t));
  const decisions = new DecisionPoint(undefined, null, () => [{ from: 'eu', to: '_elsewhere' }]);
  const { leaks, told } = await tryRegions({
    template,
    watch,
    decisions,
    objects,
    places: [],
    segments: [],
    transfers: [],
    backups: [],
  });
  const isOwn = (leak: string): boolean => leak.startsWith('_');
  assert.deepEqual(leaks.filter((leak) => !isOwn(leak)), ['s.n']); // prettier-ignore
  assert.deepEqual([...new Set(leaks.filter(isOwn).map((leak) => leak.split('.')[0]))], ['_events', '_connections']);
  const own = ['_events', '_connections'];
  const toldOf = (what: string): string[] => ['s', ...own].map((stream) => `${what}:${stream}`);
  assert.deepEqual(told, ['alert:a', ...toldOf('alerts'), 'alert-rules:3', ...toldOf('webhook')]);
});

test('archived segments count where their place stands, in its scan and in templates that name it', async (t) => {
  const archived = (place: string) => makeTemplate(`region: eu
objects: {cold: ${place}}
devices: {d: {}}
streams: {s: {from: d, fields: {n: {type: number}}}}`); // prettier-ignore
  const [eu, us] = [archived('{location: /cold}'), archived('{location: /cold, region: us}')];
  const segments = ['a', 'b'].map((id) => ({ ...segment(id, 'eu'), objectKey: `places/cold/segments/${id}.parquet` }));
  assert.deepEqual(placesIn([...segments, segment('c')]), ['cold']);
  requireRegions(eu, segments, []);
  assert.throws(() => requireRegions(us, segments, []), { code: 'SERVER_REGION_REFUSED' });
  requirePlaces(us, eu, segments);
  requirePlaces(template, eu, [segment('c')]);
  for (const next of [template, archived('{location: /other}')])
    assert.throws(() => requirePlaces(next, eu, segments), { code: 'SERVER_PLACE_HELD' });
  const [main, cold] = [
    await openDirectoryObjects(await temporaryFolder(t)),
    await openDirectoryObjects(await temporaryFolder(t)),
  ];
  // One waits to be carried, one is there.
  await main.put(segments[0]!.objectKey, new Uint8Array(1));
  await cold.put('segments/b.parquet', new Uint8Array(1));
  const parts = { watch, decisions: new DecisionPoint(), objects: main, segments, transfers: [], backups: [] };
  const places = [{ place: 'cold', open: async () => cold }];
  const { stores } = await tryRegions({ ...parts, template: us, places });
  assert.deepEqual(stores, [
    { place: 'main', region: 'eu', scanned: 1, strays: [], problem: null },
    { place: 'place:cold', region: 'us', scanned: 1, strays: ['b'], problem: null },
  ]);
  const away = [{ place: 'cold', open: () => Promise.reject(new Error('away')) }];
  assert.equal((await tryRegions({ ...parts, template: eu, places: away })).stores[1]?.problem, 'unreachable');
});
