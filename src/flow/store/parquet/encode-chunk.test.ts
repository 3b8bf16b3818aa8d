import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ColumnShape } from '#base/core/index.ts';
import { MemorySink } from './byte-sink.ts';
import { encodeChunk, physicalType } from './encode-chunk.ts';
import { chunkLayout } from './footer.ts';
import { ColumnField } from './format.ts';
import type { Gathered } from './gather-column.ts';
import { readPageHeader } from './page-header.ts';
import { takeSteps } from './take-steps.ts';
import { intAt, structAt } from './thrift-access.ts';

const encode = (
  type: ColumnShape['type'],
  column: Gathered,
  rows: number,
): { pages: string[]; nulls: number | undefined; sink: MemorySink } => {
  const sink = new MemorySink();
  const { meta, uncompressed } = takeSteps(encodeChunk({ name: 'c', type, nullable: true }, column, rows, 1, sink));
  assert.equal(intAt(meta, ColumnField.NumValues, 'n'), rows);
  assert.equal(intAt(meta, ColumnField.TotalUncompressedSize, 'n'), uncompressed);
  const pages: string[] = [];
  // The file's magic is not there yet: shift what the metadata says by none.
  const start = intAt(meta, ColumnField.DictionaryPageOffset, 'd') ?? intAt(meta, ColumnField.DataPageOffset, 'd') ?? 0;
  for (let at = start; at < sink.length;) {
    const header = readPageHeader(sink.bytes(), at);
    pages.push(header.kind);
    at = header.end + header.size;
  }
  const statistics = structAt(meta, ColumnField.Statistics, 's');
  return { pages, nulls: statistics === undefined ? undefined : intAt(statistics, 3, 'nulls'), sink };
};

describe('encodeChunk()', () => {
  it('writes as it is what is to be read soon', () => {
    const values = Float64Array.from({ length: 40_000 }, (_, i) => i % 5);
    const column: Gathered = { kind: 'numbers', values, nulls: null };
    const sink = new MemorySink();
    const { meta } = takeSteps(encodeChunk({ name: 'c', type: 'number', nullable: false }, column, 40_000, null, sink));
    const header = readPageHeader(sink.bytes(), 0);
    assert.deepEqual([header.kind, intAt(meta, ColumnField.Codec, 'c')], ['data', 0]);
    assert.deepEqual(Buffer.from(sink.bytes().subarray(header.end, header.end + 320_000)), Buffer.from(values.buffer));
  });

  it('cuts numbers into pages of a MiB and counts nulls', () => {
    const rows = 300_000;
    const nulls = new Uint8Array(rows);
    nulls[5] = 1;
    const values = Float64Array.from({ length: rows }, (_, i) => i);
    const got = encode('number', { kind: 'numbers', values, nulls }, rows);
    assert.deepEqual(got.pages, ['data', 'data', 'data']);
    assert.equal(got.nulls, 1);
  });

  it('gives numbers that repeat a dictionary, each page its own codes', () => {
    const rows = 300_000;
    const nulls = Uint8Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? 1 : 0));
    const values = Float64Array.from({ length: rows }, (_, i) => (i % 1_000) / 10);
    const got = encode('number', { kind: 'numbers', values, nulls }, rows);
    assert.deepEqual(got.pages, ['dictionary', 'data', 'data']);
    const plain = encode('number', { kind: 'numbers', values: values.map((_, i) => i / 10), nulls }, rows);
    assert.ok(got.sink.length * 2 < plain.sink.length);
  });

  it('gives texts a dictionary while it is small, and pages bounded in bytes else', () => {
    const few = { kind: 'texts', codes: new Uint32Array(10), dictionary: ['a'], nulls: null } as const;
    assert.deepEqual(encode('text', few, 10).pages, ['dictionary', 'data']);
    const rows = 3000;
    const dictionary = Array.from({ length: rows }, (_, i) => String(i).padStart(1000, 'x'));
    const many = {
      kind: 'texts',
      codes: Uint32Array.from({ length: rows }, (_, i) => i),
      dictionary,
      nulls: null,
    } as const;
    assert.deepEqual(encode('text', many, rows).pages, ['data', 'data', 'data']);
    const entries = Array.from({ length: 65_537 }, (_, i) => i.toString(36));
    const wide = {
      kind: 'texts',
      codes: Uint32Array.from(entries, (_, i) => i),
      dictionary: entries,
      nulls: null,
    } as const;
    assert.deepEqual(encode('text', wide, entries.length).pages, ['data']);
  });

  it('writes a layout that readers accept', () => {
    const sink = new MemorySink();
    sink.write(new Uint8Array(4));
    const column = { kind: 'booleans', values: Uint8Array.of(1, 0), nulls: null } as const;
    const { meta } = takeSteps(encodeChunk({ name: 'c', type: 'boolean', nullable: false }, column, 2, 1, sink));
    assert.deepEqual(chunkLayout(meta, ['c'], sink.length), { start: 4, end: sink.length, dictionary: null, data: 4 });
  });

  it('physicalType() stores times and integers alike', () => {
    assert.deepEqual((['number', 'integer', 'time', 'boolean', 'text'] as const).map(physicalType), [5, 2, 2, 0, 6]);
  });
});
