import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import { StatementParser } from '#flow/query/index.ts';
import { columnOf, execute, governed, grantAll, planOf, sealToFile, testFiles } from '../test/support/query-fixture.ts';
import { disposableFolder } from '../test/support/tmp.ts';
import { besidePeer, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';

const ROWS = 5_000_000;
const SEGMENT_ROWS = 1_000_000;
const RUNS = 7;
const NUMBERS = ['temperature', 'humidity', 'pressure', 'battery', 'amperage', 'voltage'] as const;

const SHAPES: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'time', type: 'time', nullable: false },
  ...NUMBERS.map((name) => ({ name, type: 'number' as const, nullable: false })),
];

/** Seven of eight columns. */
const STATEMENT = `SELECT device, count(*) AS readings, avg(temperature), min(humidity), max(pressure), sum(battery),
  avg(amperage), max(time) FROM climate GROUP BY device ORDER BY device`;

/** A group-by over sealed segments beside DuckDB over the same rows in plain Parquet files. */
export const bench: Bench = async (note) => {
  await using folder = await disposableFolder();
  using parser = await StatementParser.open();
  using files = testFiles();
  const plainPaths: string[] = [];
  const segments = [];
  for (let from = 0; from < ROWS; from += SEGMENT_ROWS) {
    const { segment, plain } = await sealToFile(folder.path, `segment-${from}`, SHAPES, makeBatch(from));
    const file = path.join(folder.path, `plain-${from}.parquet`);
    await writeFile(file, plain);
    plainPaths.push(file);
    segments.push(segment);
  }
  const relation = governed('climate', SHAPES);
  const world = {
    parser,
    files,
    relations: new Map([['climate', relation]]),
    grants: new Map([['climate', grantAll(relation)]]),
    rows: new Map([['climate', { shapes: SHAPES, segments, tail: [] }]]),
  };
  const plan = { ...(await planOf(world, STATEMENT)) };
  const cold: number[] = [];
  const warm: number[] = [];
  const peer: number[] = [];
  const plain = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await plain.connect();
  const list = plainPaths.map((file) => `'${file}'`).join(', ');
  const peerStatement = STATEMENT.replace('climate', `read_parquet([${list}])`);
  for (let run = 0; run < RUNS; run++) {
    peer.push(await timed(async () => void (await connection.runAndReadAll(peerStatement))));
    files.drop(null);
    const { summary } = await execute(world, plan);
    cold.push(summary.milliseconds);
    if (run === 0) {
      note(`${summary.bytesRead} sealed bytes read, ${summary.bytesOpened} bytes opened of 7 of 8 columns`);
    }
    warm.push((await execute(world, plan)).summary.milliseconds);
  }
  connection.closeSync();
  return [
    besidePeer('group-by over 7 columns, opened before', 'ms', median(warm), median(peer), { atMost: 1.3 }),
    besidePeer('group-by over 7 columns, not opened', 'ms', median(cold), median(peer), { atMost: 2.5 }),
  ];
};

function makeBatch(from: number): Batch {
  const columns = SHAPES.map(({ name, type }, index) => ({
    name,
    data: columnOf(type, SEGMENT_ROWS, (row) => {
      const at = from + row;
      if (type === 'text') return `sensor-${at % 1_000}`;
      // A slow wave with noise in its last digits: like a sensor's readings, it compresses somewhat.
      return type === 'time'
        ? 1.76e15 + at * 10_000
        : Math.round(2_000 * Math.sin(at / (5_000 * index)) + ((at * 7_919) % 97)) / 100;
    }),
  }));
  return { stream: 'climate', template: '', rows: SEGMENT_ROWS, columns };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
