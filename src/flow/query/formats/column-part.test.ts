import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeResult } from '../../../../test/support/encode-result.ts';
import type { ResultColumn } from '../execute/result.ts';
import { ColumnPart, PART_ROWS, storedColumns } from './column-part.ts';

/** The rows of a statement as one part, and its columns. */
async function partOf(sql: string): Promise<{ part: ColumnPart; columns: readonly ResultColumn[] }> {
  const found: { part?: ColumnPart; columns: readonly ResultColumn[] } = { columns: [] };
  await encodeResult(sql, (columns) => {
    found.columns = columns;
    const part = (found.part = new ColumnPart(storedColumns(columns)));
    return {
      begin: () => new Uint8Array(),
      chunk: (chunk) => {
        const vectors = Array.from({ length: chunk.columnCount }, (_, at) => chunk.getColumnVector(at));
        part.add(vectors, 0, chunk.rowCount);
        return new Uint8Array();
      },
      end: () => new Uint8Array(),
    };
  });
  assert.ok(found.part !== undefined);
  return { part: found.part, columns: found.columns };
}

test('ColumnPart keeps values of each type that fields have, over several chunks', async () => {
  const { part, columns } = await partOf(
    `SELECT i::DOUBLE AS n, i::BIGINT AS i, i % 2 = 0 AS b, CASE WHEN i % 3 > 0 THEN 'x' || (i % 3) END AS t,
       make_timestamptz(i::BIGINT * 1000000) AS w FROM range(5000) r(i)`,
  );
  assert.deepEqual([part.rows, part.room], [5_000, PART_ROWS - 5_000]);
  assert.deepEqual(
    storedColumns(columns).map(({ name, type, class: cls, unit }) => [name, type, cls, unit]),
    [
      ['n', 'number', 'operational', 'Cel'],
      ['i', 'integer', 'secret', null],
      ['b', 'boolean', 'secret', null],
      ['t', 'text', 'secret', null],
      ['w', 'time', 'secret', null],
    ],
  );
  const [n, i, b, t, w] = part.batch().columns.map(({ data }) => data);
  assert.ok(n?.type === 'number' && i?.type === 'integer' && b?.type === 'boolean');
  assert.ok(t?.type === 'text' && w?.type === 'time');
  assert.deepEqual([n.values[4_999], i.values[2_048], b.values[2], b.values[3]], [4_999, 2_048, 1, 0]);
  assert.deepEqual([t.dictionary, t.nulls?.[3], t.nulls?.[4], t.dictionary[t.codes[4_999]!]], [['', 'x1', 'x2'], 1, 0, 'x1']); // prettier-ignore
  assert.equal(w.values[4_999], 4_999_000_000);
});

test('storedColumns() and ColumnPart refuse what no field can hold', async () => {
  await assert.rejects(partOf('SELECT [1] AS l'), { code: 'QUERY_UNSUPPORTED' });
  await assert.rejects(partOf('SELECT 9007199254740993::BIGINT AS n'), { code: 'QUERY_UNSUPPORTED' });
});
