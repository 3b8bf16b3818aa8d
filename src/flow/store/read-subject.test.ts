import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subjectRows } from './read-subject.ts';

test('subjectRows() gives the rows about a person and nothing of any other', () => {
  const columns = [
    { name: 'who', data: { type: 'text', codes: Uint32Array.of(0, 1, 0), dictionary: ['ada', 'bob'], nulls: null } },
    { name: 'n', data: { type: 'number', values: Float64Array.of(1, 2, 3), nulls: Uint8Array.of(0, 0, 1) } },
    { name: 'on', data: { type: 'boolean', values: Uint8Array.of(1, 1, 0), nulls: null } },
  ] as const;
  const find = (value: string) =>
    subjectRows({ rows: 3, columns }, { stream: 's', columns: [{ name: 'who', values: [value] }], before: null });
  assert.deepEqual(find('ada'), [
    { who: 'ada', n: 1, on: true },
    { who: 'ada', n: null, on: false },
  ]);
  assert.deepEqual(find('eve'), []);
});
