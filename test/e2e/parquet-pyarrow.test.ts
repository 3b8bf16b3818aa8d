import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';

import { encodeUtf8 } from '#base/core/index.ts';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import {
  decodeParquet,
  encodeParquet,
  fixedKeys,
  formatKeyMetadata,
  memoryReader,
  openParquetInMemory,
  parseKeyMetadata,
  sealParquet,
  unwrapKeyMaterial,
} from '#flow/store/index.ts';
import { requirePython } from '../support/outside.ts';
import { temporaryFolder } from '../support/tmp.ts';

const SHAPE: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'time', type: 'time', nullable: false },
  { name: 'reading', type: 'number', nullable: true },
  { name: 'count', type: 'integer', nullable: true },
  { name: 'open', type: 'boolean', nullable: true },
  { name: 'note', type: 'text', nullable: true },
];

const NUMBERS = [0, -0, 1.5, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 0.1, -273.15];
const INTEGERS = [0, -1, 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 32, -(2 ** 32), 2 ** 31];
const TEXTS = ['', 'ä', '日本語', '🚚 reefer', 'x'.repeat(300), 'a\u0000b', '"quoted",', '\uFFFD'];
const TIMES = [
  0,
  1,
  -1,
  1_767_225_600_000_000,
  9_214_646_400_000_000 / 2,
  -62_135_596_800_000_000 / 8,
  999_999,
  2 ** 32,
];

/** Rows with extremes, unicode and nulls: row r of n has null in column c where (r + c) is a multiple of five. */
function batchOf(rows: number, from = 0): Batch {
  const at = (r: number, c: number): boolean => (r + c) % 5 === 0;
  const row = Array.from({ length: rows }, (_, i) => from + i);
  const nulls = (c: number): Uint8Array => Uint8Array.from(row, (r) => (at(r, c) ? 1 : 0));
  const value = (c: number, list: readonly number[]): Float64Array =>
    Float64Array.from(row, (r) => (at(r, c) ? 0 : list[r % list.length]!));
  return {
    stream: 's',
    template: 't',
    rows,
    columns: [
      {
        name: 'device',
        data: { type: 'text', codes: Uint32Array.from(row, (r) => r % 2), dictionary: ['d0', 'd1'], nulls: null },
      },
      { name: 'time', data: { type: 'time', values: Float64Array.from(row, (r) => TIMES[r % 8]!), nulls: null } },
      { name: 'reading', data: { type: 'number', values: value(2, NUMBERS), nulls: nulls(2) } },
      { name: 'count', data: { type: 'integer', values: value(3, INTEGERS), nulls: nulls(3) } },
      {
        name: 'open',
        data: { type: 'boolean', values: Uint8Array.from(row, (r) => (at(r, 4) ? 0 : r % 2)), nulls: nulls(4) },
      },
      {
        name: 'note',
        data: {
          type: 'text',
          codes: Uint32Array.from(row, (r) => (at(r, 5) ? 0 : r % 8)),
          dictionary: TEXTS,
          nulls: nulls(5),
        },
      },
    ],
  };
}

/** The same rows as Python prints them: floats in hex, so that nothing is lost on the way. */
function expectedRows(rows: number): unknown[] {
  return Array.from({ length: rows }, (_, r) => {
    const or = <T>(c: number, value: T): T | null => ((r + c) % 5 === 0 ? null : value);
    return [
      `d${r % 2}`,
      String(TIMES[r % 8]!),
      or(2, Buffer.from(Float64Array.of(NUMBERS[r % 8]!).buffer).toString('hex')),
      or(3, String(INTEGERS[r % 8]!)),
      or(4, r % 2 === 1),
      or(5, TEXTS[r % 8]!),
    ];
  });
}

const PRELUDE = `
import sys, json, base64, struct, datetime
import pyarrow as pa, pyarrow.parquet as pq, pyarrow.parquet.encryption as pe
def rows(t):
    out = []
    for c in ['device', 'time', 'reading', 'count', 'open', 'note']:
        col = t.column(c)
        if c == 'time': col = col.cast(pa.int64())
        v = col.to_pylist()
        if c in ('time', 'count'): v = [None if x is None else str(x) for x in v]
        if c == 'reading': v = [None if x is None else struct.pack('<d', x).hex() for x in v]
        out.append(v)
    return [list(r) for r in zip(*out)]
class Handles(pe.KmsClient):
    def __init__(self, keys, domains):
        super().__init__(); self.keys = keys; self.domains = domains
    def wrap_key(self, key, master): raise PermissionError('no')
    def unwrap_key(self, wrapped, master):
        if master not in self.domains: raise PermissionError('not for ' + master)
        handle = wrapped.decode() if isinstance(wrapped, bytes) else wrapped
        return base64.b64decode(self.keys[handle])
def read(path, keys, domains, columns=None):
    factory = pe.CryptoFactory(lambda config: Handles(keys, domains))
    props = factory.file_decryption_properties(pe.KmsConnectionConfig(), pe.DecryptionConfiguration())
    return pq.ParquetFile(path, decryption_properties=props).read(columns=columns, use_threads=False)
`;

