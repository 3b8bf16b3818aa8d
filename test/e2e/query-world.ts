import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import type { GovernedRelation, Grants, StatementParser } from '#flow/query/index.ts';
import { columnOf, governed, grantAll, sealToFile, testFiles } from '../support/query-fixture.ts';
import type { Rows, World } from '../support/query-fixture.ts';

type Value = number | boolean | string | undefined;
type Cell = (row: number) => Value;

const START = Date.UTC(2024, 2, 1) * 1_000;
const MINUTE = 60_000_000;

const CLIMATE: readonly (readonly [ColumnShape, Cell])[] = [
  [shape('device', 'text'), (row) => `d${row % 5}`],
  [
    shape('time', 'time'),
    (row) => START + Math.floor(row / 5) * MINUTE + (row % 700 === 0 ? 17 : 0) + (row > 1_000 ? 30 * MINUTE : 0),
  ],
  [
    shape('temperature', 'number', true),
    (row) => (row % 41 === 7 ? undefined : Math.round(1_500 * Math.sin(row / 97) + ((row * 7_919) % 1_301)) / 100),
  ],
  [shape('humidity', 'number'), (row) => ((row * 31) % 997) / 10],
  [shape('door', 'boolean'), (row) => row % 7 === 3],
  [
    shape('driver', 'text', true),
    (row) => (row % 11 === 0 ? undefined : ['ann', 'bob', 'çelik', 'D "x"', ''][row % 3 === 0 ? row % 5 : row % 2]),
  ],
  [shape('seq', 'integer', true), (row) => (row % 2 === 0 ? row * 1_000_000_007 : undefined)],
];

const SERVICE: readonly (readonly [ColumnShape, Cell])[] = [
  [shape('device', 'text'), (row) => `d${(row * 3) % 7}`],
  [shape('time', 'time'), (row) => START + row * 13 * MINUTE + 29],
  [shape('technician', 'text'), (row) => `tech-${row % 4}`],
  [shape('cost', 'number', true), (row) => (row === 3 ? undefined : row * 12.5)],
  [shape('note', 'text'), (row) => JSON.stringify({ kind: ['tyre', 'brake'][row % 2], parts: [row, row + 1] })],
];

const TRUCKS: readonly (readonly [ColumnShape, Cell])[] = [
  [shape('device', 'text'), (row) => `d${row}`],
  [shape('model', 'text'), (row) => ['Axor', 'Bova', 'Actros'][row % 3]],
  [shape('site', 'text'), (row) => ['North', 'south', 'Norwich'][row % 2]],
  [shape('built', 'integer'), (row) => 2_010 + row * 2],
];

const TABLES = { climate: [CLIMATE, 2_000], service: [SERVICE, 20], trucks: [TRUCKS, 6] } as const;

function shape(name: string, type: ColumnShape['type'], nullable = false): ColumnShape {
  return { name, type, nullable };
}

/** The relations that the corpora of statements are about, partly sealed and partly in memory. */
export interface CorpusWorld extends World {
  /** Plain Parquet files with all rows, by relation, for an engine without a gate. */
  readonly plainFiles: ReadonlyMap<string, string>;
}

/** Makes the world of the corpora in a folder. Grants are of all columns in clear unless given. */
export async function makeCorpusWorld(
  folder: string,
  parser: StatementParser,
  grants: ((relations: ReadonlyMap<string, GovernedRelation>) => Promise<Grants>) | null = null,
): Promise<CorpusWorld> {
  const relations = new Map<string, GovernedRelation>();
  const rows = new Map<string, Rows>();
  const plainFiles = new Map<string, string>();
  for (const [name, [cells, count]] of Object.entries(TABLES)) {
    const shapes = cells.map(([column]) => column);
    const sealed = Math.floor(count * 0.6);
    const { segment } = await sealToFile(folder, `${name}-0`, shapes, batchOf(name, cells, 0, Math.floor(sealed / 2)));
    const second = await sealToFile(folder, `${name}-1`, shapes, batchOf(name, cells, Math.floor(sealed / 2), sealed));
    const whole = await sealToFile(folder, `${name}-all`, shapes, batchOf(name, cells, 0, count));
    const file = path.join(folder, `${name}.plain.parquet`);
    await writeFile(file, whole.plain);
    plainFiles.set(name, file);
    relations.set(name, governed(name, shapes));
    const middle = Math.floor((sealed + count) / 2);
    const tail = [batchOf(name, cells, sealed, middle), batchOf(name, cells, middle, count)];
    rows.set(name, { shapes, segments: [segment, second.segment], tail });
  }
  const all = new Map([...relations].map(([name, relation]) => [name, grantAll(relation)]));
  const granted = grants === null ? all : await grants(relations);
  return { parser, files: testFiles(), relations, grants: granted, rows, plainFiles };
}

function batchOf(stream: string, cells: readonly (readonly [ColumnShape, Cell])[], from: number, to: number): Batch {
  const columns = cells.map(([column, cell]) => ({
    name: column.name,
    data: columnOf(column.type, to - from, (row) => cell(from + row)),
  }));
  return { stream, template: '', rows: to - from, columns };
}
