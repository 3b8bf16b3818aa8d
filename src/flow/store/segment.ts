import type { Class, ColumnShape, KeyDomain, Micros } from '#base/core/index.ts';
import { encodeUtf8, stricterClass } from '#base/core/index.ts';
import { StoreError } from './errors.ts';

/** A column that is stored: its shape, what it means, and how strict it is. */
export interface StoredColumn extends ColumnShape {
  readonly class: Class;
  /** Unit of measure in UCUM, where there is one. */
  readonly unit: string | null;
  /** What tokens its values are; absent where some may be originals. */
  readonly tokens?: TokenMark;
}

/** The domain that tokens are of, and the version of its key; of several domains an empty name and version 0. */
export interface TokenMark {
  readonly domain: string;
  readonly version: number;
}

/** What values of both are; undefined where one may hold originals. */
export function mergeMarks(a: TokenMark | undefined, b: TokenMark | undefined): TokenMark | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.domain !== b.domain) return { domain: '', version: 0 };
  // The older: what is lifted is lifted from there.
  return a.version <= b.version ? a : b;
}

/** A column of a segment, sealed under a data key of its own. */
export interface SegmentColumn extends StoredColumn {
  /** Domain whose key wraps the data key. */
  readonly domain: KeyDomain;
  /** What the key service knows the data key by. */
  readonly handle: string;
}

/** A part of a journal file: the records that end within (after, to]. */
export interface JournalSpan {
  readonly file: string;
  readonly after: number;
  readonly to: number;
}

/** An immutable object of sealed readings of one stream, as the catalogue knows it. */
export interface Segment {
  readonly id: string;
  /** Grows when the segment is sealed anew, such as without the readings of a person. */
  readonly version: number;
  readonly stream: string;
  readonly rows: number;
  /** Of the column `time`. */
  readonly minTime: Micros;
  readonly maxTime: Micros;
  /** When its first and its last row were received; absent where it was sealed before that was kept. */
  readonly received?: { readonly first: Micros; readonly last: Micros };
  /** Region that its readings have to stay in, as was declared when they were sealed; absent where none was. */
  readonly region?: string;
  /** Distinct devices. */
  readonly devices: number;
  /** Digests of the templates that admitted its rows. */
  readonly templates: readonly string[];
  /** What it took from the journal; empty for one made from other segments. */
  readonly spans: readonly JournalSpan[];
  /** Ids of the segments that it was made from; empty for one made from the journal. */
  readonly inputs: readonly string[];
  readonly objectKey: string;
  /** Bytes of the object. */
  readonly size: number;
  /** Hex SHA-256 of the object. */
  readonly digest: string;
  readonly created: Micros;
  readonly footerHandle: string;
  readonly columns: readonly SegmentColumn[];
}

/** What it takes to open an object that is sealed as a segment is. */
export type SealedObject = Pick<
  Segment,
  'id' | 'version' | 'rows' | 'objectKey' | 'size' | 'digest' | 'footerHandle' | 'columns'
>;

/** The associated data that binds an object to the segment and version that it is. */
export function segmentAadPrefix(id: string, version: number): Uint8Array {
  return encodeUtf8(`weir/segment/1/${id}/${version}`);
}

/** Key of the object of a segment: says nothing of stream or content. */
export function segmentObjectKey(id: string, version: number): string {
  return `segments/${id.slice(0, 6)}/${id}-${version}.parquet`;
}

/** Prefix of the keys of all segments. */
export const SEGMENT_PREFIX = 'segments/';

/** Domain of the footer's key: the footer shows names, counts and sizes, no values. */
export const FOOTER_DOMAIN: KeyDomain = 'operational';

/** The master key id that a segment's key metadata names: readable to whoever holds the object. */
export function masterKeyId(domain: KeyDomain): string {
  return `weir:${domain}`;
}

/**
 * The columns of readings that several templates admitted: each that any of them has, nullable where one lacks it or
 * lets it be null, under the strictest class that it ever had.
 *
 * @throws {StoreError} STORE_SHAPE_CONFLICT if a column changed its type
 */
export function mergeColumns(shapes: readonly (readonly StoredColumn[])[]): readonly StoredColumn[] {
  const merged = new Map<string, StoredColumn>();
  for (const [index, shape] of shapes.entries()) {
    const names = new Set(shape.map((column) => column.name));
    for (const column of merged.values()) {
      if (!names.has(column.name)) merged.set(column.name, { ...column, nullable: true });
    }
    for (const { name, type, nullable, class: cls, unit, tokens: own } of shape) {
      const known = merged.get(name);
      const tokens = known === undefined ? own : mergeMarks(known.tokens, own);
      if (known !== undefined && known.type !== type) {
        throw new StoreError(
          'STORE_SHAPE_CONFLICT',
          `Cannot merge readings: column ${name} is ${known.type} in one and ${type} in another`,
          { column: name, hint: 'Declare the field under a new name where its type changes' },
        );
      }
      merged.set(name, {
        name,
        type,
        nullable: nullable || known?.nullable === true || (known === undefined && index > 0),
        class: known === undefined ? cls : stricterClass(cls, known.class),
        unit,
        ...(tokens === undefined ? {} : { tokens }),
      });
    }
  }
  return [...merged.values()];
}
