import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { concatBytes, encodeUtf8 } from '#base/core/index.ts';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import {
  encodeParquet,
  fixedKeys,
  formatKeyMetadata,
  memoryReader,
  openParquetInMemory,
  sealParquet,
  StoreError,
} from '#flow/store/index.ts';
import type { ParquetKeys } from '#flow/store/index.ts';
import { chunkLayout, closing, footerLength, parseFooter, readPlainFooter } from '#flow/store/parquet/footer.ts';
import {
  ChunkField,
  ColumnField,
  FileField,
  ModuleType,
  PageField,
  RowGroupField,
} from '#flow/store/parquet/format.ts';
import { moduleAad } from '#flow/store/parquet/module-aad.ts';
import type { ModulePlace } from '#flow/store/parquet/module-aad.ts';
import { moduleAt, openModule, sealModule } from '#flow/store/parquet/module.ts';
import { readPageHeader } from '#flow/store/parquet/page-header.ts';
import { fileCryptoMetaData } from '#flow/store/parquet/seal-parquet.ts';
import { bytesAt, structAt } from '#flow/store/parquet/thrift-access.ts';
import { decodeStruct } from '#flow/store/parquet/thrift-reader.ts';
import { binary, i16, i32, i64, list, struct, text, ThriftType, withFields } from '#flow/store/parquet/thrift-value.ts';
import type { ThriftStruct, ThriftValue } from '#flow/store/parquet/thrift-value.ts';
import { encodeStruct } from '#flow/store/parquet/thrift-writer.ts';
import { requirePython } from '../support/outside.ts';
import { temporaryFolder } from '../support/tmp.ts';

const PREFIX = encodeUtf8('weir/segment/1/abc/2');
const NAMES = ['a', 'b'];
const keyOf = (byte: number): AeadKey => AeadKey.fromBytes(new Uint8Array(32).fill(byte));
const FOOTER_KEY = keyOf(1);
const COLUMN_KEYS = new Map([
  ['a', keyOf(2)],
  ['b', keyOf(3)],
]);
const KEYS: ParquetKeys = fixedKeys(FOOTER_KEY, COLUMN_KEYS);
const metadata = (handle: string): Uint8Array =>
  formatKeyMetadata({ footer: handle === 'f', masterKeyId: 'weir:m', handle });

/** Two columns with dictionaries of equal sizes, two row groups, some pages each. */
function plainFile(seed: number, rows = 60): Uint8Array {
  const shape: ColumnShape[] = NAMES.map((name) => ({ name, type: 'text', nullable: false }));
  const batch: Batch = {
    stream: 's',
    template: 't',
    rows,
    columns: NAMES.map((name, c) => ({
      name,
      data: {
        type: 'text',
        codes: Uint32Array.from({ length: rows }, (_, r) => (r * 7 + seed + c) % 5),
        dictionary: ['p', 'q', 'r', 's', 't'].map((letter) => `${letter}${seed}`),
        nulls: null,
      },
    })),
  };
  return encodeParquet(shape, [batch], { rowGroupRows: rows / 2 });
}

const seal = (plain: Uint8Array, aadPrefix: Uint8Array = PREFIX): Uint8Array =>
  sealParquet(plain, {
    aadPrefix,
    footer: { key: FOOTER_KEY, metadata: metadata('f') },
    columns: new Map([...COLUMN_KEYS].map(([name, key]) => [name, { key, metadata: metadata(name) }])),
    random: systemRandom,
  });

const open = (file: Uint8Array, columns = NAMES, keys = KEYS): Promise<{ file: Uint8Array }> =>
  openParquetInMemory(memoryReader(file), keys, { aadPrefix: PREFIX, columns: columns.map((name) => [name]) });

/** What a forger who holds all keys, or a careless writer, does differently from `sealParquet`. */
interface Forgery {
  readonly magic?: string;
  place?(place: ModulePlace, dictionaryPages: number): ModulePlace;
  header?(header: ThriftStruct, payloadLength: number): ThriftStruct;
  afterPayload?(header: ThriftStruct, sealedPayload: Uint8Array): ThriftStruct;
  meta?(meta: ThriftStruct): ThriftStruct;
  chunk?(chunk: ThriftStruct, meta: ThriftStruct): ThriftStruct;
  rowGroup?(group: ThriftStruct): ThriftStruct;
}