function python(program: string, script: string, input: unknown): unknown {
  const run = spawnSync(program, ['-c', PRELUDE + script], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout);
}

interface Sealed {
  readonly file: Uint8Array;
  readonly footer: AeadKey;
  readonly keys: ReadonlyMap<string, AeadKey>;
  /** Base64 by handle, for Python. */
  readonly handles: Readonly<Record<string, string>>;
}

const newKey = (): AeadKey => AeadKey.fromBytes(systemRandom.bytes(32));
const PREFIX = encodeUtf8('weir/segment/1/abc/1');

/** Columns before `open` in domain a, the rest in domain b. */
function seal(plain: Uint8Array, names: readonly string[]): Sealed {
  const footer = newKey();
  const keys = new Map(names.map((name) => [name, newKey()]));
  const domainOf = (name: string): string => (name === 'open' || name === 'note' ? 'weir:b' : 'weir:a');
  const file = sealParquet(plain, {
    aadPrefix: PREFIX,
    footer: { key: footer, metadata: formatKeyMetadata({ footer: true, masterKeyId: 'weir:f', handle: 'h-footer' }) },
    columns: new Map(
      [...keys].map(([name, key]) => [
        name,
        { key, metadata: formatKeyMetadata({ footer: false, masterKeyId: domainOf(name), handle: `h-${name}` }) },
      ]),
    ),
    random: systemRandom,
  });
  const base64 = (key: AeadKey): string => Buffer.from(key.exportBytes()).toString('base64');
  const handles = Object.fromEntries([...keys].map(([name, key]) => [`h-${name}`, base64(key)]));
  return { file, footer, keys, handles: { ...handles, 'h-footer': base64(footer) } };
}

async function scratch(t: TestContext, name: string, file: Uint8Array): Promise<string> {
  const at = path.join(await temporaryFolder(t), name);
  writeFileSync(at, file);
  return at;
}

