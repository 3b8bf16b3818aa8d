import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemorySink } from './byte-sink.ts';
import { ColumnField, ModuleType } from './format.ts';
import { MODULE_OVERHEAD } from './module.ts';
import { sealPages } from './seal-pages.ts';
import { intAt } from './thrift-access.ts';
import { i32, i64, list, struct, structOf, text, ThriftType } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

/** A chunk of pages of four bytes each, behind four bytes of magic. */
function chunk(kinds: readonly ('data' | 'dictionary')[]): {
  plain: Uint8Array;
  meta: ReturnType<typeof structOf>;
  offsets: number[];
} {
  const sink = new MemorySink();
  sink.write(new Uint8Array(4));
  const offsets: number[] = [];
  for (const kind of kinds) {
    offsets.push(sink.length);
    sink.write(
      encodeStruct(structOf({ 1: i32(kind === 'data' ? 0 : 2), 2: i32(4), 3: i32(4), 4: i32(7), 5: struct({}) })),
    );
    sink.write(Uint8Array.of(1, 2, 3, 4));
  }
  const meta = structOf({
    [ColumnField.Path]: list(ThriftType.Binary, [text('x')]),
    [ColumnField.TotalCompressedSize]: i64(sink.length - 4),
    [ColumnField.DataPageOffset]: i64(kinds[0] === 'dictionary' ? (offsets[1] ?? 0) : 4),
    ...(kinds[0] === 'dictionary' ? { [ColumnField.DictionaryPageOffset]: i64(4) } : {}),
  });
  return { plain: sink.bytes(), meta, offsets };
}

const leaf = { index: 0, path: ['x'], nullable: false };

describe('sealPages()', () => {
  it('numbers data pages from zero and the dictionary not at all', () => {
    const { plain, meta, offsets } = chunk(['dictionary', 'data', 'data']);
    const sealed: [number, number | undefined][] = [];
    const sealer = {
      seal: (type: ModuleType, data: Uint8Array, page?: number): Uint8Array => {
        sealed.push([type, page]);
        return new Uint8Array(data.length + MODULE_OVERHEAD);
      },
    };
    const out = new MemorySink();
    out.write(new Uint8Array(4));
    const pages = sealPages(plain, out, meta, leaf, plain.length, sealer);
    assert.deepEqual(sealed, [
      [ModuleType.DictionaryPageHeader, undefined],
      [ModuleType.DictionaryPage, undefined],
      [ModuleType.DataPageHeader, 0],
      [ModuleType.DataPage, 0],
      [ModuleType.DataPageHeader, 1],
      [ModuleType.DataPage, 1],
    ]);
    assert.deepEqual([pages.layout.start, pages.layout.end], [4, out.length]);
    assert.equal(intAt(pages.meta, ColumnField.DictionaryPageOffset, 'd'), 4);
    assert.equal(intAt(pages.meta, ColumnField.DataPageOffset, 'd'), pages.moved.get(offsets[1]!)?.offset);
    assert.equal(intAt(pages.meta, ColumnField.TotalCompressedSize, 'd'), out.length - 4);
    assert.deepEqual([...pages.moved.keys()], offsets.slice(1));
  });

  it('refuses a dictionary behind data, pages beyond the chunk and more pages than ordinals', () => {
    const sealer = { seal: (): Uint8Array => new Uint8Array(1) };
    const late = chunk(['data', 'dictionary']);
    assert.throws(() => sealPages(late.plain, new MemorySink(), late.meta, leaf, late.plain.length, sealer), {
      code: 'STORE_PARQUET_INVALID',
    });
    const cut = chunk(['data', 'data']);
    const short = new Map([...cut.meta, [ColumnField.TotalCompressedSize, i64(cut.plain.length - 6)] as const]);
    assert.throws(() => sealPages(cut.plain, new MemorySink(), short, leaf, cut.plain.length, sealer), {
      code: 'STORE_PARQUET_INVALID',
    });
    const many = chunk(Array.from({ length: 32_769 }, () => 'data' as const));
    assert.throws(() => sealPages(many.plain, new MemorySink(), many.meta, leaf, many.plain.length, sealer), {
      code: 'STORE_PARQUET_LIMIT',
    });
  });
});
