import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bytes, encodeUtf8, mebibytes, minutes, seconds, systemClock } from '#base/core/index.ts';
import type { Batch, Class, Column, ColumnShape, Json } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import {
  bindFilter,
  executePlan,
  gateStatement,
  openSegmentFile,
  SegmentFiles,
  SQL_TYPES,
  storedWanted,
} from '#flow/query/index.ts';
import type {
  AskKeys,
  GovernedRelation,
  Grants,
  QueryPlan,
  QuerySummary,
  RelationGrant,
  Relations,
  ResultFormat,
  SealedSegment,
  SegmentKeys,
  StatementParser,
} from '#flow/query/index.ts';
import { encodeParquet, formatKeyMetadata, sealParquet } from '#flow/store/index.ts';

/** A column of values made by a function of the row number; undefined makes a null. */
export function columnOf(
  type: ColumnShape['type'],
  rows: number,
  value: (row: number) => number | boolean | string | undefined,
): Column {
  const nulls = new Uint8Array(rows);
  let some = false;
  const at = (row: number) => {
    const made = value(row);
    if (made !== undefined) return made;
    nulls[row] = 1;
    some = true;
    return undefined;
  };
  if (type === 'text') {
    const codes = new Map<string, number>();
    const coded = Uint32Array.from({ length: rows }, (_, row) => {
      const text = String(at(row) ?? '');
      return codes.get(text) ?? (codes.set(text, codes.size), codes.size - 1);
    });
    return { type, codes: coded, dictionary: [...codes.keys()], nulls: some ? nulls : null };
  }
  if (type === 'boolean') {
    const values = Uint8Array.from({ length: rows }, (_, row) => (at(row) === true ? 1 : 0));
    return { type, values, nulls: some ? nulls : null };
  }
  const values = Float64Array.from({ length: rows }, (_, row) => Number(at(row) ?? 0));
  return { type, values, nulls: some ? nulls : null };
}

/** Keys of the segments of this process by their paths: what control holds where the platform runs. */
const KEYS = new Map<string, SegmentKeys>();

/** Gives the keys of sealed segments, for the columns that a plan grants. */
export const testKeys: AskKeys = async (wanted) =>
  wanted.map((each) => {
    const { segment } = each;
    const keys = KEYS.get(segment.path);
    if (keys === undefined) throw new Error(`${segment.path} was not sealed here`);
    const granted = storedWanted(each).filter((name) => segment.columns.includes(name));
    return { footer: keys.footer, columns: new Map([...keys.columns].filter(([name]) => granted.includes(name))) };
  });

/** Seals a batch as a segment in a file of its own, whose keys `testKeys` gives. */
export async function sealToFile(
  folder: string,
  id: string,
  shapes: readonly ColumnShape[],
  batch: Batch,
): Promise<{ readonly segment: SealedSegment; readonly keys: SegmentKeys; readonly plain: Uint8Array }> {
  const plain = encodeParquet(shapes, [batch]);
  const aadPrefix = encodeUtf8(`test/${id}/1`);
  const newKey = () => systemRandom.bytes(32);
  const footerKey = newKey();
  const columns = shapes.map(({ name }) => ({ name, key: newKey() }));
  const sealed = sealParquet(plain, {
    aadPrefix,
    footer: {
      key: AeadKey.fromBytes(footerKey),
      metadata: formatKeyMetadata({ footer: true, masterKeyId: 'test', handle: 'footer' }),
    },
    columns: new Map(
      columns.map(({ name, key }) => [
        name,
        {
          key: AeadKey.fromBytes(key),
          metadata: formatKeyMetadata({ footer: false, masterKeyId: 'test', handle: name }),
        },
      ]),
    ),
    random: systemRandom,
  });
  const file = path.join(folder, `${id}.parquet`);
  await writeFile(file, sealed);
  const keys = { footer: footerKey, columns: new Map(columns.map(({ name, key }) => [name, key])) };
  KEYS.set(file, keys);
  const names = columns.map(({ name }) => name);
  return { segment: { id, path: file, aadPrefix, columns: names, rows: batch.rows, keyEpoch: '1' }, keys, plain };
}

