import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { WindowLayout } from './window-layout.ts';
import { columnOf, windowRows } from './window-rows.ts';
import { WindowSlots } from './window-slots.ts';

test('windowRows() makes a batch of the columns that the template declares', () => {
  const layout: WindowLayout = {
    stream: 's',
    every: 60_000_000,
    wait: 0,
    since: 0,
    by: [{ name: 'door', type: 'boolean' }],
    of: [{ name: 't', type: 'integer', measures: ['mean', 'min', 'max', 'count'] }],
  };
  const slots = new WindowSlots(layout);
  const open = slots.place('d', 120_000_000, [1]);
  for (const value of [1, 2, 6]) slots.add(open, 0, value);
  slots.place('e', 180_000_000, [null]);
  const batch = windowRows(slots.states('digest'), 999);
  assert.deepEqual([batch.stream, batch.template, batch.rows], ['s', 'digest', 2]);
  const names = [...SYSTEM_COLUMNS.map(({ name }) => name), 'door', 't_mean', 't_min', 't_max', 't_count'];
  assert.deepEqual(
    batch.columns.map(({ name }) => name),
    names,
  );
  const values = (name: string): unknown[] => {
    const data = batch.columns.find((column) => column.name === name)!.data;
    const cells = data.type === 'text' ? [...data.codes].map((code) => data.dictionary[code]) : [...data.values];
    return cells.map((cell, i) => (data.nulls?.[i] === 1 ? null : cell));
  };
  assert.deepEqual(values('device'), ['d', 'e']);
  assert.deepEqual(values('time'), [120_000_000, 180_000_000]);
  assert.deepEqual(values('received'), [999, 999]);
  assert.deepEqual(values('seq'), [120, 180]);
  assert.deepEqual(values('via'), [null, null]);
  assert.deepEqual(values('door'), [1, null]);
  assert.deepEqual(values('t_mean'), [3, null]);
  assert.deepEqual(
    [values('t_min'), values('t_max'), values('t_count')],
    [
      [1, null],
      [6, null],
      [3, 0],
    ],
  );
});

test('columnOf() keeps texts, numbers and what is missing', () => {
  const text = columnOf('text', ['b', null, 'a', 'b']);
  assert.ok(text.type === 'text');
  assert.deepEqual(
    [text.dictionary, [...text.codes], [...text.nulls!]],
    [
      ['b', 'a'],
      [0, 0, 1, 0],
      [0, 1, 0, 0],
    ],
  );
  assert.equal(columnOf('number', [1, 2]).nulls, null);
});
