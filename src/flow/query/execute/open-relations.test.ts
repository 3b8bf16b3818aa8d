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
