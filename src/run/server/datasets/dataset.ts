import { canonicalJson, formatMicros, micros } from '#base/core/index.ts';
import type { Json, Micros } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { FrozenContent, Parameters } from '#flow/query/index.ts';
import type { SealedObject } from '#flow/store/index.ts';

/** A relation as the decision let its rows be frozen: whoever reads the dataset must be allowed as much. */
export interface FrozenRelation {
  readonly name: string;
  readonly kind: string;
  readonly policies: readonly string[];
  readonly columns: readonly { readonly name: string; readonly mask: string | null }[];
  /** Digest of the row filter; null where all rows could be seen. */
  readonly filter: string | null;
}

/** A segment that rows come from. */
export interface SourceSegment {
  readonly id: string;
  readonly version: number;
  readonly stream: string;
  readonly rows: number;
  readonly digest: string;
  /** Digests of the templates that admitted its rows. */
  readonly templates: readonly string[];
}

/** A run of a dataset's rows in the store, under keys of its own. */
export interface DatasetObject extends SealedObject {
  /** Parts of the content that it holds, whole each. */
  readonly parts: number;
}

/** One version of a dataset: what was frozen, out of what, for what, and where it lies. */
export interface Dataset {
  readonly name: string;
  readonly version: number;
  /** Grows when it is sealed anew without some of its rows. */
  readonly revision: number;
  /** Subject that made it. */
  readonly owner: string;
  readonly actor: string;
  readonly created: Micros;
  readonly purpose: string | null;
  readonly sql: string;
  readonly parameters: Json;
  /** Digest of the statement's normal form, as in the log. */
  readonly statement: string;
  /** Digest of the template in force. */
  readonly template: string;
  readonly relations: readonly FrozenRelation[];
  readonly segments: readonly SourceSegment[];
  /** Devices whose readings are in the segments; the first of them where they are many. */
  readonly devices: readonly string[];
  readonly deviceCount: number;
  readonly content: FrozenContent;
  /**
   * By stream or table, columns by which all rows that were made of somebody's are found: they stand in its rows unchanged. Absent where
   * that was not noted when it was made.
   */
  readonly kept?: Readonly<Record<string, readonly string[]>>;
  /** What it lies in, in the order of its rows; one at least. */
  readonly objects: readonly DatasetObject[];
  /** When the oldest row of each stream was received, at the earliest. */
  readonly oldest: Readonly<Record<string, Micros>>;
  /** When it goes although its sources would be kept; null where nothing was said. */
  readonly until: Micros | null;
  /** Where its rows are there by consent: the stream, and the column that says whose. */
  readonly consent: { readonly stream: string; readonly column: string } | null;
  readonly salt: string;
  /** By domain of tokens, the versions under which it may show them; absent where they are shown as they are stored. */
  readonly tokens?: Readonly<Record<string, readonly number[]>>;
}

/** What somebody wants frozen. */
export interface DatasetRequest {
  readonly name: string;
  readonly sql: string;
  readonly parameters: Parameters;
  readonly purpose: string | null;
  /** Goes after this long even where its sources are kept; milliseconds, null for as long as they. */
  readonly keep: number | null;
  /** The stream whose rows it has as they are, so that they tell themselves when each was received. */
  readonly rowsOf: string | null;
}

