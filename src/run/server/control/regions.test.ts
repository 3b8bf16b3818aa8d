import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecisionPoint } from '#declare/policy/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { dataRegions, requireRegions, tryRegions } from './regions.ts';

const template = makeTemplate(`region: eu
devices: {d: {}}
streams: {s: {from: d, fields: {n: {type: number}, w: {type: number, class: public}}}}
people: {all: {query: all}}
`);
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
  const parts = { template, decisions: new DecisionPoint(), objects: main, segments };
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
  });
  const allowed = await tryRegions({ ...parts, transfers: [{ from: 'us', to: 'eu' }], backups: [] });
  assert.deepEqual(allowed.stores[0]?.strays, []);
});

test('tryRegions() tells of columns that are shown to who is outside', async (t) => {
  const objects = await openDirectoryObjects(await temporaryFolder(t));
  const decisions = new DecisionPoint(undefined, null, () => [{ from: 'eu', to: '_elsewhere' }]);
  const { leaks } = await tryRegions({ template, decisions, objects, segments: [], transfers: [], backups: [] });
  assert.deepEqual(leaks, ['s.n']);
});
