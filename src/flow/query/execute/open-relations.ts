import type { ColumnShape, FieldType } from '#base/core/index.ts';
import { BASE_SCHEMA } from '../gate/relation-source.ts';
import { quoteName, quoteText } from './engine.ts';
import type { Engine } from './engine.ts';
import type { PlannedRelation } from './plan.ts';
import type { AskKeys, OpenedFile, SegmentFiles, SegmentLease } from './segment-files.ts';
import { registerTail, tailSelect } from './tail-table.ts';
import { showRows } from './token-sight.ts';
import type { sightOpener } from './token-sight.ts';

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
  const wanted = relations.flatMap(({ columns, segments }) =>
    segments.map((segment) => {
      const stored = new Set(segment.columns);
      const needed = columns.map(({ name }) => name).filter((name) => stored.has(name));
      // A segment from before a field was declared still counts its rows: any column that it has will do.
      const [first] = segment.columns;
      const opened = needed.length > 0 || first === undefined ? needed : [first];
      return { segment, columns: opened, values: openSights(segment.sights) };
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
      const rows = relation.tail.map((part) => showRows(part, values));
      parts.push(tailSelect(name, registerTail(engine.connection, name, relation.columns, rows)));
    }
    await engine.connection.run(
      `CREATE VIEW ${BASE_SCHEMA}.${quoteName(relation.name)} AS ${parts.join(' UNION ALL ')}`,
    );
  }
}

/** One scan per set of columns that segments have: an older one may lack a field that was declared later. */
function sealedSelects(relation: PlannedRelation, files: readonly OpenedFile[]): string[] {
  const groups = new Map<string, { missing: ReadonlySet<string>; paths: string[] }>();
  relation.segments.forEach((segment, i) => {
    const stored = new Set(segment.columns);
    const missing = relation.columns.map(({ name }) => name).filter((name) => !stored.has(name));
    const key = missing.join('\n');
    const group = groups.get(key) ?? { missing: new Set(missing), paths: [] };
    group.paths.push(files[i]?.path ?? '');
    groups.set(key, group);
  });
  return [...groups.values()].map(({ missing, paths }) => {
    const list = relation.columns.map((column) => selectItem(column, missing.has(column.name)));
    const from = `read_parquet([${paths.map((path) => quoteText(path)).join(', ')}])`;
    return `SELECT ${list.join(', ')} FROM ${from}`;
  });
}

function selectItem(column: ColumnShape, missing: boolean): string {
  const name = quoteName(column.name);
  return `CAST(${missing ? 'NULL' : name} AS ${SQL_TYPES[column.type]}) AS ${name}`;
}
