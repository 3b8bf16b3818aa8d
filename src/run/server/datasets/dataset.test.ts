import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson, micros } from '#base/core/index.ts';
import {
  commitmentDigest,
  commitmentOf,
  datasetObjectKey,
  endOf,
  erasureOf,
  keptOf,
  keyStreamOf,
  referenceOf,
  scopeNameOf,
  partSizes,
  sourcesOf,
  sizeOf,
  storedObjects,
  unevenSizes,
} from './dataset.ts';
import { makeDataset } from './testing.ts';

test('erasureOf() says what goes with a person', () => {
  const dataset = makeDataset();
  const place = (relation: string, column: string) => ({ relation, column });
  assert.equal(erasureOf(dataset, []), null);
  assert.equal(erasureOf(dataset, [place('ride', 'rider')]), null, 'it was made from no ride');
  assert.equal(erasureOf(dataset, [place('pump', 'device')]), 'rows');
  assert.equal(erasureOf(dataset, [place('pump', 'device'), place('pump', 'worker')]), 'whole');
  const { kept: _, ...before } = dataset;
  assert.equal(erasureOf(before, [place('pump', 'device')]), 'whole', 'what was not noted cannot be told');
});

test('keptOf() are the columns that stand in the rows as they are', () => {
  const dataset = makeDataset();
  assert.deepEqual([keptOf(dataset, 'pump'), keptOf(dataset, 'constructor'), keptOf({}, 'pump')], [['device'], [], []]);
});

test('sourcesOf() are the streams of its segments and the tables that it reads', () => {
  const { relations } = makeDataset();
  const table = { ...relations[0]!, name: 'sites', kind: 'table' };
  const view = { ...relations[0]!, name: 'calm', kind: 'view' };
  assert.deepEqual([...sourcesOf(makeDataset({ relations: [...relations, table, view] }))], ['pump', 'sites']);
});

test('commitmentDigest() binds everything that can be told without rows, and no statement or device in clear', () => {
  const dataset = makeDataset();
  const others = [
    makeDataset({ purpose: 'research' }),
    makeDataset({ version: 2 }),
    makeDataset({ salt: '04'.repeat(32) }),
    makeDataset({ segments: [{ ...dataset.segments[0]!, digest: '09'.repeat(32) }] }),
    makeDataset({ relations: [{ ...dataset.relations[0]!, policies: ['q'] }] }),
    makeDataset({ content: { ...dataset.content, digest: '09'.repeat(32) } }),
  ];
  assert.equal(new Set([dataset, ...others].map((one) => commitmentDigest(one))).size, others.length + 1);
  const text = canonicalJson(commitmentOf(dataset));
  assert.ok(!text.includes('select') && !text.includes('pump-1') && !text.includes('ada'));
});

test('endOf() is no later than the oldest row of any source may stay, nor than its maker said', () => {
  const keep = (days: Readonly<Record<string, number>>) => (stream: string) => days[stream] ?? null;
  const dataset = makeDataset({ oldest: { pump: micros(1_000), valve: micros(5_000) } });
  assert.equal(endOf(dataset, keep({})), null);
  assert.equal(endOf(dataset, keep({ pump: 7, valve: 2 })), 7_000);
  assert.equal(endOf(dataset, keep({ pump: 7, valve: 1 })), 6_000);
  assert.equal(endOf({ ...dataset, until: micros(50) }, keep({ pump: 7 })), 50);
});

test('names of datasets are told apart from all that a template can declare', () => {
  assert.equal(referenceOf(makeDataset()), 'training@1');
  assert.equal(scopeNameOf('training'), '_dataset_training');
  assert.equal(keyStreamOf('training'), 'dataset.training');
  assert.equal(datasetObjectKey('0193f2a4', 2), 'datasets/0193f2/0193f2a4-2.parquet');
});

test('storedObjects() are what a backup copies of a dataset, and sizeOf() is what they take', () => {
  const [object] = makeDataset().objects;
  const dataset = makeDataset({ objects: [object!, { ...object!, id: '0193f3', size: 11, objectKey: 'datasets/b' }] });
  assert.deepEqual(
    storedObjects(dataset).map(({ stream, objectKey }) => [stream, objectKey]),
    [
      ['dataset.training', object!.objectKey],
      ['dataset.training', 'datasets/b'],
    ],
  );
  assert.equal(sizeOf(dataset), 111);
});

test('partSizes() follow from the rows, but where rows were taken out of parts before the last', () => {
  const content = { rows: 7, partRows: 3, parts: ['a', 'b', 'c'] };
  assert.deepEqual(partSizes(content), [3, 3, 1]);
  assert.deepEqual([unevenSizes([3, 3, 1], 3), unevenSizes([], 3)], [{}, {}]);
  const uneven = unevenSizes([3, 2, 3], 3);
  assert.deepEqual([uneven, partSizes({ ...content, ...uneven })], [{ sizes: [3, 2, 3] }, [3, 2, 3]]);
});
