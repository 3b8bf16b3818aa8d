import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mebibytes } from '#base/core/index.ts';
import type { ColumnShape } from '#base/core/index.ts';
import { columnOf, sealToFile, testFiles, testKeys } from '../../../../test/support/query-fixture.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { Engine } from './engine.ts';
import { leaseRelations, openRelations } from './open-relations.ts';
import { sightOpener } from './token-sight.ts';

const OLD: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'time', type: 'time', nullable: false },
];
const NEW: readonly ColumnShape[] = [
  ...OLD,
  { name: 'seq', type: 'integer', nullable: true },
  { name: 'door', type: 'boolean', nullable: true },
];

function batch(shapes: readonly ColumnShape[], rows: number) {
  const columns = shapes.map(({ name, type }) => ({
    name,
    data: columnOf(type, rows, (row) => (type === 'text' ? 'd' : type === 'boolean' ? row % 2 === 0 : row)),
  }));
  return { stream: 's', template: '', rows, columns };
}

test('openRelations() joins segments of several templates and the tail into one relation', async (t) => {
  const folder = await temporaryFolder(t);
  const old = await sealToFile(folder, 'old', OLD, batch(OLD, 3));
  const young = await sealToFile(folder, 'young', NEW, batch(NEW, 4));
  using files = testFiles();
  using engine = await Engine.open({ memory: mebibytes(128), threads: 1 });
  const relations = [
    { name: 'climate', columns: NEW, segments: [old.segment, young.segment], tail: [batch(OLD, 5)] },
    { name: 'sealed', columns: NEW.slice(2), segments: [old.segment, young.segment], tail: [] },
    { name: 'empty', columns: OLD, segments: [], tail: [] },
  ];
  const openSights = sightOpener();
  const lease = await leaseRelations(files, relations, testKeys, new AbortController().signal, openSights);
  await openRelations(engine, relations, lease, openSights);
  await engine.lockDown(lease.files.map(({ path }) => path));
  const ask = async (sql: string) => (await engine.connection.runAndReadAll(sql)).getRowsJson();
  assert.deepEqual(await ask('SELECT count(*), count(seq), count(door), typeof(any_value(time)) FROM weir.climate'), [
    ['12', '4', '4', 'TIMESTAMP WITH TIME ZONE'],
  ]);
  assert.deepEqual(await ask('SELECT count(*), sum(seq)::VARCHAR FROM weir.sealed'), [['7', '6']]);
  assert.deepEqual(await ask('SELECT count(*) FROM weir.empty'), [['0']]);
  lease.release();
});

test('openRelations() makes columns on a grid of segments, of those that lack them, and of the tail', async (t) => {
  const folder = await temporaryFolder(t);
  const old = await sealToFile(folder, 'old', OLD, batch(OLD, 3));
  const young = await sealToFile(folder, 'young', NEW, batch(NEW, 4));
  using files = testFiles();
  using engine = await Engine.open({ memory: mebibytes(128), threads: 1 });
  const grids = new Map([['_seq', { of: 'seq', low: 0, high: 4, most: 4 }]]);
  const columns: readonly ColumnShape[] = [OLD[0]!, { name: '_seq', type: 'integer', nullable: true }];
  const relations = [
    { name: 'all', columns, grids, segments: [old.segment, young.segment], tail: [batch(NEW, 2)] },
    { name: 'sealed', columns, grids, segments: [young.segment], tail: [] },
  ];
  const openSights = sightOpener();
  const lease = await leaseRelations(files, relations, testKeys, new AbortController().signal, openSights);
  await openRelations(engine, relations, lease, openSights);
  const ask = async (sql: string) => (await engine.connection.runAndReadAll(sql)).getRowsJson();
  // Of 0, 1, 2, 3 in the segment and 0, 1 in the tail: -4, -2, 0, 2 and -4, -2.
  const sql = 'SELECT count(*), count(_seq), sum(_seq)::VARCHAR, typeof(any_value(_seq)) FROM weir.';
  assert.deepEqual(await ask(`${sql}"all"`), [['9', '6', '-10', 'INTEGER']]);
  assert.deepEqual(await ask(`${sql}sealed`), [['4', '4', '-4', 'INTEGER']]);
  assert.deepEqual(lease.files.map(({ columns: held }) => held.has('seq')), [false, false, false]); // prettier-ignore
  lease.release();
});