/** A governed stream with these columns. */
export function governed(
  name: string,
  shapes: readonly ColumnShape[],
  classes: Readonly<Record<string, Class>> = {},
): GovernedRelation {
  const columns = shapes.map((shape) => ({
    name: shape.name,
    sqlType: SQL_TYPES[shape.type],
    nullable: shape.nullable,
    class: classes[shape.name] ?? ('operational' as const),
    unit: null,
    description: null,
  }));
  return { name, kind: 'stream', description: null, purposes: [], columns, from: [], definition: null };
}

/** What a test knows of a relation besides its declaration: where its rows are. */
export interface Rows {
  readonly shapes: readonly ColumnShape[];
  readonly segments: readonly SealedSegment[];
  readonly tail: readonly Batch[];
}

export interface World {
  readonly parser: StatementParser;
  readonly files: SegmentFiles;
  readonly relations: Relations;
  readonly grants: Grants;
  readonly rows: ReadonlyMap<string, Rows>;
}

export interface Answer {
  readonly summary: QuerySummary;
  readonly bytes: Uint8Array;
  readonly plan: QueryPlan;
}

/** A grant of every column in clear. */
export function grantAll(relation: GovernedRelation): RelationGrant {
  return { columns: relation.columns.map(({ name }) => ({ name, mask: null })), rowFilter: null };
}

/** The row filter that a condition makes for a relation. */
export async function filterOf(parser: StatementParser, relation: GovernedRelation, condition: string) {
  const parsed = await parser.parseCondition(condition);
  const bound = parsed === null ? null : bindFilter(relation, parsed);
  if (bound === null) throw new Error(`no row filter: ${condition}`);
  return bound;
}

/** Opened columns for tests. */
export function testFiles(budget = mebibytes(512)): SegmentFiles {
  return new SegmentFiles({ open: openSegmentFile, clock: systemClock, budget, idle: minutes(1) });
}

/** The plan of a statement; throws where it does not parse or pass. */
export async function planOf(world: World, sql: string, parameters: readonly Json[] = []): Promise<QueryPlan> {
  const parsed = await world.parser.parse(sql);
  if (parsed.outcome !== 'parsed') throw new Error(`${parsed.code}: ${parsed.message}`);
  const gated = gateStatement(parsed.ast, world);
  if (gated.outcome !== 'ready') throw new Error(`${gated.code}: ${gated.message}`);
  return {
    ast: gated.ast,
    explain: false,
    relations: gated.reads.map(({ relation, columns }) => {
      const rows = world.rows.get(relation);
      if (rows === undefined) throw new Error(`no rows of ${relation}`);
      return {
        name: relation,
        columns: rows.shapes.filter(({ name }) => columns.includes(name)),
        // Exactly the columns that the gate names.
        segments: rows.segments.map((segment) => ({
          ...segment,
          columns: segment.columns.filter((name) => columns.includes(name)),
        })),
        tail: rows.tail.map((batch) => ({
          rows: batch.rows,
          columns: batch.columns.filter(({ name }) => columns.includes(name)),
        })),
      };
    }),
    parameters,
    limits: { time: seconds(20), memory: bytes(1024 * 1024 * 1024), rows: 1_000_000, threads: 2 },
    maskKey: new Uint8Array(32).fill(7),
    columnNotes: [],
    notes: { purpose: null },
  };
}

/** Runs a plan and gathers the bytes of its result. */
export async function execute(world: World, plan: QueryPlan, format: ResultFormat = 'json'): Promise<Answer> {
  const parts: Uint8Array[] = [];
  const sink = { write: (part: Uint8Array) => void parts.push(part) };
  const summary = await executePlan(
    plan,
    format,
    { files: world.files, askKeys: testKeys },
    sink,
    new AbortController().signal,
  );
  return { summary, bytes: Buffer.concat(parts), plan };
}

/** Parses, gates and runs a statement as the subject of the world. */
export async function query(world: World, sql: string, format: ResultFormat = 'json'): Promise<Answer> {
  return execute(world, await planOf(world, sql), format);
}