describe('Parquet between Weir and PyArrow', () => {
  it('encodeParquet() is read with right types and equal values', async (t) => {
    const program = requirePython(t, 'pyarrow');
    const at = await scratch(
      t,
      'plain.parquet',
      encodeParquet(SHAPE, [batchOf(700), batchOf(300, 700)], { rowGroupRows: 400 }),
    );
    const script = `t = pq.read_table(json.load(sys.stdin)); print(json.dumps({'types': [str(f.type) for f in t.schema], 'rows': rows(t), 'nullable': [f.nullable for f in t.schema]}))`;
    assert.deepEqual(python(program, script, at), {
      types: ['string', 'timestamp[us, tz=UTC]', 'double', 'int64', 'bool', 'string'],
      rows: expectedRows(1000),
      nullable: [false, false, true, true, true, true],
    });
  });

  it('encodeParquet() of no rows is read as an empty table with its types', async (t) => {
    const program = requirePython(t, 'pyarrow');
    const sealed = seal(
      encodeParquet(SHAPE, []),
      SHAPE.map(({ name }) => name),
    );
    const at = await scratch(t, 'empty.parquet', sealed.file);
    const script = `a = json.load(sys.stdin); t = read(a['at'], a['keys'], ['weir:f', 'weir:a', 'weir:b']); print(json.dumps([t.num_rows, t.num_columns]))`;
    assert.deepEqual(python(program, script, { at, keys: sealed.handles }), [0, 6]);
    const options = { aadPrefix: PREFIX, columns: [['reading'], ['note']] };
    const { file, opened } = await openParquetInMemory(
      memoryReader(sealed.file),
      fixedKeys(sealed.footer, sealed.keys),
      options,
    );
    assert.equal(opened.rows, 0);
    const plain = await scratch(t, 'plain.parquet', file);
    const names = `t = pq.read_table(json.load(sys.stdin)); print(json.dumps([t.num_rows, t.column_names]))`;
    assert.deepEqual(python(program, names, plain), [0, ['reading', 'note']]);
  });

  it('sealParquet() is read with all keys, and domain by domain', async (t) => {
    const program = requirePython(t, 'pyarrow');
    const sealed = seal(
      encodeParquet(SHAPE, [batchOf(1000)], { rowGroupRows: 400 }),
      SHAPE.map(({ name }) => name),
    );
    const at = await scratch(t, 'sealed.parquet', sealed.file);
    const script = `
a = json.load(sys.stdin)
def attempt(domains, columns):
    try:
        return read(a['at'], a['keys'], domains, columns).num_rows
    except Exception as e:
        return type(e).__name__
print(json.dumps({
  'rows': rows(read(a['at'], a['keys'], ['weir:f', 'weir:a', 'weir:b'])),
  'a': attempt(['weir:f', 'weir:a'], ['device', 'time', 'reading', 'count']),
  'b': attempt(['weir:f', 'weir:a'], ['open']),
  'no footer': attempt(['weir:a', 'weir:b'], ['device']),
}))`;
    const got = python(program, script, { at, keys: sealed.handles }) as Record<string, unknown>;
    assert.deepEqual(got['rows'], expectedRows(1000));
    assert.equal(got['a'], 1000);
    assert.equal(typeof got['b'], 'string');
    assert.equal(typeof got['no footer'], 'string');
  });

  it('sealParquet() keeps indexes, checksums, pages, nested columns and types that others write', async (t) => {
    const program = requirePython(t, 'pyarrow');
    const folder = await temporaryFolder(t);
    const script = `
import decimal, os
folder = json.load(sys.stdin)
n = 5000
t = pa.table({
  'id': pa.array(range(n), pa.int32()),
  'word': pa.array(['w%d' % (i % 50) if i % 7 else None for i in range(n)]),
  'list': pa.array([[i, None, i + 1] if i % 3 else None for i in range(n)], pa.list_(pa.int64())),
  'st': pa.array([{'x': i, 'y': [str(i)]} for i in range(n)], pa.struct([('x', pa.int64()), ('y', pa.list_(pa.string()))])),
  'dec': pa.array([decimal.Decimal(i) / 100 for i in range(n)], pa.decimal128(10, 2)),
  'none': pa.nulls(n, pa.float64()),
})
for name, opts in {
  'v1': dict(write_page_index=True, write_page_checksum=True, data_page_size=2048, row_group_size=2000, compression='zstd'),
  'v2': dict(write_page_index=True, data_page_version='2.0', data_page_size=1024, row_group_size=1500, compression='snappy', store_schema=False),
  'empty': dict(),
}.items():
    pq.write_table(t.slice(0, 0) if name == 'empty' else t, os.path.join(folder, name + '.parquet'), **opts)
print(json.dumps(['id', 'word', 'list.list.element', 'st.x', 'st.y.list.element', 'dec', 'none']))`;
    const names = python(program, script, folder) as string[];
    for (const name of ['v1', 'v2', 'empty']) {
      const sealed = seal(readFileSync(path.join(folder, `${name}.parquet`)), names);
      writeFileSync(path.join(folder, `${name}.sealed`), sealed.file);
      const keys = fixedKeys(sealed.footer, sealed.keys);
      const options = { aadPrefix: PREFIX, columns: [['id'], ['list'], ['st', 'y'], ['none']] };
      const { file } = await openParquetInMemory(memoryReader(sealed.file), keys, options);
      writeFileSync(path.join(folder, `${name}.opened`), file);
      const check = `
import os
a = json.load(sys.stdin)
plain = pq.read_table(a['base'] + '.parquet')
sealed = read(a['base'] + '.sealed', a['keys'], ['weir:f', 'weir:a', 'weir:b'])
opened = pq.read_table(a['base'] + '.opened')
st = plain.column('st').to_pylist()
print(json.dumps({
  'sealed': sealed.to_pylist() == plain.to_pylist(),
  'names': opened.column_names,
  'opened': opened.select(['id', 'list', 'none']).to_pylist() == plain.select(['id', 'list', 'none']).to_pylist(),
  'st': opened.column('st').to_pylist() == [{'y': s['y']} for s in st],
}))`;
      assert.deepEqual(
        python(program, check, { base: path.join(folder, name), keys: sealed.handles }),
        { sealed: true, names: ['id', 'list', 'st', 'none'], opened: true, st: true },
        name,
      );
    }
  });

  it('openParquet() opens what PyArrow sealed, uniform and by column, with either footer', async (t) => {
    const program = requirePython(t, 'pyarrow');
    const folder = await temporaryFolder(t);
    const master = { kf: newKey(), ka: newKey(), kb: newKey() };
    const masters = Object.fromEntries(
      Object.entries(master).map(([name, key]) => [name, Buffer.from(key.exportBytes()).toString('base64')]),
    );
    // The wrap is whatever the key service makes of it; here a pad, which Python can make without a library.
    const script = `
import os
a = json.load(sys.stdin)
class Pad(pe.KmsClient):
    def __init__(self): super().__init__()
    def pad(self, master, n): return (base64.b64decode(a['masters'][master]) * 4)[:n]
    def wrap_key(self, key, master): return base64.b64encode(bytes(x ^ y for x, y in zip(key, self.pad(master, len(key)))))
    def unwrap_key(self, wrapped, master): raise PermissionError('no')
t = pa.table({'x': pa.array(range(3000), pa.int64()), 'y': pa.array([i / 3 for i in range(3000)]), 's': pa.array(['s%d' % (i % 9) for i in range(3000)])})
for name, cfg in {
  'columns': dict(column_keys={'ka': ['x', 'y'], 'kb': ['s']}, double_wrapping=False),
  'plaintext': dict(column_keys={'ka': ['x', 'y'], 'kb': ['s']}, double_wrapping=False, plaintext_footer=True),
  'uniform': dict(uniform_encryption=True, double_wrapping=False),
}.items():
    config = pe.EncryptionConfiguration(footer_key='kf', data_key_length_bits=256 if name != 'uniform' else 128, **cfg)
    props = pe.CryptoFactory(lambda c: Pad()).file_encryption_properties(pe.KmsConnectionConfig(), config)
    with pq.ParquetWriter(os.path.join(a['folder'], name), t.schema, encryption_properties=props, compression='zstd', use_dictionary=['s']) as w:
        w.write_table(t, row_group_size=1100)
for name, kw in {'direct': dict(aad_prefix=b'table-7', store_aad_prefix=False), 'stored': dict(aad_prefix=b'table-7'), 'ctr': dict(encryption_algorithm='AES_GCM_CTR_V1')}.items():
    props = pe.create_encryption_properties(footer_key=b'0123456789abcdef', **kw)
    pq.write_table(t, os.path.join(a['folder'], name), encryption_properties=props, compression='zstd', use_dictionary=['s'])
print('1')`;
    python(program, script, { folder, masters });
    const unwrap = (metadata: Uint8Array | null): AeadKey => {
      const parsed = parseKeyMetadata(metadata ?? new Uint8Array());
      assert.equal(parsed.storage, 'internal');
      const { masterKeyId, wrappedDek } = parsed.material;
      const pad = master[masterKeyId as 'kf'].exportBytes();
      return AeadKey.fromBytes(Uint8Array.from(Buffer.from(wrappedDek, 'base64'), (byte, i) => byte ^ pad[i % 32]!));
    };
    const direct = AeadKey.fromBytes(Buffer.from('0123456789abcdef'));
    for (const name of ['columns', 'plaintext', 'uniform', 'direct', 'stored', 'ctr']) {
      const isDirect = ['direct', 'stored', 'ctr'].includes(name);
      const key = isDirect ? (): AeadKey => direct : unwrap;
      const keys = { footer: key, column: (_: unknown, metadata: Uint8Array | null) => key(metadata) };
      const aadPrefix = name === 'direct' || name === 'stored' ? encodeUtf8('table-7') : null;
      const source = memoryReader(readFileSync(path.join(folder, name)));
      const { file } = await openParquetInMemory(source, keys, { aadPrefix, columns: [['x'], ['s']] });
      const shape = [
        { name: 'x', type: 'integer', nullable: true },
        { name: 's', type: 'text', nullable: true },
      ] as const;
      const { rows, columns } = decodeParquet(file, shape);
      assert.equal(rows, 3000, name);
      const [x, s] = columns.map(({ data }) => data);
      assert.ok(x?.type === 'integer' && x.values.every((value, i) => value === i), name);
      assert.ok(s?.type === 'text' && s.codes.every((code, i) => s.dictionary[code] === `s${i % 9}`), name);
    }
  });

  it('unwrapKeyMaterial() unwraps single wrapping under a master key at hand', () => {
    const master = newKey();
    const dek = systemRandom.bytes(32);
    const nonce = systemRandom.bytes(12);
    const sealed = master.seal(nonce, encodeUtf8('m1'), dek);
    const wrappedDek = Buffer.concat([nonce, sealed]).toString('base64');
    const material = { footer: false, masterKeyId: 'm1', wrappedDek, kek: null };
    assert.deepEqual(unwrapKeyMaterial(material, new Map([['m1', master]])).exportBytes(), dek);
    assert.throws(() => unwrapKeyMaterial(material, new Map([['m1', newKey()]])), { code: 'STORE_OPEN_FAILED' });
  });
});