/** The name of a version, such as `training@3`. */
export function referenceOf({ name, version }: Pick<Dataset, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

/** The view that a credential for a dataset alone is for: no template can declare a name like it. */
export function scopeNameOf(name: string): string {
  return `_dataset_${name}`;
}

/** The stream in whose name the keys of a dataset are made: no template can declare one. */
export function keyStreamOf(name: string): string {
  return `dataset.${name}`;
}

/** Key of a dataset's object: says nothing of name or content. */
export function datasetObjectKey(id: string, revision: number): string {
  return `${DATASET_PREFIX}${id.slice(0, 6)}/${id}-${revision}.parquet`;
}

/** Prefix of the keys of all datasets' objects. */
export const DATASET_PREFIX = 'datasets/';

/** The objects of a dataset as backups copy them. */
export function storedObjects({ name, objects }: Pick<Dataset, 'name' | 'objects'>): readonly {
  readonly id: string;
  readonly stream: string;
  readonly objectKey: string;
  readonly size: number;
  readonly digest: string;
}[] {
  const stream = keyStreamOf(name);
  return objects.map(({ id, objectKey, size, digest }) => ({ id, stream, objectKey, size, digest }));
}

/** Bytes of all that a dataset lies in. */
export function sizeOf({ objects }: Pick<Dataset, 'objects'>): number {
  return objects.reduce((sum, { size }) => sum + size, 0);
}

/** Rows of each part of a content. */
export function partSizes({
  rows,
  partRows,
  parts,
  sizes,
}: Omit<FrozenContent, 'columns' | 'digest'>): readonly number[] {
  return sizes ?? parts.map((_, at) => Math.min(partRows, rows - at * partRows));
}

/** Streams and tables that rows of a dataset may be made of. */
export function sourcesOf({ segments, relations }: Pick<Dataset, 'segments' | 'relations'>): ReadonlySet<string> {
  const tables = relations.filter(({ kind }) => kind === 'table');
  return new Set([...segments.map(({ stream }) => stream), ...tables.map(({ name }) => name)]);
}

/**
 * What the erasure of a person takes of a dataset: their rows, or the whole version where something that it was made from
 * names persons in a column that was not kept as it is.
 *
 * @param places columns that name persons
 * @returns null where nothing that it was made from names anybody
 */
export function erasureOf(
  dataset: Pick<Dataset, 'segments' | 'relations' | 'kept'>,
  places: readonly { readonly relation: string; readonly column: string }[],
): 'rows' | 'whole' | null {
  const sources = sourcesOf(dataset);
  const concerned = places.filter(({ relation }) => sources.has(relation));
  if (concerned.length === 0) return null;
  const isKept = ({ relation, column }: (typeof places)[number]): boolean => keptOf(dataset, relation).includes(column);
  return concerned.every(isKept) ? 'rows' : 'whole';
}

/** The columns of a stream or table that stand in the rows of a dataset as they are. */
export function keptOf({ kept = {} }: Pick<Dataset, 'kept'>, source: string): readonly string[] {
  return Object.hasOwn(kept, source) ? kept[source]! : [];
}

/** `sizes` of a content, where its rows do not tell them. */
export function unevenSizes(sizes: readonly number[], partRows: number): { readonly sizes?: readonly number[] } {
  return sizes.slice(0, -1).every((size) => size === partRows) ? {} : { sizes };
}

/** What the log's entry about a dataset binds: everything that can be told of it without its rows. */
export function commitmentOf(dataset: Dataset): Json {
  const { name, version, revision, created, purpose, statement, template, relations, segments, content, salt } =
    dataset;
  const { columns, rows, partRows, parts, sizes, digest } = content;
  return {
    dataset: 1,
    name,
    version,
    revision,
    created: formatMicros(created),
    purpose,
    statement,
    template,
    relations: relations as unknown as Json,
    segments: segments.map(({ id, version: of, stream, digest: object }) => ({
      id,
      version: of,
      stream,
      digest: object,
    })),
    content: {
      columns: columns.map((column) => ({ name: column.name, type: column.type })),
      rows,
      partRows,
      parts,
      ...(sizes === undefined ? {} : { sizes }),
      digest,
    },
    salt,
  };
}

/** Hex SHA-256 of the canonical JSON of the commitment. */
export function commitmentDigest(dataset: Dataset): string {
  return sha256Hex(canonicalJson(commitmentOf(dataset)));
}

/**
 * When a dataset goes: once a row of it would be kept no longer in its stream, or when its maker said.
 *
 * @param keepOf the longest keep of a stream in milliseconds; null where nothing ends
 * @returns epoch microseconds, or null for never
 */
export function endOf(
  { oldest, until }: Pick<Dataset, 'oldest' | 'until'>,
  keepOf: (stream: string) => number | null,
): Micros | null {
  const ends = Object.entries(oldest).flatMap(([stream, first]) => {
    const keep = keepOf(stream);
    return keep === null ? [] : [first + keep * 1_000];
  });
  if (until !== null) ends.push(until);
  return ends.length === 0 ? null : micros(Math.min(...ends));
}
