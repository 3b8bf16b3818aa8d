import assert from 'node:assert/strict';
import { closeSync, constants, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';

import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { encodeUtf8 } from '#base/core/index.ts';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import {
  encodeParquet,
  fixedKeys,
  ForwardingSink,
  formatKeyMetadata,
  memoryReader,
  openParquet,
  openParquetInMemory,
  sealParquet,
} from '#flow/store/index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { temporaryFolder } from '../support/tmp.ts';

const PREFIX = encodeUtf8('weir/segment/1/duck/1');
const newKey = (): AeadKey => AeadKey.fromBytes(systemRandom.bytes(32));

function seal(plain: Uint8Array, names: readonly string[]): { file: Uint8Array; keys: ReturnType<typeof fixedKeys> } {
  const footer = newKey();
  const keys = new Map(names.map((name) => [name, newKey()]));
  const metadata = (name: string): Uint8Array =>
    formatKeyMetadata({ footer: name === '', masterKeyId: 'weir:operational', handle: name });
  const file = sealParquet(plain, {
    aadPrefix: PREFIX,
    footer: { key: footer, metadata: metadata('') },
    columns: new Map([...keys].map(([name, key]) => [name, { key, metadata: metadata(name) }])),
    random: systemRandom,
  });
  return { file, keys: fixedKeys(footer, keys) };
}

async function connect(t: TestContext): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  t.after(() => {
    connection.closeSync();
    instance.closeSync();
  });
  return connection;
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<unknown> {
  return (await connection.runAndReadAll(sql)).getRowsJson();
}

describe('Parquet between Weir and DuckDB', () => {
  it('encodeParquet() is read with right types and equal values, filters on statistics included', async (t) => {
    const connection = await connect(t);
    const shape: readonly ColumnShape[] = [
      { name: 'device', type: 'text', nullable: false },
      { name: 'time', type: 'time', nullable: false },
      { name: 'value', type: 'number', nullable: true },
      { name: 'count', type: 'integer', nullable: true },
      { name: 'open', type: 'boolean', nullable: true },
      { name: 'id', type: 'text', nullable: true },
    ];
    const random = seededRandom(7);
    const rows = 70_000;
    const isNull = Uint8Array.from({ length: rows }, () => (random.next() < 0.1 ? 1 : 0));
    const orZero = (r: number, value: number): number => (isNull[r] === 1 ? 0 : value);
    const batch: Batch = {
      stream: 's',
      template: 't',
      rows,
      columns: [
        {
          name: 'device',
          data: {
            type: 'text',
            codes: Uint32Array.from({ length: rows }, (_, r) => r % 300),
            dictionary: Array.from({ length: 300 }, (_, i) => `dé${i}`),
            nulls: null,
          },
        },
        {
          name: 'time',
          data: { type: 'time', values: Float64Array.from({ length: rows }, (_, r) => 1.7e15 + r * 1e6), nulls: null },
        },
        {
          name: 'value',
          data: {
            type: 'number',
            values: Float64Array.from({ length: rows }, (_, r) => orZero(r, r / 8)),
            nulls: isNull,
          },
        },
        {
          name: 'count',
          data: {
            type: 'integer',
            values: Float64Array.from({ length: rows }, (_, r) =>
              orZero(r, (r % 2 === 0 ? -1 : 1) * (2 ** 53 - 1 - r)),
            ),
            nulls: isNull,
          },
        },
        {
          name: 'open',
          data: {
            type: 'boolean',
            values: Uint8Array.from({ length: rows }, (_, r) => orZero(r, r % 2)),
            nulls: isNull,
          },
        },
        // Every text another: too many for a dictionary.
        {
          name: 'id',
          data: {
            type: 'text',
            codes: Uint32Array.from({ length: rows }, (_, r) => orZero(r, r)),
            dictionary: Array.from({ length: rows }, (_, r) => `id-${r}-ü`),
            nulls: isNull,
          },
        },
      ],
    };
    const at = path.join(await temporaryFolder(t), 'plain.parquet');
    writeFileSync(at, encodeParquet(shape, [batch], { rowGroupRows: 65_536 + 10 }));
    const present = isNull.reduce((sum, mark) => sum + 1 - mark, 0);
    const types = await rowsOf(connection, `select column_name, column_type from (describe select * from '${at}')`);
    assert.deepEqual(types, [
      ['device', 'VARCHAR'],
      ['time', 'TIMESTAMP WITH TIME ZONE'],
      ['value', 'DOUBLE'],
      ['count', 'BIGINT'],
      ['open', 'BOOLEAN'],
      ['id', 'VARCHAR'],
    ]);
    const checks = `select count(*), count(value), count(count), count(open), count(id),
      count(*) filter (device = 'dé' || (r % 300)), count(*) filter (epoch_us(time) = 1700000000000000 + r * 1000000),
      count(*) filter (value = r / 8), count(*) filter (count = (case when r % 2 = 0 then -1 else 1 end) * (9007199254740991 - r)),
      count(*) filter (open = (r % 2 = 1)), count(*) filter (id = 'id-' || r || '-ü')
      from (select *, file_row_number as r from read_parquet('${at}', file_row_number = true))`;
    const all = String(rows);
    const some = String(present);
    assert.deepEqual(await rowsOf(connection, checks), [
      [all, some, some, some, some, all, all, some, some, some, some],
    ]);
    const last = (await rowsOf(connection, `select value from '${at}' where value > 8749`)) as unknown[];
    assert.deepEqual(
      last,
      [8749.125, 8749.25, 8749.375, 8749.5, 8749.625, 8749.75, 8749.875]
        .filter((v) => isNull[v * 8] === 0)
        .map((v) => [v]),
    );
    assert.deepEqual(await rowsOf(connection, `select count(*) from '${at}' where id = 'id-69999-ü' or device < 'a'`), [
      [String(1 - isNull[69_999]!)],
    ]);
  });

  it('files that DuckDB writes are sealed and opened, only the wanted columns read', async (t) => {
    const connection = await connect(t);
    const folder = await temporaryFolder(t);
    const at = path.join(folder, 'duck.parquet');
    await connection.run(`copy (select range as id, 'k' || (range % 20) as k, sin(range) as v,
      case when range % 3 = 0 then null else [range, range + 1] end as l, {'a': range, 'b': {'c': 'x' || range}} as st,
      range % 2 = 0 as even, (range / 7)::decimal(12, 3) as d, timestamptz '2026-01-01' + to_seconds(range) as at
      from range(20000)) to '${at}' (format parquet, compression zstd, row_group_size 2048)`);
    const names = ['id', 'k', 'v', 'l.list.element', 'st.a', 'st.b.c', 'even', 'd', 'at'];
    const { file, keys } = seal(readFileSync(at), names);
    let served = 0;
    const source = memoryReader(file);
    const counting = {
      size: source.size,
      read: (start: number, end: number) => ((served += end - start), source.read(start, end)),
    };
    const wanted = { aadPrefix: PREFIX, columns: [['k'], ['l'], ['st', 'b'], ['d']] };
    const { file: plain, opened } = await openParquetInMemory(counting, keys, wanted);
    assert.equal(opened.bytesRead, served);
    assert.ok(served < file.length * 0.75, `${served} of ${file.length}`);
    const to = path.join(folder, 'opened.parquet');
    writeFileSync(to, plain);
    const differ = (left: string, right: string): string =>
      `select count(*) from (from ${left} except all from ${right} union all (from ${right} except all from ${left}))`;
    const before = `(select k, l, {'b': st.b} as st, d from '${at}')`;
    assert.deepEqual(await rowsOf(connection, differ(before, `(select * from '${to}')`)), [['0']]);
    assert.deepEqual(await rowsOf(connection, `select count(*), count(distinct k) from '${to}' where k = 'k7'`), [
      ['1000', '1'],
    ]);
  });

  it(
    'openParquet() writes into a file without a name that DuckDB reads',
    { skip: process.platform !== 'linux' },
    async (t) => {
      const connection = await connect(t);
      const shape: readonly ColumnShape[] = [
        { name: 'x', type: 'number', nullable: false },
        { name: 'y', type: 'integer', nullable: false },
      ];
      const values = Float64Array.from({ length: 1000 }, (_, i) => i);
      const batch: Batch = {
        stream: 's',
        template: 't',
        rows: 1000,
        columns: [
          { name: 'x', data: { type: 'number', values, nulls: null } },
          { name: 'y', data: { type: 'integer', values, nulls: null } },
        ],
      };
      const { file, keys } = seal(encodeParquet(shape, [batch]), ['x', 'y']);
      const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
      const fd = openSync('/dev/shm', O_TMPFILE | constants.O_RDWR, 0o600);
      t.after(() => closeSync(fd));
      const sink = new ForwardingSink((part) => {
        for (let at = 0; at < part.length;) at += writeSync(fd, part, at);
      });
      await openParquet(memoryReader(file), keys, { aadPrefix: PREFIX, columns: [['y']] }, sink);
      const sql = `select sum(y)::bigint, count(*) from read_parquet('/proc/self/fd/${fd}')`;
      assert.deepEqual(await rowsOf(connection, sql), [['499500', '1000']]);
    },
  );

  it('files without rows keep their columns', async (t) => {
    const connection = await connect(t);
    const at = path.join(await temporaryFolder(t), 'empty.parquet');
    await connection.run(`copy (select 1 as a, [1] as b where false) to '${at}' (format parquet)`);
    const { file, keys } = seal(readFileSync(at), ['a', 'b.list.element']);
    const { file: plain } = await openParquetInMemory(memoryReader(file), keys, {
      aadPrefix: PREFIX,
      columns: [['b']],
    });
    writeFileSync(at, plain);
    assert.deepEqual(await rowsOf(connection, `select column_name from (describe select * from '${at}')`), [['b']]);
    const ours = encodeParquet([{ name: 'a', type: 'time', nullable: true }], []);
    writeFileSync(at, ours);
    assert.deepEqual(await rowsOf(connection, `select count(*), count(a) from '${at}'`), [['0', '0']]);
  });
});
