import { formatMicros, micros } from '#base/core/index.ts';
import type { ColumnShape, FieldType } from '#base/core/index.ts';
import { BASE_SCHEMA } from '../gate/relation-source.ts';
import { quoteName, quoteText } from './engine.ts';
import type { Engine } from './engine.ts';
import { GRID_TYPE, gridRows } from './grid-column.ts';
import type { GridColumns } from './grid-column.ts';
import type { PlannedRelation, TimeWindow } from './plan.ts';
import type { AskKeys, OpenedFile, SegmentFiles, SegmentLease } from './segment-files.ts';
import { registerTail, tailSelect } from './tail-table.ts';
import { showRows } from './token-sight.ts';
import type { sightOpener } from './token-sight.ts';

/**
 * Segments that are scanned one by one, at most, where whole numbers are added up. Of a single file the engine knows before
 * that none is null and no sum leaves 64 bits, which saves it a third of its time; each scan costs it some time to plan.
 */
const SCANNED_APART = 64;

const NO_GRIDS: GridColumns = new Map();
const NONE_MISSING: ReadonlySet<string> = new Set();

type SightOpener = ReturnType<typeof sightOpener>;

/** The SQL type in which each type of field is shown. Times are points in time, shown in UTC. */
export const SQL_TYPES: Readonly<Record<FieldType, string>> = {
  number: 'DOUBLE',
  integer: 'BIGINT',
  boolean: 'BOOLEAN',
  text: 'VARCHAR',
  time: 'TIMESTAMP WITH TIME ZONE',
};

/** The columns of each segment that a statement needs, with the segment itself, relation by relation. */
export function leaseRelations(
  files: SegmentFiles,
  relations: readonly PlannedRelation[],
  askKeys: AskKeys,
  signal: AbortSignal,
  openSights: SightOpener,
): Promise<SegmentLease> {
  const wanted = relations.flatMap(({ columns, segments, grids = NO_GRIDS }) =>
    segments.map((segment) => {
      const stored = new Set(segment.columns);
      const needed = columns.map(({ name }) => name).filter((name) => stored.has(name));
      const made = new Map([...grids].filter(([, { of }]) => stored.has(of)));
      // A segment from before a field was declared still counts its rows: any column that it has will do.
      const [first] = segment.columns;
      const opened = needed.length > 0 || made.size > 0 || first === undefined ? needed : [first];
      return { segment, columns: opened, values: openSights(segment.sights), ...(made.size > 0 && { grids: made }) };
    }),
  );
  return files.lease(wanted, askKeys, signal);
}

/** Makes the relations of a plan readable in an engine, as views of the schema that the gate's trees name. */
export async function openRelations(
  engine: Engine,
  relations: readonly PlannedRelation[],
  lease: SegmentLease,
  openSights: SightOpener,
): Promise<void> {
  await engine.connection.run(`CREATE SCHEMA ${BASE_SCHEMA}`);
  let at = 0;
  for (const [number, relation] of relations.entries()) {
    const files = lease.files.slice(at, at + relation.segments.length);
    at += relation.segments.length;
    const parts = sealedSelects(relation, files);
    if (parts.length === 0 || relation.tail.some(({ rows }) => rows > 0)) {
      const name = `weir_tail_${number}`;
      const values = openSights(relation.sights);
      const rows = relation.tail.map((part) => gridRows(showRows(part, values), relation.grids ?? NO_GRIDS));
      const tail = tailSelect(name, registerTail(engine.connection, name, relation.columns, rows));
      parts.push(relation.grids === undefined ? tail : `SELECT ${selectList(relation, NONE_MISSING)} FROM (${tail})`);
    }
    await engine.connection.run(
      `CREATE VIEW ${BASE_SCHEMA}.${quoteName(relation.name)} AS ${windowed(parts.join(' UNION ALL '), relation.window)}`,
    );
  }
}

/** Rows of one span alone. */
function windowed(select: string, { from, to }: TimeWindow = { from: null, to: null }): string {
  const ends = [
    from === null ? [] : [`"time" >= '${formatMicros(micros(from))}'::TIMESTAMPTZ`],
    to === null ? [] : [`"time" < '${formatMicros(micros(to))}'::TIMESTAMPTZ`],
  ].flat();
  return ends.length === 0 ? select : `SELECT * FROM (${select}) WHERE ${ends.join(' AND ')}`;
}

/** One scan per set of columns that segments have: an older one may lack a field that was declared later. */
function sealedSelects(relation: PlannedRelation, files: readonly OpenedFile[]): string[] {
  const groups = new Map<string, { missing: ReadonlySet<string>; paths: string[] }>();
  relation.segments.forEach((segment, i) => {
    const stored = new Set(segment.columns);
    const missing = relation.columns
      .map(({ name }) => name)
      .filter((name) => !stored.has(relation.grids?.get(name)?.of ?? name));
    const key = missing.join('\n');
    const group = groups.get(key) ?? { missing: new Set(missing), paths: [] };
    group.paths.push(files[i]?.path ?? '');
    groups.set(key, group);
  });
  return [...groups.values()].flatMap(({ missing, paths }) => {
    const apart = relation.grids !== undefined && paths.length <= SCANNED_APART;
    const scans = apart ? paths.map((path) => [path]) : [paths];
    return scans.map((scanned) => {
      const from = `read_parquet([${scanned.map((path) => quoteText(path)).join(', ')}])`;
      return `SELECT ${selectList(relation, missing)} FROM ${from}`;
    });
  });
}

function selectList({ columns, grids }: PlannedRelation, missing: ReadonlySet<string>): string {
  const item = ({ name, type }: ColumnShape): string => {
    const shown = grids?.has(name) === true ? GRID_TYPE : SQL_TYPES[type];
    return `CAST(${missing.has(name) ? 'NULL' : quoteName(name)} AS ${shown}) AS ${quoteName(name)}`;
  };
  return columns.map((column) => item(column)).join(', ');
}
