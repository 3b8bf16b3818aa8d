import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { encodeParquet } from './encode-parquet.ts';
import { hasMagic } from './footer.ts';
import { fixedKeys } from './open-keys.ts';
import { openParquetInMemory } from './open-parquet.ts';
import { memoryReader } from './range-reader.ts';
import { fileCryptoMetaData, sealParquet } from './seal-parquet.ts';
import { encodeStruct } from './thrift-writer.ts';

const shape = [{ name: 'x', type: 'number', nullable: false }] as const;
const column = { name: 'x', data: { type: 'number', values: Float64Array.of(1, 2, 3), nulls: null } } as const;
const plain = encodeParquet(shape, [{ stream: 's', template: 't', rows: 3, columns: [column] }]);
const [footer, x] = [1, 2].map((byte) => AeadKey.fromBytes(new Uint8Array(32).fill(byte)));
const options = {
  aadPrefix: encodeUtf8('p'),
  footer: { key: footer!, metadata: encodeUtf8('f') },
  columns: new Map([['x', { key: x!, metadata: encodeUtf8('x') }]]),
  random: systemRandom,
};

describe('sealParquet()', () => {
  it('leaves the plain file as it was, and gives another file each time', () => {
    const before = Uint8Array.from(plain);
    const [one, two] = [sealParquet(plain, options), sealParquet(plain, options)];
    assert.deepEqual(plain, before);
    assert.notDeepEqual(one, two);
    assert.ok(hasMagic(one, 0, 'PARE') && hasMagic(one, one.length - 4, 'PARE'));
  });

  it('round-trips: opening gives the plain file again, byte for byte but for its facts', async () => {
    const source = memoryReader(sealParquet(plain, options));
    const keys = fixedKeys(footer!, new Map([['x', x!]]));
    const { file } = await openParquetInMemory(source, keys, { aadPrefix: options.aadPrefix, columns: 'all' });
    assert.deepEqual(file, plain);
  });

  it('refuses a column without key, a sealed file and what is no Parquet', () => {
    assert.throws(() => sealParquet(plain, { ...options, columns: new Map() }), { code: 'STORE_KEY_MISSING' });
    assert.throws(() => sealParquet(sealParquet(plain, options), options), { code: 'STORE_PARQUET_INVALID' });
    assert.throws(() => sealParquet(new Uint8Array(50), options), { code: 'STORE_PARQUET_INVALID' });
  });

  it('fileCryptoMetaData() stores the prefix and the unique part under AES_GCM_V1', () => {
    const bytes = encodeStruct(fileCryptoMetaData(Uint8Array.of(0xaa), Uint8Array.of(0xbb), Uint8Array.of(0xcc)));
    assert.equal(bytes.toHex(), '1c1c1801aa1801bb00001801cc00');
  });
});