/** Seals as `sealParquet` does, written a second time from the format's text, with places to differ. */
function forge(plain: Uint8Array, forgery: Forgery): Uint8Array {
  const { footer, start: limit } = readPlainFooter(plain);
  const unique = systemRandom.bytes(8);
  const fileAad = concatBytes([PREFIX, unique]);
  const parts: Uint8Array[] = [encodeUtf8(forgery.magic ?? 'PARE')];
  let at = 4;
  const put = (part: Uint8Array): void => {
    parts.push(part);
    at += part.length;
  };
  const sealAs = (key: AeadKey, place: ModulePlace, data: Uint8Array): Uint8Array =>
    sealModule(key, moduleAad(fileAad, forgery.place?.(place, 1) ?? place), data, systemRandom);
  const groups = footer.rowGroups.map((group, rowGroup): ThriftValue => {
    const groupStart = at;
    let uncompressedGroup = 0;
    const chunks = footer.schema.leaves.map((leaf): ThriftValue => {
      const key = COLUMN_KEYS.get(leaf.path.join('.'))!;
      const plainMeta = structAt(group.chunks[leaf.index]!, ChunkField.MetaData, 'm')!;
      const from = chunkLayout(plainMeta, leaf.path, limit);
      const start = at;
      let data = 0;
      let uncompressed = 0;
      let page = 0;
      for (let offset = from.start; offset < from.end;) {
        const header = readPageHeader(plain, offset);
        const isData = header.kind === 'data';
        const place = { rowGroup, column: leaf.index, ...(isData ? { page } : {}) };
        const payload = sealAs(
          key,
          { ...place, type: isData ? ModuleType.DataPage : ModuleType.DictionaryPage },
          plain.subarray(header.end, header.end + header.size),
        );
        let fields = withFields(header.fields, { [PageField.CompressedSize]: i32(payload.length) });
        fields = forgery.header?.(fields, header.size) ?? fields;
        fields = forgery.afterPayload?.(fields, payload) ?? fields;
        if (isData && page === 0) data = at;
        const headerType = isData ? ModuleType.DataPageHeader : ModuleType.DictionaryPageHeader;
        const sealedHeader = sealAs(key, { ...place, type: headerType }, encodeStruct(fields));
        put(sealedHeader);
        put(payload);
        uncompressed += sealedHeader.length + header.uncompressedSize;
        if (isData) page += 1;
        offset = header.end + header.size;
      }
      uncompressedGroup += uncompressed;
      let meta = withFields(plainMeta, {
        [ColumnField.TotalUncompressedSize]: i64(uncompressed),
        [ColumnField.TotalCompressedSize]: i64(at - start),
        [ColumnField.DataPageOffset]: i64(data),
        [ColumnField.DictionaryPageOffset]: i64(start),
      });
      meta = forgery.meta?.(meta) ?? meta;
      const place = { type: ModuleType.ColumnMetaData, rowGroup, column: leaf.index };
      const own = struct({
        1: list(
          ThriftType.Binary,
          leaf.path.map((name) => text(name)),
        ),
        2: binary(metadata(leaf.path.join('.'))),
      });
      const chunk = new Map<number, ThriftValue>([
        [ChunkField.FileOffset, i64(start)],
        [ChunkField.CryptoMetaData, struct({ 2: own })],
        [ChunkField.EncryptedMetaData, binary(sealAs(key, place, encodeStruct(meta)))],
      ]);
      return { kind: 'struct', value: forgery.chunk?.(chunk, meta) ?? chunk };
    });
    const value = withFields(group.fields, {
      [RowGroupField.Columns]: list(ThriftType.Struct, chunks),
      [RowGroupField.TotalByteSize]: i64(uncompressedGroup),
      [RowGroupField.TotalCompressedSize]: i64(at - groupStart),
      [RowGroupField.FileOffset]: i64(groupStart),
      [RowGroupField.Ordinal]: i16(rowGroup),
    });
    return { kind: 'struct', value: forgery.rowGroup?.(value) ?? value };
  });
  const file = withFields(footer.metadata, { [FileField.RowGroups]: list(ThriftType.Struct, groups) });
  const crypto = encodeStruct(fileCryptoMetaData(PREFIX, unique, metadata('f')));
  const sealedFooter = sealAs(FOOTER_KEY, { type: ModuleType.Footer }, encodeStruct(file));
  return concatBytes([...parts, crypto, sealedFooter, closing(crypto.length + sealedFooter.length, 'PARE')]);
}

