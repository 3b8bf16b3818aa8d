import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { NamedColumn } from '#base/core/index.ts';
import { TokenKey } from '#base/crypto/index.ts';
import { addFindings, anyRowOf, columnsToSearch, findSubject, markSubject, NOTHING_FOUND } from './subject-rows.ts';

const COLUMNS: readonly NamedColumn[] = [
  {
    name: 'driver',
    data: { type: 'text', codes: Uint32Array.of(0, 1, 0, 1), dictionary: ['ada', 'bob'], nulls: Uint8Array.of(0, 0, 1, 0) }, // prettier-ignore
  },
  { name: 'badge', data: { type: 'integer', values: Float64Array.of(7, 8, 7, 9), nulls: null } },
  { name: 'on', data: { type: 'boolean', values: Uint8Array.of(1, 1, 1, 1), nulls: null } },
  { name: 'received', data: { type: 'time', values: Float64Array.of(10, 20, 30, 40), nulls: null } },
  { name: 'time', data: { type: 'time', values: Float64Array.of(1, 2, 3, 4), nulls: null } },
];
const BATCH = { rows: 4, columns: COLUMNS };
const rowsOf = (
  columns: readonly { name: string; values: readonly (string | number)[] }[],
  before: number | null = null,
) =>
  [...(markSubject(BATCH, { stream: 's', columns, before: before === null ? null : micros(before) }) ?? [])].flatMap(
    (mark, row) => (mark === 1 ? [row] : []),
  );

test('markSubject() means rows of which any column holds a value, nulls never', () => {
  assert.deepEqual(rowsOf([{ name: 'driver', values: ['ada'] }]), [0], 'row 2 is null');
  assert.deepEqual(rowsOf([{ name: 'badge', values: [7] }]), [0, 2]);
  assert.deepEqual(
    rowsOf([
      { name: 'driver', values: ['bob'] },
      { name: 'badge', values: [7, '9'] },
    ]),
    [0, 1, 2, 3],
  );
});

test('markSubject() gives null where the person does not occur, or the column does not', () => {
  for (const [name, values] of [
    ['driver', ['eve']],
    ['badge', ['7']],
    ['on', ['1', 1]],
    ['gone', ['ada']],
  ] as const)
    assert.equal(markSubject(BATCH, { stream: 's', columns: [{ name, values }], before: null }), null, name);
});

test('markSubject() leaves out what was received later than meant', () => {
  const columns = [{ name: 'driver', values: ['bob'] }];
  assert.deepEqual(rowsOf(columns, 20), []);
  assert.deepEqual(rowsOf(columns, 21), [1]);
  const unreceived = { rows: 4, columns: COLUMNS.filter(({ name }) => name !== 'received') };
  assert.deepEqual([...markSubject(unreceived, { stream: 's', columns, before: micros(1) })!], [0, 1, 0, 1]);
});

test('findSubject() counts rows and tells their span of time; findings add up', () => {
  const found = findSubject(BATCH, { stream: 's', columns: [{ name: 'driver', values: ['bob'] }], before: null });
  assert.deepEqual(found, { rows: 2, minTime: 2, maxTime: 4 });
  assert.deepEqual(addFindings(found, NOTHING_FOUND), found);
  assert.deepEqual(addFindings(found, { rows: 1, minTime: 0, maxTime: 3 }), { rows: 3, minTime: 0, maxTime: 4 });
  assert.deepEqual(columnsToSearch({ stream: 's', columns: [], before: micros(1) }), ['received']);
});

test('markSubject() knows who was forgotten by keyed digests', () => {
  const digestKey = new Uint8Array(32).fill(4);
  const key = TokenKey.fromBytes(digestKey, 1);
  const find = (name: string, digest: string | number) =>
    markSubject(BATCH, { stream: 's', columns: [{ name, values: [], digests: [digest] }], before: null, digestKey });
  assert.deepEqual([...find('driver', key.text('bob'))!], [0, 1, 0, 1]);
  assert.deepEqual([...find('badge', key.integer(9))!], [0, 0, 0, 1]);
  assert.equal(find('driver', key.text('eve')), null);
});

test('markSubject() means only rows of the span that hold something else, where they are to be corrected', () => {
  const wanted = {
    stream: 's',
    columns: [{ name: 'badge', values: [7, 8, 9] }],
    before: null,
    span: { from: micros(2), to: micros(4) },
    corrected: [
      { column: 'driver', value: 'bob' },
      { column: 'gone', value: 1 },
    ],
  };
  assert.deepEqual(columnsToSearch(wanted), ['badge', 'time', 'driver', 'gone']);
  assert.deepEqual([...markSubject(BATCH, wanted)!], [0, 0, 1, 0], 'row 1 is right, row 3 too late');
  assert.deepEqual(anyRowOf(wanted), { stream: 's', columns: wanted.columns, before: null });
});
