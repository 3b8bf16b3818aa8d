import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answeredBatch } from './answered-batch.ts';
import type { AnswerShape } from './answered-batch.ts';

const SHAPE: AnswerShape = {
  stream: 's',
  series: 'device',
  time: 'time',
  received: 'received',
  fields: new Map([
    ['x', 'number'],
    ['n', 'integer'],
    ['open', 'boolean'],
    ['word', 'text'],
    ['at', 'time'],
  ]),
};

test('answeredBatch() has rows of an answer as a batch has readings, with what is missing as null', () => {
  const rows = [
    { device: 'a', time: '1970-01-01T00:00:01Z', received: 2e6, x: 1.5, n: '7', open: true, word: 'on', at: 3e6 },
    { device: 'b', time: 4e6, received: null, x: null, n: null, open: null, word: null },
    { device: 'a', time: 5e6, x: '', word: 'on' },
  ];
  const { columns, rows: count } = answeredBatch(rows, SHAPE);
  const data = new Map(columns.map((column) => [column.name, column.data]));
  const numbers = (name: string) => {
    const column = data.get(name)!;
    return Array.from(column.type === 'text' ? column.codes : column.values, (value, i) =>
      column.nulls?.[i] === 1 ? null : column.type === 'text' ? column.dictionary[value] : value,
    );
  };
  assert.equal(count, 3);
  assert.deepEqual(numbers('device'), ['a', 'b', 'a']);
  assert.deepEqual(numbers('time'), [1e6, 4e6, 5e6]);
  assert.deepEqual(numbers('received'), [2e6, 4e6, 5e6]);
  assert.deepEqual(numbers('x'), [1.5, null, null]);
  assert.deepEqual(numbers('n'), [7, null, null]);
  assert.deepEqual(numbers('open'), [1, null, null]);
  assert.deepEqual(numbers('word'), ['on', null, 'on']);
  assert.deepEqual(numbers('at'), [3e6, null, null]);
});

test('answeredBatch() takes no row without a device or a time', () => {
  for (const row of [{ time: 1 }, { device: 'a' }, { device: 'a', time: 'soon' }, { device: 7, time: 1 }]) {
    assert.throws(() => answeredBatch([row], SHAPE), { code: 'DETECT_ROWS_UNFIT' });
  }
  assert.equal(answeredBatch([], SHAPE).rows, 0);
});