const PAGES = new Set<number>([ModuleType.DataPage, ModuleType.DataPageHeader]);

/** What PyArrow refuses, and so must we. */
const REFUSED_BY_ALL: Readonly<Record<string, Forgery>> = {
  'a row group without ordinal': { rowGroup: (group) => withFields(group, { [RowGroupField.Ordinal]: undefined }) },
  'an ordinal of another width': {
    rowGroup: (group) => {
      const ordinal = group.get(RowGroupField.Ordinal);
      return withFields(group, { [RowGroupField.Ordinal]: i32(ordinal?.kind === 'i16' ? ordinal.value : 0) });
    },
  },
  'page ordinals that count the dictionary': {
    place: (place) => (PAGES.has(place.type) ? { ...place, page: (place.page ?? 0) + 1 } : place),
  },
  'a dictionary page sealed as a data page': {
    place: (place) =>
      place.type === ModuleType.DictionaryPage ? { ...place, type: ModuleType.DataPage, page: 0 } : place,
  },
  'no offset of the dictionary page': {
    meta: (meta) => withFields(meta, { [ColumnField.DictionaryPageOffset]: undefined }),
  },
  'a page size without length, nonce and tag': {
    header: (header, plainLength) => withFields(header, { [PageField.CompressedSize]: i32(plainLength) }),
  },
  'a chunk size of the plain file': {
    meta: (meta) => withFields(meta, { [ColumnField.TotalCompressedSize]: i64(40) }),
  },
  'no path in the key metadata of a column': {
    chunk: (chunk) =>
      withFields(chunk, { [ChunkField.CryptoMetaData]: struct({ 2: struct({ 2: binary(metadata('a')) }) }) }),
  },
};

/** What PyArrow takes without a word, or only looks at when told to. */
const REFUSED_BY_US: Readonly<Record<string, Forgery>> = {
  'a stale checksum': { header: (header) => withFields(header, { [PageField.Crc]: i32(12_345) }) },
  'metadata in clear beside the sealed': {
    chunk: (chunk, meta) => withFields(chunk, { [ChunkField.MetaData]: { kind: 'struct', value: meta } }),
  },
  'a stale offset of a row group': { rowGroup: (group) => withFields(group, { [RowGroupField.FileOffset]: i64(5) }) },
  'a stale size of a row group': {
    rowGroup: (group) => withFields(group, { [RowGroupField.TotalCompressedSize]: i64(17) }),
  },
  'a stale uncompressed size': {
    meta: (meta) => withFields(meta, { [ColumnField.TotalUncompressedSize]: i64(99) }),
  },
  'the magic of a plain file in front': { magic: 'PAR1' },
  'a stale offset of the data pages': {
    meta: (meta) =>
      withFields(meta, {
        [ColumnField.DataPageOffset]: i64(
          1 + Number((meta.get(ColumnField.DataPageOffset) as { value: bigint }).value),
        ),
      }),
  },
};

