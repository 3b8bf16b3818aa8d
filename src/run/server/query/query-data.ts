import { join } from 'node:path';
import { hasCode } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { shapesOf } from '#flow/query/index.ts';
import type { GatedStatement, PlannedRelation, Relations, RowsInMemory } from '#flow/query/index.ts';
import { damagedFor, segmentAadPrefix } from '#flow/store/index.ts';
import type { Segment } from '#flow/store/index.ts';
import type { KeyRing, KeyUse } from '#trust/keys/index.ts';
import { ServerError } from '../errors.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { StoreHost } from '../store/host.ts';

export interface QueryDataParts {
  readonly objects: string;
  readonly keys: Pick<KeyRing, 'unwrapDataKeys'>;
  readonly segments: Pick<SegmentHost, 'visible'>;
  readonly store: Pick<StoreHost, 'snapshot'>;
  /** Rows of reference tables and of relations of the platform itself. */
  readonly memory: (relation: string) => Promise<RowsInMemory>;
}

/** A tail that was sealed away meanwhile, or a store that starts anew, is asked again with a newer version of the catalogue. */
const ATTEMPTS = 20;
const AGAIN_MS = 100;

/**
 * What a statement reads: of streams the sealed segments with the keys of exactly the columns that it needs, and the
 * rows that are not sealed yet, all at one version of the catalogue.
 *
 * @throws {StorageError} STORAGE_ROW_DAMAGED where a segment that it may need cannot be known for sure
 */
export async function readData(
  reads: GatedStatement['reads'],
  relations: Relations,
  use: Omit<KeyUse, 'resource'>,
  parts: QueryDataParts,
): Promise<readonly PlannedRelation[]> {
  for (let attempt = 1; ; attempt++) {
    const visible = await parts.segments.visible({});
    const { version, segments } = visible;
    try {
      return await Promise.all(
        reads.map(async ({ relation: name, columns }) => {
          const relation = relations.get(name);
          if (relation === undefined) throw new TypeError(`a gated statement reads ${name}, which is no relation`);
          const shapes = shapesOf(relation).filter((shape) => columns.includes(shape.name));
          if (relation.kind !== 'stream')
            return { name, columns: shapes, segments: [], tail: [await parts.memory(name)] };
          const [damaged] = damagedFor(name, visible, (stream) => relations.get(stream)?.kind === 'stream');
          if (damaged !== undefined) throw damaged.error;
          const sealed = segments.filter(({ stream }) => stream === name);
          const opened = await openings(sealed, columns, { ...use, resource: `view:${name}` }, parts);
          const { batches } = await parts.store.snapshot(name, columns, version);
          return {
            name,
            columns: shapes,
            segments: opened,
            tail: batches.map(({ rows, columns: held }) => ({ rows, columns: held })),
          };
        }),
      );
    } catch (error) {
      const passing =
        hasCode(error, 'STORE_SNAPSHOT_EXPIRED') ||
        hasCode(error, 'STORE_NOT_READY') ||
        hasCode(error, 'SERVER_PROCESS_GONE');
      if (attempt >= ATTEMPTS || !passing) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

async function openings(
  segments: readonly Segment[],
  columns: readonly string[],
  use: KeyUse,
  { objects, keys }: QueryDataParts,
): Promise<PlannedRelation['segments']> {
  if (segments.length === 0) return [];
  const needed = segments.map((segment) => ({ segment, read: neededColumns(segment, columns) }));
  const handles = needed.flatMap(({ segment, read }) => [segment.footerHandle, ...read.map(({ handle }) => handle)]);
  const found = await keys.unwrapDataKeys(use, handles);
  return needed.map(({ segment, read }) => ({
    id: segment.id,
    path: join(objects, segment.objectKey),
    aadPrefix: segmentAadPrefix(segment.id, segment.version),
    footerKey: bytesOf(found, segment.footerHandle, segment),
    columns: read.map(({ name, handle }) => ({ name, key: bytesOf(found, handle, segment) })),
    rows: segment.rows,
    keyEpoch: segment.version,
  }));
}

/** The columns to open; of a segment from before they were declared its first one, which still counts its rows. */
function neededColumns(segment: Segment, columns: readonly string[]): Segment['columns'] {
  const read = segment.columns.filter(({ name }) => columns.includes(name));
  return read.length > 0 ? read : segment.columns.slice(0, 1);
}

function bytesOf(keys: ReadonlyMap<string, AeadKey>, handle: string, segment: Segment): Uint8Array {
  const key = keys.get(handle);
  if (key !== undefined) return key.exportBytes();
  throw new ServerError('SERVER_KEY_GONE', `Cannot run statement: a key of segment ${segment.id} was destroyed`);
}
