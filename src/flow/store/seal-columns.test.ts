import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyDomain } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { encodeParquet } from './parquet/encode-parquet.ts';
import { fixedKeys } from './parquet/open-keys.ts';
import { openParquetInMemory } from './parquet/open-parquet.ts';
import { memoryReader } from './parquet/range-reader.ts';
import type { DataKeySource } from './ports.ts';
import { factsOf, keyColumns, sealColumns } from './seal-columns.ts';
import { segmentAadPrefix } from './segment.ts';
import type { StoredColumn } from './segment.ts';

const COLUMNS: readonly StoredColumn[] = [
  { name: 'weather', type: 'number', nullable: false, class: 'public', unit: 'Cel' },
  { name: 'pulse', type: 'number', nullable: false, class: 'health', unit: null },
];

function source(asked: KeyDomain[]): DataKeySource {
  const made = (handle: string) => ({ handle, key: AeadKey.fromBytes(systemRandom.bytes(32)) });
  return {
    newDataKeys: async ({ columns }) => {
      asked.push(...columns.map(({ domain }) => domain));
      return { footer: made('f'), columns: new Map(columns.map(({ name }) => [name, made(name)])) };
    },
  };
}

test('keyColumns() and sealColumns() seal each column in the domain of its class', async () => {
  const asked: KeyDomain[] = [];
  const keyed = await keyColumns('s', COLUMNS, source(asked));
  assert.deepEqual(asked, ['operational', 'health']);
  const data = { type: 'number', values: Float64Array.of(1, 2), nulls: null } as const;
  const batch = { stream: 's', template: '', rows: 2, columns: COLUMNS.map(({ name }) => ({ name, data })) };
  const plain = encodeParquet(COLUMNS, [batch], { facts: factsOf(COLUMNS) });
  const sealed = sealColumns(plain, keyed, { id: 'x', version: 2 }, systemRandom);
  const keys = fixedKeys(keyed.footer.key, new Map(keyed.columns.map(({ column, key }) => [column.name, key])));
  const open = (version: number) =>
    openParquetInMemory(memoryReader(sealed), keys, {
      aadPrefix: segmentAadPrefix('x', version),
      columns: [['weather']],
    });
  assert.ok((await open(2)).file.length > 0);
  await assert.rejects(open(1), { code: 'STORE_PREFIX_MISMATCH' });
});

test('keyColumns() refuses what may not be stored, and columns without a key', async () => {
  const secret = [{ ...COLUMNS[0]!, class: 'secret' as const }];
  await assert.rejects(keyColumns('s', secret, source([])), { code: 'STORE_SHAPE_CONFLICT' });
  const none: DataKeySource = {
    newDataKeys: async () => ({ ...(await source([]).newDataKeys({ stream: 's', columns: [] })), columns: new Map() }),
  };
  await assert.rejects(keyColumns('s', COLUMNS, none), { code: 'STORE_KEY_MISSING' });
});