describe('what a writer may get wrong', () => {
  it('the forger seals what opens where it forges nothing', async () => {
    const plain = plainFile(1);
    assert.deepEqual((await open(forge(plain, {}))).file, (await open(seal(plain))).file);
  });

  for (const [name, forgery] of Object.entries({ ...REFUSED_BY_ALL, ...REFUSED_BY_US })) {
    it(`openParquet() refuses ${name}`, async () => {
      await assert.rejects(open(forge(plainFile(1), forgery)), StoreError);
    });
  }

  it('PyArrow refuses what it is known to refuse, and reads what is not forged', async (t) => {
    const program = requirePython(t, 'pyarrow');
    const folder = await temporaryFolder(t);
    const names = ['sound', ...Object.keys(REFUSED_BY_ALL)];
    for (const [index, name] of names.entries()) {
      writeFileSync(path.join(folder, String(index)), forge(plainFile(1), REFUSED_BY_ALL[name] ?? {}));
    }
    const script = `
import sys, json, os
import pyarrow.parquet as pq, pyarrow.parquet.encryption as pe
folder, count = sys.argv[1], int(sys.argv[2])
class K(pe.KmsClient):
    def __init__(self): super().__init__()
    def wrap_key(self, k, m): raise PermissionError('no')
    def unwrap_key(self, w, m): return bytes([{'f': 1, 'a': 2, 'b': 3}[w if isinstance(w, str) else w.decode()]]) * 32
out = []
for i in range(count):
    try:
        props = pe.CryptoFactory(lambda c: K()).file_decryption_properties(pe.KmsConnectionConfig(), pe.DecryptionConfiguration())
        out.append(pq.ParquetFile(os.path.join(folder, str(i)), decryption_properties=props).read(use_threads=False).num_rows)
    except Exception as e:
        out.append('refused')
print(json.dumps(out))`;
    const run = spawnSync(program, ['-c', script, folder, String(names.length)], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    const got = JSON.parse(run.stdout) as unknown[];
    assert.deepEqual(Object.fromEntries(names.map((name, i) => [name, got[i]])), {
      sound: 60,
      ...Object.fromEntries(Object.keys(REFUSED_BY_ALL).map((name) => [name, 'refused'])),
    });
  });

  it('sealed metadata is not in clear: neither statistics nor values nor offsets are found in the footer', () => {
    const file = seal(plainFile(1));
    const footer = openedFooter(file);
    for (const group of parseFooter(footer).rowGroups) {
      for (const chunk of group.chunks) {
        assert.equal(chunk.has(ChunkField.MetaData), false);
        assert.ok(bytesAt(chunk, ChunkField.EncryptedMetaData, 'm') !== undefined);
      }
    }
    assert.equal(Buffer.from(footer).includes('p1'), false);
    // Longer than what could be in sealed bytes by chance, and there in the plain file.
    const entry = Buffer.from('\u0002\0\0\0p1');
    assert.equal(Buffer.from(plainFile(1)).includes(entry), true);
    assert.equal(Buffer.from(file).includes(entry), false);
  });
});

function openedFooter(file: Uint8Array): Uint8Array {
  const start = file.length - 8 - footerLength(file);
  const { struct: crypto, end } = decodeStruct(file, start);
  const aes = structAt(structAt(crypto, 1, 'algorithm')!, 1, 'gcm')!;
  const fileAad = concatBytes([bytesAt(aes, 1, 'prefix')!, bytesAt(aes, 2, 'unique')!]);
  return openModule(FOOTER_KEY, moduleAad(fileAad, { type: ModuleType.Footer }), moduleAt(file, end).body);
}

/** Where modules lie: row group, column, then header and payload of dictionary and data page. */
function moduleOffsets(file: Uint8Array): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  const limit = file.length - 8 - footerLength(file);
  for (let at = 4; at < limit;) {
    const { end } = moduleAt(file, at);
    found.push({ start: at, end });
    at = end;
  }
  return found;
}

function swapped(file: Uint8Array, a: { start: number; end: number }, b: { start: number; end: number }): Uint8Array {
  assert.equal(a.end - a.start, b.end - b.start);
  const copy = Uint8Array.from(file);
  copy.set(file.subarray(b.start, b.end), a.start);
  copy.set(file.subarray(a.start, a.end), b.start);
  return copy;
}

