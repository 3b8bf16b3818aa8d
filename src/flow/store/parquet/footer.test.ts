import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatBytes } from '#base/core/index.ts';
import { encodeParquet } from './encode-parquet.ts';
import { chunkLayout, closing, footerLength, hasMagic, magicBytes, parseFooter, readPlainFooter } from './footer.ts';
import { i32, i64, list, struct, structOf, text, ThriftType, withFields } from './thrift-value.ts';
import type { ThriftStruct } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

const shape = [{ name: 'x', type: 'number', nullable: false }] as const;
const column = { name: 'x', data: { type: 'number', values: Float64Array.of(1, 2), nulls: null } } as const;
const file = encodeParquet(shape, [{ stream: 's', template: 't', rows: 2, columns: [column] }]);
const invalid = { code: 'STORE_PARQUET_INVALID' };

const meta = (fields: Readonly<Record<number, ReturnType<typeof i64> | undefined>> = {}): ThriftStruct =>
  withFields(structOf({ 3: list(ThriftType.Binary, [text('x')]), 7: i64(50), 9: i64(100) }), fields);

describe('footers', () => {
  it('readPlainFooter() finds rows and columns', () => {
    const { footer, start } = readPlainFooter(file);
    assert.equal(footer.rowGroups[0]?.rows, 2);
    assert.equal(start, file.length - 8 - footerLength(file));
  });

  it('readPlainFooter() refuses other magic, a wrong length and too few bytes', () => {
    for (const wrong of [
      concatBytes([magicBytes('PARE'), file.subarray(4)]),
      concatBytes([file.subarray(0, file.length - 4), magicBytes('PARE')]),
      concatBytes([file.subarray(0, file.length - 8), closing(file.length, 'PAR1')]),
      magicBytes('PAR1'),
      new Uint8Array(),
    ]) {
      assert.throws(() => readPlainFooter(wrong), invalid);
    }
  });

  it('parseFooter() refuses parts that contradict each other', () => {
    const { footer } = readPlainFooter(file);
    const [group] = footer.rowGroups;
    const rowGroups = (fields: ThriftStruct): ReturnType<typeof list> =>
      list(ThriftType.Struct, [{ kind: 'struct', value: fields }]);
    const elsewhere = withFields(group!.chunks[0]!, { 1: text('other.parquet') });
    for (const changes of [
      { 3: i64(3) },
      { 4: rowGroups(withFields(group!.fields, { 1: list(ThriftType.Struct, []) })) },
      { 4: rowGroups(withFields(group!.fields, { 1: rowGroups(elsewhere) })) },
      { 4: rowGroups(withFields(group!.fields, { 3: i64(-2) })) },
      { 4: i32(1) },
    ]) {
      assert.throws(() => parseFooter(encodeStruct(withFields(footer.metadata, changes))), invalid);
    }
    assert.throws(() => parseFooter(concatBytes([encodeStruct(footer.metadata), Uint8Array.of(1)])), invalid);
  });

  it('parseFooter() refuses more row groups than ordinals', () => {
    const group = struct({ 1: list(ThriftType.Struct, []), 3: i64(0) });
    const root = struct({ 4: text('r'), 5: i32(0) });
    const groups = list(
      ThriftType.Struct,
      Array.from({ length: 32_769 }, () => group),
    );
    const many = structOf({ 2: list(ThriftType.Struct, [root]), 3: i64(0), 4: groups });
    assert.throws(() => parseFooter(encodeStruct(many)), { code: 'STORE_PARQUET_LIMIT' });
  });

  it('hasMagic() looks within bounds only', () => {
    assert.equal(hasMagic(file, 0, 'PAR1'), true);
    assert.equal(hasMagic(file, -1, 'PAR1'), false);
    assert.equal(hasMagic(file, file.length - 3, 'PAR1'), false);
  });
});

describe('chunkLayout()', () => {
  it('starts at the dictionary where there is one', () => {
    assert.deepEqual(chunkLayout(meta(), ['x'], 200), { start: 100, end: 150, dictionary: null, data: 100 });
    assert.deepEqual(chunkLayout(meta({ 11: i64(0) }), ['x'], 200).dictionary, null);
    assert.deepEqual(chunkLayout(meta({ 11: i64(90) }), ['x'], 200), {
      start: 90,
      end: 140,
      dictionary: 90,
      data: 100,
    });
  });

  it('takes chunks without data pages', () => {
    assert.deepEqual(chunkLayout(meta({ 11: i64(90), 9: i64(0) }), ['x'], 200), {
      start: 90,
      end: 140,
      dictionary: 90,
      data: 140,
    });
    assert.equal(chunkLayout(meta({ 7: i64(0), 9: i64(0) }), ['x'], 200).start, 4);
  });

  it('refuses what lies outside the pages, comes in another order or belongs to another column', () => {
    for (const [wrong, path, limit] of [
      [meta(), ['x'], 149],
      [meta({ 9: i64(3) }), ['x'], 200],
      [meta({ 11: i64(100) }), ['x'], 200],
      [meta(), ['y'], 200],
      [meta(), ['x', 'y'], 200],
      [meta({ 7: i64(-1) }), ['x'], 200],
      [meta({ 9: undefined }), ['x'], 200],
    ] as const) {
      assert.throws(() => chunkLayout(wrong, path, limit), invalid);
    }
  });
});
