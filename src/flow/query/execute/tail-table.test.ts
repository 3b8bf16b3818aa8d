import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mebibytes } from '#base/core/index.ts';
import type { ColumnShape } from '#base/core/index.ts';
import { columnOf } from '../../../../test/support/query-fixture.ts';
import { Engine } from './engine.ts';
import { registerTail, tailSelect } from './tail-table.ts';
import type { RowsInMemory } from './tail-table.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'time', type: 'time', nullable: false },
  { name: 'value', type: 'number', nullable: true },
  { name: 'seq', type: 'integer', nullable: true },
  { name: 'door', type: 'boolean', nullable: true },
];

function part(rows: number, from: number, names = SHAPES.map(({ name }) => name)): RowsInMemory {
  const cells: Record<string, (row: number) => string | number | boolean | undefined> = {
    device: (row) => `d${row % 300}`,
    time: (row) => 1_700_000_000_000_000 + row,
    value: (row) => (row % 7 === 0 ? undefined : row / 3),
    seq: (row) => (row % 5 === 0 ? undefined : 9_007_199_254_740_991 - row),
    door: (row) => (row % 11 === 0 ? undefined : row % 2 === 0),
  };
  const columns = SHAPES.filter(({ name }) => names.includes(name)).map(({ name, type }) => ({
    name,
    data: columnOf(type, rows, (row) => cells[name]?.(row + from)),
  }));
  return { rows, columns };
}

async function ask(parts: readonly RowsInMemory[], sql: string) {
  using engine = await Engine.open({ memory: mebibytes(128), threads: 2 });
  const select = tailSelect('tail', registerTail(engine.connection, 'tail', SHAPES, parts));
  const reader = await engine.connection.runAndReadAll(sql.replace('TAIL', `(${select})`));
  return reader.getRowsJson();
}

test('registerTail() serves every cell of every part in its own type', async () => {
  const rows = await ask([part(5_000, 0), part(0, 0), part(3, 5_000)], 'SELECT * FROM TAIL');
  assert.equal(rows.length, 5_003);
  assert.deepEqual(rows[1], ['d1', '2023-11-14 22:13:20.000001+00', 1 / 3, '9007199254740990', false]);
  assert.deepEqual(rows[0], ['d0', '2023-11-14 22:13:20+00', null, null, null]);
  assert.deepEqual(rows[5_002], ['d202', '2023-11-14 22:13:20.005002+00', 5_002 / 3, '9007199254735989', true]);
});

test('registerTail() agrees with sums over the arrays, whichever columns are asked for', async () => {
  const parts = [part(4_097, 0), part(2_048, 4_097)];
  const [row] = await ask(
    parts,
    'SELECT count(*), count(value), sum(seq)::VARCHAR, count(DISTINCT device), count(*) FILTER (WHERE door) FROM TAIL',
  );
  let [values, seqs, doors] = [0, 0n, 0];
  for (let i = 0; i < 6_145; i++) {
    if (i % 7 !== 0) values += 1;
    if (i % 5 !== 0) seqs += 9_007_199_254_740_991n - BigInt(i);
    if (i % 11 !== 0 && i % 2 === 0) doors += 1;
  }
  assert.deepEqual(row, ['6145', String(values), String(seqs), '300', String(doors)]);
});

test('registerTail() reads a column that a part lacks, or has in another type, as null', async () => {
  const odd = { rows: 2, columns: [{ name: 'value', data: columnOf('text', 2, () => 'x') }] };
  assert.deepEqual(await ask([part(1, 1, ['device']), odd], 'SELECT device, value FROM TAIL'), [
    ['d1', null],
    [null, null],
    [null, null],
  ]);
});

test('registerTail() serves no rows, and texts of every kind', async () => {
  assert.deepEqual(await ask([], 'SELECT * FROM TAIL'), []);
  const texts = ['', 'a\0b', 'a\0c', 'é', '🐦', 'toString', '__proto__', "it's"];
  const column = { name: 'device', data: columnOf('text', texts.length, (row) => texts[row]) };
  assert.deepEqual(
    await ask([{ rows: texts.length, columns: [column] }], "SELECT replace(device, chr(0), '0') FROM TAIL"),
    texts.map((text) => [text.replace('\0', '0')]),
  );
  const many = { name: 'device', data: columnOf('text', 70_000, (row) => `value-${row}`) };
  assert.deepEqual(
    await ask([{ rows: 70_000, columns: [many] }], 'SELECT count(DISTINCT device), max(length(device)) FROM TAIL'),
    [['70000', '11']],
  );
});
