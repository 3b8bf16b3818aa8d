import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamedColumn } from '#base/core/index.ts';
import { ReadingHash } from './device-table-hash.ts';

const columns: NamedColumn[] = [
  { name: 'n', data: { type: 'number', values: Float64Array.of(1, 1, 2, 0, -0), nulls: null } },
  { name: 'ok', data: { type: 'boolean', values: Uint8Array.of(1, 0, 0, 0, 0), nulls: Uint8Array.of(0, 1, 0, 0, 0) } },
  { name: 't', data: { type: 'text', codes: Uint32Array.of(0, 1, 1, 1, 1), dictionary: ['a', 'ü'], nulls: null } },
];

function rows(hash: ReadingHash, list: readonly NamedColumn[] = columns): number[] {
  const names = Int32Array.from(list, (column) => hash.name(column.name));
  return [0, 1, 2, 3, 4].map((row) => hash.row(list, names, row, 5));
}

test('row() is the same as the values one by one', () => {
  const hash = new ReadingHash([1, 2]);
  const [first, second] = rows(hash);
  hash.begin(5);
  hash.number(hash.name('n'), 1);
  hash.boolean(hash.name('ok'), 1);
  hash.text(hash.name('t'), 'a');
  assert.equal(hash.end(), first);
  hash.begin(5);
  hash.number(hash.name('n'), 1);
  hash.text(hash.name('t'), 'ü');
  assert.equal(hash.end(), second, 'nulls are left out');
});

test('row() differs by value, key and time, and not by a nullable field more or the sign of zero', () => {
  const hash = new ReadingHash([1, 2]);
  const all = rows(hash);
  assert.equal(new Set(all).size, 4);
  assert.equal(all[3], all[4]);
  assert.notDeepEqual(rows(new ReadingHash([1, 3])), all);
  assert.notDeepEqual(rows(new ReadingHash([2, 2])), all);
  const nulls = new Uint8Array(5).fill(1);
  const more: NamedColumn = { name: 'new', data: { type: 'number', values: new Float64Array(5), nulls } };
  assert.deepEqual(rows(hash, [...columns, more]), all);
  hash.begin(null);
  const without = hash.end();
  hash.begin(0);
  assert.notEqual(hash.end(), without);
});

test('end() spreads over 32 bits and is never zero', () => {
  const hash = new ReadingHash([7, 9]);
  const name = hash.name('n');
  const seen = new Set<number>();
  for (let i = 0; i < 20_000; i++) {
    hash.begin(null);
    hash.number(name, i / 10);
    const value = hash.end();
    assert.notEqual(value, 0);
    seen.add(value);
  }
  // Of 20,000 values in 2^32 about 0.05 pairs collide by chance.
  assert.ok(seen.size >= 19_998, `${seen.size} distinct`);
});
