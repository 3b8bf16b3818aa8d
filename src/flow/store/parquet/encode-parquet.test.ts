import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Batch } from '#base/core/index.ts';
import { decodeParquet } from './decode-parquet.ts';
import { encodeParquet, encodeParquetSteps } from './encode-parquet.ts';
import { readPlainFooter } from './footer.ts';
import { FileField, RowGroupField } from './format.ts';
import { textsAt } from './thrift-access.ts';

const batch = (from: number, rows: number): Batch => ({
  stream: 's',
  template: 't',
  rows,
  columns: [
    {
      name: 'x',
      data: { type: 'integer', values: Float64Array.from({ length: rows }, (_, i) => from + i), nulls: null },
    },
  ],
});
const shape = [{ name: 'x', type: 'integer', nullable: false }] as const;

describe('encodeParquet()', () => {
  it('cuts row groups across batches and numbers them', () => {
    const file = encodeParquet(shape, [batch(0, 5), batch(5, 12), batch(17, 3)], { rowGroupRows: 8 });
    const { footer } = readPlainFooter(file);
    assert.deepEqual(
      footer.rowGroups.map(({ rows }) => rows),
      [8, 8, 4],
    );
    assert.deepEqual(
      footer.rowGroups.map(({ fields }) => fields.get(RowGroupField.Ordinal)),
      [0, 1, 2].map((value) => ({ kind: 'i16', value })),
    );
    const { columns } = decodeParquet(file, shape);
    assert.deepEqual(columns[0]?.data, {
      type: 'integer',
      values: Float64Array.from({ length: 20 }, (_, i) => i),
      nulls: null,
    });
  });

  it('writes facts as key-value metadata', () => {
    const { footer } = readPlainFooter(encodeParquet(shape, [], { facts: new Map([['k', 'v']]) }));
    const pairs = footer.metadata.get(FileField.KeyValues);
    assert.ok(pairs?.kind === 'list' && pairs.value.length === 1);
    assert.throws(() => textsAt(footer.metadata, FileField.KeyValues, 'pairs'));
    assert.equal(readPlainFooter(encodeParquet(shape, [])).footer.metadata.has(FileField.KeyValues), false);
  });

  it('leaves out columns beyond the shape and refuses another type', () => {
    assert.equal(
      decodeParquet(encodeParquet([{ name: 'y', type: 'text', nullable: true }], [batch(0, 3)]), []).rows,
      3,
    );
    assert.throws(() => encodeParquet([{ name: 'x', type: 'text', nullable: true }], [batch(0, 3)]), TypeError);
  });
});

describe('encodeParquetSteps()', () => {
  it('stops behind what it gathers, plans and writes of each column, and gives the same file', () => {
    const batches = [batch(0, 5), batch(5, 12), batch(17, 3)];
    const steps = encodeParquetSteps(shape, batches, { rowGroupRows: 8 });
    let stops = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) stops += 1;
    assert.equal(stops, 9);
    assert.deepEqual(step.value, encodeParquet(shape, batches, { rowGroupRows: 8 }));
  });
});
