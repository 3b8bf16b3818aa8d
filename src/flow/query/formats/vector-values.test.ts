import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DuckDBVector } from '@duckdb/node-api';
import { encodeResult } from '../../../../test/support/encode-result.ts';
import { copyBooleans, copyNumbers, copyTexts, markNulls } from './vector-values.ts';
import type { Rows } from './vector-values.ts';

/** Has the one column of a statement looked at, chunk by chunk. */
async function withVectors(sql: string, look: (vector: DuckDBVector, rows: number) => void): Promise<void> {
  await encodeResult(sql, () => ({
    begin: () => new Uint8Array(),
    chunk: (chunk) => {
      look(chunk.getColumnVector(0), chunk.rowCount);
      return new Uint8Array();
    },
    end: () => new Uint8Array(),
  }));
}

/** What stands in rows of a vector by the library's own reading. */
function itemsOf({ vector, from, to }: Rows): readonly unknown[] {
  return Array.from({ length: to - from }, (_, row) => vector.getItem(from + row));
}

test('copyNumbers() and markNulls() read what the library hands out value by value', async () => {
  const all = `SELECT CASE WHEN i % 3 > 0 THEN (i * 7919 % 100003 - 50000)::%TYPE% END AS n FROM range(5000) r(i)`;
  for (const type of ['DOUBLE', 'BIGINT']) {
    await withVectors(all.replace('%TYPE%', type), (vector, count) => {
      const rows = { vector, from: 5, to: count - 3 };
      const length = rows.to - rows.from;
      const nulls = markNulls(rows, null, 2, () => new Uint8Array(length + 4));
      const out = new Float64Array(length + 4).fill(-7);
      assert.equal(copyNumbers(rows, out, 2, nulls), true);
      const items = itemsOf(rows);
      assert.deepEqual(
        [...nulls!.subarray(2, -2)],
        items.map((item) => (item === null ? 1 : 0)),
      );
      assert.deepEqual([...out], [-7, -7, ...items.map((item) => Number(item ?? 0)), -7, -7]);
    });
  }
});

test('copyNumbers() reads times, and tells what is not exact', async () => {
  const time = "SELECT CASE WHEN i > 0 THEN TIMESTAMPTZ '1969-12-31 23:59:59.999999+00' END AS t FROM range(2) r(i)";
  await withVectors(time, (vector) => {
    const rows = { vector, from: 0, to: 2 };
    const out = new Float64Array(2);
    assert.equal(
      copyNumbers(
        rows,
        out,
        0,
        markNulls(rows, null, 0, () => new Uint8Array(2)),
      ),
      true,
    );
    assert.deepEqual([...out], [0, -1]);
  });
  const table: readonly (readonly [string, boolean])[] = [
    ['9007199254740991', true],
    ['-9007199254740991', true],
    ['9007199254740992', false],
    ['-9007199254740992', false],
    ['9007199254740993', false],
    ['-9223372036854775808', false],
  ];
  for (const [number, isExact] of table) {
    await withVectors(`SELECT (${number})::BIGINT AS n`, (vector) => {
      const out = new Float64Array(1);
      assert.equal(copyNumbers({ vector, from: 0, to: 1 }, out, 0, null), isExact, number);
      if (isExact) assert.equal(out[0], Number(number));
    });
  }
});

test('copyTexts() asks once for what repeats, long texts among them, and keeps rows without one empty', async () => {
  const texts = ['', 'short', 'twelve bytes', 'thirteen byte', 'a text that is longer than any that stands in place ä'];
  const cases = texts.map((text, at) => `WHEN ${at} THEN '${text}'`).join(' ');
  await withVectors(`SELECT CASE i % 6 ${cases} END AS t FROM range(6000) r(i)`, (vector, count) => {
    const rows = { vector, from: 1, to: count };
    const known: string[] = [];
    let asked = 0;
    const codeOf = (text: string): number => {
      asked += 1;
      if (!known.includes(text)) known.push(text);
      return known.indexOf(text);
    };
    const nulls = markNulls(rows, null, 0, () => new Uint8Array(count));
    const out = new Uint32Array(count - 1);
    copyTexts(rows, out, 0, nulls, codeOf);
    assert.deepEqual(
      Array.from(out, (code) => known[code]),
      itemsOf(rows).map((text) => text ?? ''),
    );
    assert.ok(asked < count * 0.6, `${asked} of ${count} were asked for`);
  });
});

test('copyTexts() tells more texts apart than it remembers', async () => {
  await withVectors("SELECT 'number ' || i || ' of a long list' AS t FROM range(2000) r(i)", (vector, count) => {
    const found: string[] = [];
    copyTexts({ vector, from: 0, to: count }, new Uint32Array(count), 0, null, (text) => found.push(text));
    assert.deepEqual(found, itemsOf({ vector, from: 0, to: count }));
  });
});

test('copyBooleans() reads truth values, and none as false', async () => {
  await withVectors('SELECT CASE WHEN i > 1 THEN i = 3 END AS b FROM range(4) r(i)', (vector) => {
    const out = new Uint8Array(4).fill(9);
    copyBooleans({ vector, from: 0, to: 4 }, out, 0);
    assert.deepEqual([...out], [0, 0, 0, 1]);
  });
});
