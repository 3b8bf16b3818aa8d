import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Field } from '#declare/template/index.ts';
import { readTableColumns } from './table-columns.ts';

const field = (name: string, part: Partial<Field>): Field => ({
  name,
  type: 'text',
  unit: null,
  range: null,
  step: null,
  class: 'operational',
  enum: null,
  pattern: null,
  maxLength: 8,
  nullable: false,
  description: null,
  ...part,
});
const FIELDS = [
  field('plant', {}),
  field('limit', { type: 'number', range: [0, 100], nullable: true }),
  field('open', { type: 'boolean' }),
];

async function* records(...rows: Record<string, unknown>[]) {
  for (const [i, row] of rows.entries()) yield { values: new Map(Object.entries(row)), line: i + 2 };
}

test('readTableColumns() makes columns with nulls and a dictionary', async () => {
  const { rows, columns } = await readTableColumns(
    't',
    FIELDS,
    records({ plant: 'a', limit: '5', open: 'true' }, { plant: 'a', limit: '', open: '0' }),
  );
  assert.equal(rows, 2);
  assert.deepEqual(columns[0]?.data, { type: 'text', codes: Uint32Array.of(0, 0), dictionary: ['a'], nulls: null });
  assert.deepEqual(columns[1]?.data, { type: 'number', values: Float64Array.of(5, 0), nulls: Uint8Array.of(0, 1) });
  assert.deepEqual(columns[2]?.data, { type: 'boolean', values: Uint8Array.of(1, 0), nulls: null });
});

test('readTableColumns() refuses the whole at the first value that does not fit, naming line and field', async () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ plant: 'a', open: 'maybe' }, /line 2: open is no boolean/],
    [{ plant: 'too long a name', open: '1' }, /line 2: plant is longer/],
    [{ plant: 'a', limit: '101', open: '1' }, /line 2: limit is outside/],
    [{ open: '1' }, /line 2: plant is missing/],
    [{ plant: 'a', open: '1', other: 'x' }, /column other/],
  ];
  for (const [row, message] of wrong)
    await assert.rejects(readTableColumns('t', FIELDS, records(row)), { code: 'API_TABLE_INVALID', message });
});
