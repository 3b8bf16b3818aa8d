import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableFromIPC } from 'apache-arrow';
import { encodeResult } from '../../../../test/support/encode-result.ts';
import { arrowEncoder } from './arrow.ts';

async function columnOf(sql: string) {
  const bytes = Buffer.concat(
    await encodeResult(`SELECT ${sql} AS v FROM range(-3, 2100) r(i)`, (columns) =>
      arrowEncoder(columns, { purpose: null }),
    ),
  );
  const column = tableFromIPC(bytes).getChild('v');
  assert.ok(column !== null);
  return column;
}

const PLAIN: readonly (readonly [string, (i: number) => unknown])[] = [
  ['i', (i) => BigInt(i)],
  ['i::INTEGER', (i) => i],
  ['CASE WHEN i % 3 = 0 THEN NULL ELSE i::DOUBLE / 4 END', (i) => (i % 3 === 0 ? null : i / 4)],
  ['i % 2 = 0', (i) => i % 2 === 0],
  ["CASE WHEN i % 5 = 0 THEN NULL ELSE 'ü' || i END", (i) => (i % 5 === 0 ? null : `ü${i}`)],
];

for (const [sql, expected] of PLAIN) {
  test(`columnData() of ${sql}`, async () => {
    const column = await columnOf(sql);
    assert.deepEqual(
      [...column],
      Array.from({ length: 2_103 }, (_, row) => expected(row - 3)),
    );
  });
}

test('columnData() of nested values keeps their nulls', async () => {
  const lists = await columnOf('CASE WHEN i = 0 THEN NULL ELSE [i, NULL] END');
  assert.equal(lists.get(3), null);
  assert.deepEqual([...(lists.get(0) as Iterable<unknown>)], [-3n, null]);
  const structs = await columnOf("{'a': i, 'b': CASE WHEN i < 0 THEN NULL ELSE ['x'] END}");
  const { a, b } = structs.get(0) as unknown as { a: bigint; b: unknown };
  assert.deepEqual([a, b], [-3n, null]);
});
