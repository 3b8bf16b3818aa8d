import { makeId, micros } from '#base/core/index.ts';
import type { AuditEvent, Batch, Clock, Column, Micros, Random } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { encodeParquetSteps } from './parquet/encode-parquet.ts';
import { StoreError } from './errors.ts';
import type { DataKeySource } from './ports.ts';
import { factsOf, keyColumns, sealColumns } from './seal-columns.ts';
import { placedKey } from './archive/place-key.ts';
import { segmentObjectKey } from './segment.ts';
import type { JournalSpan, Segment, StoredColumn } from './segment.ts';

/** What sealing works with. */
export interface SealingParts {
  readonly objects: Objects;
  readonly dataKeys: DataKeySource;
  /** Resolves when the entry is in the log, or owed to it. */
  readonly audit: { append(event: AuditEvent): Promise<unknown> };
  readonly clock: Clock;
  readonly random: Random;
  /** Between steps of some milliseconds; by default others of this thread get their turn. */
  readonly rest?: () => Promise<void>;
}

/** Readings that become a segment. */
export interface SegmentContent {
  readonly stream: string;
  readonly columns: readonly StoredColumn[];
  readonly batches: readonly Batch[];
  readonly spans: readonly JournalSpan[];
  readonly inputs: readonly string[];
  /** Digests of the templates that admitted them. */
  readonly templates: readonly string[];
  /** Region that they have to stay in, and where what they are stored in stands; absent where they may be anywhere. */
  readonly region?: string;
  readonly standsIn?: string | null;
  /** Place that the object belongs to; absent for the data directory. */
  readonly place?: string;
  /** Columns that have another class than in the inputs, in words. */
  readonly classes?: readonly string[];
  /** Rows of the inputs that are kept no longer, and not in it. */
  readonly expired?: number;
}

/**
 * Makes a segment: fresh keys, encoded, sealed, stored, logged; not yet published.
 *
 * A crash after this leaves an object that no catalogue row names, which the next start removes.
 *
 * @throws {StoreError} STORE_SHAPE_CONFLICT if a column may not be stored; STORE_REGION_REFUSED before anything is
 */
export async function sealSegment(content: SegmentContent, parts: SealingParts): Promise<Segment> {
  const { stream, columns, batches, region, place, classes = [], expired = 0 } = content;
  requireRegion(content);
  const keyed = await keyColumns(stream, columns, parts.dataKeys);
  const id = makeId(parts.clock, parts.random);
  const version = 1;
  const rest = parts.rest ?? giveTurn;
  const plain = await withRests(encodeParquetSteps(columns, batches, { facts: factsOf(columns) }), rest);
  const sealed = sealColumns(plain, keyed, { id, version }, parts.random);
  await rest();
  const { minTime, maxTime, received, devices, rows } = survey(batches);
  const objectKey = segmentObjectKey(id, version);
  const segment: Segment = {
    id,
    version,
    stream,
    rows,
    minTime: micros(minTime),
    maxTime: micros(maxTime),
    ...(received === null ? {} : { received }),
    ...(region === undefined ? {} : { region }),
    devices,
    templates: content.templates,
    spans: content.spans,
    inputs: content.inputs,
    objectKey: place === undefined ? objectKey : placedKey(place, objectKey),
    size: sealed.length,
    digest: sha256Hex(sealed),
    created: parts.clock.now(),
    footerHandle: keyed.footer.handle,
    columns: keyed.columns.map(({ column }) => column),
  };
  await parts.objects.put(segment.objectKey, sealed);
  const entry: AuditEvent = {
    actor: 'weir:store',
    action: actionOf(content),
    resource: `segment:${id}`,
    outcome: 'done',
    digest: segment.digest,
    detail: {
      stream,
      rows,
      ...(content.inputs.length === 0
        ? {}
        : { inputs: sha256Hex(content.inputs.join('\n')), from: content.inputs.length }),
      ...(place === undefined ? {} : { place }),
      ...(expired === 0 ? {} : { expired }),
      ...(classes.length === 0 ? {} : { classes: classes.join(', ').slice(0, MOST_DETAIL) }),
    },
  };
  try {
    await parts.audit.append(entry);
  } catch (error) {
    // While the log cannot be written this is tried again and again: what was made in vain does not fill the disk.
    await parts.objects.delete(segment.objectKey).catch(() => undefined);
    throw error;
  }
  return segment;
}

/** What has to stay in a region is stored nowhere else. */
function requireRegion({ stream, region, standsIn = null }: SegmentContent): void {
  if (region === undefined || region === standsIn) return;
  throw new StoreError(
    'STORE_REGION_REFUSED',
    `Cannot store readings of ${stream}: they have to stay in ${region}, and the store stands in ${standsIn ?? 'no named region'}`,
    { hint: 'Say where the platform stands in the template (`region`)' },
  );
}

/** Others of this thread come next: who asks for the tail meanwhile waits for one step, not for all. */
export function giveTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function withRests<T>(steps: Generator<void, T>, rest: () => Promise<void>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await rest();
  }
}

/** Characters of a detail that the log takes. */
const MOST_DETAIL = 512;

function actionOf({ inputs }: SegmentContent): string {
  if (inputs.length === 0) return 'seal-segment';
  return inputs.length === 1 ? 'reseal-segment' : 'compact-segments';
}

/** Rows, spans of time and of receipt, and number of devices. */
export function survey(batches: readonly Batch[]): {
  readonly rows: number;
  readonly minTime: number;
  readonly maxTime: number;
  readonly received: { readonly first: Micros; readonly last: Micros } | null;
  readonly devices: number;
} {
  const time = new Span();
  const received = new Span();
  let rows = 0;
  const devices = new Set<string>();
  for (const batch of batches) {
    rows += batch.rows;
    for (const { name, data } of batch.columns) {
      if (name === 'time' && data.type === 'time') time.widen(data.values);
      if (name === 'received' && data.type === 'time') received.widen(data.values);
      if (name === 'device' && data.type === 'text') {
        for (const code of usedCodes(data)) devices.add(data.dictionary[code] ?? '');
      }
    }
  }
  if (time.isEmpty) throw new TypeError('readings without times cannot become a segment');
  return {
    rows,
    minTime: time.first,
    maxTime: time.last,
    received: received.isEmpty ? null : { first: micros(received.first), last: micros(received.last) },
    devices: devices.size,
  };
}

/** The codes of a text column that some row has. A mark for each code: a set takes several times as long. */
function usedCodes({ codes, dictionary }: Extract<Column, { type: 'text' }>): readonly number[] {
  const used = new Uint8Array(dictionary.length);
  for (let row = 0; row < codes.length; row += 1) used[codes[row]!] = 1;
  return [...used.keys()].filter((code) => used[code] === 1);
}

class Span {
  first = Infinity;
  last = -Infinity;

  get isEmpty(): boolean {
    return this.first > this.last;
  }

  widen(values: Float64Array): void {
    for (const value of values) {
      if (value < this.first) this.first = value;
      if (value > this.last) this.last = value;
    }
  }
}
