import type { NamedColumn } from '#base/core/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { openSegment } from './open-segment.ts';
import { MemorySink } from './parquet/byte-sink.ts';
import { decodeParquet } from './parquet/decode-parquet.ts';
import type { SegmentKeySource } from './ports.ts';
import type { Segment } from './segment.ts';
import { anyRowOf, columnsToSearch, findSubject, markSubject, NOTHING_FOUND } from './subject-rows.ts';
import type { SubjectFinding, SubjectRows } from './subject-rows.ts';

export interface SearchParts {
  readonly objects: Objects;
  readonly segmentKeys: SegmentKeySource;
}

/**
 * Looks for a person in one segment. Only the columns that name persons are opened, and those of time only where one of
 * them does: what was not found cost one column.
 *
 * @throws {StoreError} as `openSegment` does
 */
export async function searchSegment(
  segment: Segment,
  wanted: SubjectRows,
  parts: SearchParts,
): Promise<SubjectFinding> {
  const named = await openColumns(segment, wanted.columns.map(({ name }) => name), parts); // prettier-ignore
  const { rows } = segment;
  if (markSubject({ rows, columns: named }, anyRowOf(wanted)) === null) return NOTHING_FOUND;
  const rest = [...new Set(['time', ...columnsToSearch(wanted)])].filter(
    (name) => !named.some((column) => column.name === name),
  );
  return findSubject({ rows, columns: [...named, ...(await openColumns(segment, rest, parts))] }, wanted);
}

/** Of some columns those that a segment has, decoded. */
export async function openColumns(
  segment: Segment,
  names: readonly string[],
  { objects, segmentKeys }: SearchParts,
): Promise<readonly NamedColumn[]> {
  const columns = segment.columns.filter(({ name }) => names.includes(name));
  if (columns.length === 0) return [];
  const handles = [segment.footerHandle, ...columns.map(({ handle }) => handle)];
  const keys = await segmentKeys.unwrap(`segment:${segment.id}`, handles);
  const sink = new MemorySink(segment.size);
  await openSegment(objects, segment, columns.map(({ name }) => name), keys, sink); // prettier-ignore
  return decodeParquet(sink.bytes(), columns).columns;
}
