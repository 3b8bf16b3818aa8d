import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShownTokens, TokenKey } from '#base/crypto/index.ts';
import { showRows, sightOpener } from './token-sight.ts';

const STORED = TokenKey.fromBytes(new Uint8Array(32).fill(1), 1);
const RAW = new Uint8Array(32).fill(2);
const SIGHT = { domain: 'containers', version: 2, key: RAW, format: null };
const SHOWN = new ShownTokens(RAW, 2, 'containers', null);

test('sightOpener() opens one way of showing once, whatever the columns', () => {
  const open = sightOpener();
  const first = open(new Map([['a', SIGHT], ['b', { ...SIGHT }]])); // prettier-ignore
  assert.equal(first.get('a'), first.get('b'));
  assert.equal(open(new Map([['c', SIGHT]])).get('c'), first.get('a'));
  assert.notEqual(open(new Map([['c', { ...SIGHT, version: 3 }]])).get('c'), first.get('a'));
  assert.equal(open(undefined).size, 0);
});

test('showRows() shows texts and integers of the named columns, and nothing else', () => {
  const texts = ['x', 'y'].map((value) => STORED.text(value));
  const numbers = Float64Array.of(STORED.integer(1), 0, STORED.integer(2));
  const nulls = Uint8Array.of(0, 1, 0);
  const rows = {
    rows: 3,
    columns: [
      { name: 'container', data: { type: 'text', codes: Uint32Array.of(0, 1, 0), dictionary: texts, nulls: null } },
      { name: 'other', data: { type: 'text', codes: Uint32Array.of(0, 1, 0), dictionary: texts, nulls: null } },
      { name: 'serial', data: { type: 'integer', values: numbers, nulls } },
    ],
  } as const;
  const shown = showRows(rows, sightOpener()(new Map([['container', SIGHT], ['serial', SIGHT]]))); // prettier-ignore
  assert.deepEqual(shown.columns[0]?.data, { ...rows.columns[0].data, dictionary: SHOWN.texts(texts) });
  assert.deepEqual(shown.columns[1], rows.columns[1]);
  assert.deepEqual(shown.columns[2]?.data, { type: 'integer', values: SHOWN.integers(numbers), nulls });
  assert.equal(showRows(rows, new Map()), rows);
});
