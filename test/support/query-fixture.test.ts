import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatementParser } from '#flow/query/index.ts';
import { columnOf, governed, grantAll, query, sealToFile, testFiles } from './query-fixture.ts';
import { disposableFolder } from './tmp.ts';

test('columnOf() makes each type, undefined as null', () => {
  assert.deepEqual(
    columnOf('number', 2, (row) => (row === 0 ? undefined : 1.5)),
    {
      type: 'number',
      values: new Float64Array([0, 1.5]),
      nulls: new Uint8Array([1, 0]),
    },
  );
  assert.deepEqual(
    columnOf('text', 3, (row) => `x${row % 2}`),
    {
      type: 'text',
      codes: new Uint32Array([0, 1, 0]),
      dictionary: ['x0', 'x1'],
      nulls: null,
    },
  );
});

test('a sealed batch is answered from', async () => {
  await using folder = await disposableFolder();
  using parser = await StatementParser.open();
  using files = testFiles();
  const shapes = [{ name: 'n', type: 'integer' as const, nullable: false }];
  const batch = {
    stream: 's',
    template: '',
    rows: 3,
    columns: [{ name: 'n', data: columnOf('integer', 3, (row) => row) }],
  };
  const { segment } = await sealToFile(folder.path, 'a', shapes, batch);
  const relation = governed('s', shapes);
  const world = {
    parser,
    files,
    relations: new Map([['s', relation]]),
    grants: new Map([['s', grantAll(relation)]]),
    rows: new Map([['s', { shapes, segments: [segment], tail: [batch] }]]),
  };
  assert.equal(new TextDecoder().decode((await query(world, 'SELECT sum(n) AS s FROM s', 'csv')).bytes), 's\r\n6\r\n');
});
