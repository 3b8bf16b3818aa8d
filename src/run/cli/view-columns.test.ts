import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOfView, hasColumn, quoteName } from './view-columns.ts';
import type { ViewRow } from './view-columns.ts';

const column = (name: string, type: string) => ({ name, type, unit: null, class: 'operational' as const });
const VIEW: ViewRow = {
  name: 'lock',
  columns: [
    column('device', 'VARCHAR'),
    column('owner', 'VARCHAR'),
    column('time', 'TIMESTAMP WITH TIME ZONE'),
    column('battery', 'DOUBLE'),
    column('uses', 'BIGINT'),
    column('parts', 'STRUCT(a INTEGER)'),
  ],
  features: [],
};

test('fieldsOfView() leaves out what the platform adds, what says whose and when, and types that readings have not', () => {
  const rule = { name: 'low', kind: 'median', of: 'battery', from: [], at: null, settings: {} } as const;
  const { fields, features } = fieldsOfView(VIEW, [rule], ['owner', 'time']);
  assert.deepEqual(
    fields.map(({ name, type }) => [name, type]),
    [
      ['battery', 'number'],
      ['uses', 'integer'],
    ],
  );
  assert.deepEqual([...features.keys()], ['low']);
});

test('hasColumn() and quoteName()', () => {
  assert.deepEqual([hasColumn(VIEW, 'uses'), hasColumn(VIEW, 'seq'), quoteName('a"b')], [true, false, '"a""b"']);
});
