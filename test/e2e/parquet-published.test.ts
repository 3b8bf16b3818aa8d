import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';

import { DuckDBInstance } from '@duckdb/node-api';
import { hasCode } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import {
  memoryReader,
  openParquetInMemory,
  parseExternalKeyMaterial,
  parseKeyMetadata,
  StoreError,
  unwrapKeyMaterial,
} from '#flow/store/index.ts';
import type { ParquetKeys } from '#flow/store/index.ts';
import { corpora } from '../support/outside.ts';
import { temporaryFolder } from '../support/tmp.ts';

/** The keys that the publisher names: digits as characters. */
function publishedKeys(bits: 128 | 256): ReadonlyMap<string, AeadKey> {
  const length = bits / 8;
  const digits = (first: number, last?: string): AeadKey => {
    const text = Array.from({ length }, (_, i) => (first + i) % 10).join('');
    return AeadKey.fromBytes(Buffer.from(last === undefined ? text : text.slice(0, -1) + last));
  };
  const keys = new Map([['kf', digits(0)]]);
  const lastOf = (n: number): string => String(bits === 128 ? n - 1 : n + 1);
  for (let n = 1; n <= 8; n += 1) keys.set(`kc${n}`, digits(1, lastOf(n)));
  return keys;
}

function byName(keys: ReadonlyMap<string, AeadKey>): (metadata: Uint8Array | null) => AeadKey {
  return (metadata) => {
    const key = keys.get(Buffer.from(metadata ?? []).toString());
    if (key === undefined) throw new StoreError('STORE_KEY_MISSING', 'Cannot open file: the test has no such key');
    return key;
  };
}

function keysFor(folder: string, file: string, keys: ReadonlyMap<string, AeadKey>): ParquetKeys {
  let find = byName(keys);
  if (file.startsWith('external_')) {
    const external = parseExternalKeyMaterial(readFileSync(path.join(folder, `_KEY_MATERIAL_FOR_${file}.json`)));
    find = (metadata) => {
      const parsed = parseKeyMetadata(metadata ?? new Uint8Array());
      assert.equal(parsed.storage, 'external');
      const material = external.get(parsed.reference);
      if (material === undefined) throw new StoreError('STORE_KEY_MISSING', 'Cannot open file: no such key material');
      return unwrapKeyMaterial(material, keys);
    };
  }
  return { footer: find, column: (_, metadata) => find(metadata) };
}

const list = (t: TestContext): { folder: string; files: string[] } => {
  const folder = corpora(t, 'standards/parquet-encryption');
  const files = readdirSync(folder).filter((name) => name.endsWith('.parquet.encrypted'));
  assert.equal(files.length, 13);
  return { folder, files };
};

const prefixOf = (file: string): Uint8Array | null =>
  file.includes('disable_aad_storage') || file.includes('footer_aad') ? Buffer.from('tester') : null;

const readKeys = (file: string): ReadonlyMap<string, AeadKey> => publishedKeys(file.startsWith('aes256') ? 256 : 128);

describe('the encrypted files of apache/parquet-testing', () => {
  it('all open with the published keys, and DuckDB reads the values that the publisher wrote', async (t) => {
    const { folder, files } = list(t);
    const scratch = await temporaryFolder(t);
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    for (const file of files) {
      const source = memoryReader(readFileSync(path.join(folder, file)));
      const options = { aadPrefix: prefixOf(file), columns: 'all' as const };
      const { file: plain, opened } = await openParquetInMemory(source, keysFor(folder, file, readKeys(file)), options);
      const at = path.join(scratch, `${file}.parquet`);
      await writeFile(at, plain);
      const rows = (await connection.runAndReadAll(`select * from read_parquet('${at}')`)).getRowObjectsJson();
      assert.equal(rows.length, opened.rows, file);
      if (file.startsWith('external')) {
        assert.deepEqual(rows[3], { integers: 3, strings: 'd3' });
      } else if (file.includes('bloom')) {
        assert.deepEqual(rows[3], { double_field: 3.5, float_field: 3.25, int32_field: 3, name: 'name_3' });
      } else {
        for (const [index, row] of rows.entries()) {
          assert.equal(row['boolean_field'], index % 2 === 0, file);
          assert.deepEqual(row['int64_field'], [String(index * 2e12), String(index * 2e12 + 1e12)], file);
          assert.ok(Math.abs(Number(row['double_field']) - index * 1.1111111) < 1e-9, file);
          assert.equal(row['float_field'], Math.fround(index * Math.fround(1.1)), file);
        }
      }
    }
  });

  it('none opens with other keys, the wrong prefix or without one where it must be given', async (t) => {
    const { folder, files } = list(t);
    for (const file of files) {
      const source = memoryReader(readFileSync(path.join(folder, file)));
      const names = [...readKeys(file).keys()];
      const wrong = new Map(names.map((name, i) => [name, AeadKey.fromBytes(new Uint8Array(16).fill(i + 1))]));
      const open = (keys: ReadonlyMap<string, AeadKey>, aadPrefix: Uint8Array | null): Promise<unknown> =>
        openParquetInMemory(source, keysFor(folder, file, keys), { aadPrefix, columns: 'all' });
      await assert.rejects(open(wrong, prefixOf(file)), { code: 'STORE_OPEN_FAILED' }, file);
      await assert.rejects(
        open(readKeys(file), Buffer.from('another')),
        (error) => hasCode(error, 'STORE_PREFIX_MISMATCH') || hasCode(error, 'STORE_OPEN_FAILED'),
        file,
      );
      if (file.includes('disable_aad_storage')) {
        await assert.rejects(open(readKeys(file), null), { code: 'STORE_PREFIX_MISMATCH' });
      }
    }
  });

  it('a flipped byte anywhere is refused or was not needed', async (t) => {
    const { folder, files } = list(t);
    for (const file of files) {
      const whole = readFileSync(path.join(folder, file));
      const keys = keysFor(folder, file, readKeys(file));
      // In some of the files the other columns are not sealed.
      const sealed = file.startsWith('external') ? ('all' as const) : [['double_field'], ['float_field']];
      const options = { aadPrefix: prefixOf(file), columns: sealed };
      const sound = (await openParquetInMemory(memoryReader(whole), keys, options)).file;
      const isCtr = file.includes('_ctr');
      let refused = 0;
      let tried = 0;
      for (let at = 0; at < whole.length; at += Math.max(7, Math.floor(whole.length / 400))) {
        const copy = Uint8Array.from(whole);
        copy[at] = copy[at]! ^ 0x40;
        tried += 1;
        try {
          const { file: got } = await openParquetInMemory(memoryReader(copy), keys, options);
          // CTR pages are not authenticated: that is why this project never writes them.
          if (!isCtr) assert.deepEqual(got, sound, `${file} at ${at}`);
        } catch (error) {
          assert.ok(error instanceof StoreError, `${file} at ${at}: ${String(error)}`);
          refused += 1;
        }
      }
      assert.ok(refused > tried / 10, `${file}: ${refused} of ${tried}`);
    }
  });
});