describe('what an attacker may move', () => {
  // Modules of a row group: a: dictionary header, dictionary, data header, data; then the same of b.
  const file = seal(plainFile(1));
  const modules = moduleOffsets(file);
  const span = (from: number, to: number): { start: number; end: number } => ({
    start: modules[from]!.start,
    end: modules[to]!.end,
  });

  it('openParquet() refuses pages that changed places', async () => {
    assert.equal(modules.length, 16);
    await assert.rejects(open(swapped(file, span(2, 3), span(10, 11)), ['a']), {
      code: 'STORE_OPEN_FAILED',
      column: 'a',
    });
    await assert.rejects(open(swapped(file, span(1, 1), span(9, 9)), ['a']), {
      code: 'STORE_OPEN_FAILED',
      column: 'a',
    });
  });

  it('openParquet() refuses columns that changed places', async () => {
    const copy = swapped(file, span(0, 3), span(4, 7));
    await assert.rejects(open(copy, ['a']), { code: 'STORE_OPEN_FAILED', column: 'a' });
    await assert.rejects(open(copy, ['b']), { code: 'STORE_OPEN_FAILED', column: 'b' });
  });

  it('openParquet() refuses row groups that changed places', async () => {
    await assert.rejects(open(swapped(file, span(0, 7), span(8, 15)), ['b']), { code: 'STORE_OPEN_FAILED' });
  });

  it('openParquet() refuses pages of another file, under the same keys', async () => {
    const other = seal(plainFile(2));
    const copy = Uint8Array.from(file);
    copy.set(other.subarray(span(0, 3).start, span(0, 3).end), span(0, 3).start);
    await assert.rejects(open(copy, ['a']), { code: 'STORE_OPEN_FAILED' });
  });

  it('openParquet() refuses another segment and an older version in its place, although they open by themselves', async () => {
    for (const prefix of ['weir/segment/1/abc/1', 'weir/segment/1/abd/2', '']) {
      const other = seal(plainFile(1), encodeUtf8(prefix));
      await assert.rejects(open(other), { code: 'STORE_PREFIX_MISMATCH' });
      await openParquetInMemory(memoryReader(other), KEYS, { aadPrefix: encodeUtf8(prefix), columns: 'all' });
    }
  });

  it('openParquet() refuses each truncation', async () => {
    for (let length = 0; length < file.length; length += 1) {
      await assert.rejects(open(file.subarray(0, length)), StoreError, `at ${length}`);
    }
    await assert.rejects(open(concatBytes([file, Uint8Array.of(0)])), StoreError);
  });

  it('openParquet() refuses other keys, and one column does not need the key of another', async () => {
    const onlyA = fixedKeys(FOOTER_KEY, new Map([['a', COLUMN_KEYS.get('a')!]]));
    await open(file, ['a'], onlyA);
    await assert.rejects(open(file, ['b'], onlyA), { code: 'STORE_KEY_MISSING', column: 'b' });
    await assert.rejects(open(file, ['a'], fixedKeys(keyOf(9), COLUMN_KEYS)), { code: 'STORE_OPEN_FAILED' });
    const swappedKeys = new Map([...COLUMN_KEYS].map(([name]) => [name, COLUMN_KEYS.get(name === 'a' ? 'b' : 'a')!]));
    await assert.rejects(open(file, ['a'], fixedKeys(FOOTER_KEY, swappedKeys)), {
      code: 'STORE_OPEN_FAILED',
      column: 'a',
    });
  });

  it('openParquet() never returns a value from a file with one flipped bit', async () => {
    const sound = (await open(file)).file;
    let unseen = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length * 8 - 1), async (bit) => {
        const copy = Uint8Array.from(file);
        copy[bit >> 3] = copy[bit >> 3]! ^ (1 << (bit & 7));
        try {
          // Only what the file says of its footer key is not authenticated; the catalogue knows better.
          assert.deepEqual((await open(copy)).file, sound);
          unseen += 1;
          const start = file.length - 8 - footerLength(file);
          assert.ok(bit >> 3 >= start && bit >> 3 < start + 280, `bit ${bit}`);
        } catch (error) {
          assert.ok(error instanceof StoreError, String(error));
        }
      }),
      { numRuns: 3000, seed: 26 },
    );
    assert.ok(unseen < 900, String(unseen));
  });
});
