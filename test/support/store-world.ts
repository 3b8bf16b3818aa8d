import path from 'node:path';

import { makeId, micros } from '#base/core/index.ts';
import type { AuditEvent, Batch, Log, Metrics } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { makeRowSealer, openDirectoryObjects, openSqliteCatalogue } from '#base/storage/index.ts';
import type { Catalogue, Objects } from '#base/storage/index.ts';
import { SegmentCatalogue, STORE_SCHEMA } from '#flow/store/index.ts';
import type {
  DataKeySource,
  DeclaredClasses,
  SegmentKeySource,
  SegmentPublisher,
  StoredColumn,
  StreamShapes,
} from '#flow/store/index.ts';
import { frozenClock } from './frozen-clock.ts';
import type { FrozenClock } from './frozen-clock.ts';
import { seededRandom } from './seeded-random.ts';
import type { SeededRandom } from './seeded-random.ts';
import { temporaryFolder } from './tmp.ts';
import type { Cleanable } from './tmp.ts';

/** What the store works with, in one process: real catalogue, real objects, keys in memory. */
export interface StoreWorld {
  readonly folder: string;
  readonly catalogue: Catalogue;
  readonly segments: SegmentCatalogue;
  readonly objects: Objects;
  readonly publisher: SegmentPublisher;
  readonly dataKeys: DataKeySource;
  readonly segmentKeys: SegmentKeySource;
  readonly shapes: StreamShapes;
  readonly declared: DeclaredClasses;
  /** Data keys by handle; those whose wraps the catalogue holds. */
  readonly keys: Map<string, AeadKey>;
  readonly kept: Set<string>;
  readonly audited: AuditEvent[];
  readonly audit: { append(event: AuditEvent): Promise<{ index: number }> };
  readonly clock: FrozenClock;
  readonly random: SeededRandom;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Columns of the stream `climate` in these tests. */
export const CLIMATE: readonly StoredColumn[] = [
  { name: 'device', type: 'text', nullable: false, class: 'operational', unit: null },
  { name: 'time', type: 'time', nullable: false, class: 'operational', unit: null },
  { name: 'temperature', type: 'number', nullable: true, class: 'operational', unit: 'Cel' },
  { name: 'driver', type: 'text', nullable: true, class: 'identifier', unit: null },
];

/** Readings number `from` on: distinct times a second apart, some nulls. */
export function climateBatch(from: number, rows: number, template = 't1', stream = 'climate'): Batch {
  const row = Array.from({ length: rows }, (_, i) => from + i);
  return {
    stream,
    template,
    rows,
    columns: [
      {
        name: 'device',
        data: { type: 'text', codes: Uint32Array.from(row, (r) => r % 3), dictionary: ['a', 'b', 'c'], nulls: null },
      },
      { name: 'time', data: { type: 'time', values: Float64Array.from(row, (r) => r * 1e6), nulls: null } },
      {
        name: 'temperature',
        data: {
          type: 'number',
          values: Float64Array.from(row, (r) => (r % 5 === 0 ? 0 : r / 2)),
          nulls: Uint8Array.from(row, (r) => (r % 5 === 0 ? 1 : 0)),
        },
      },
      {
        name: 'driver',
        data: { type: 'text', codes: Uint32Array.from(row, () => 0), dictionary: [`driver of ${from}`], nulls: null },
      },
    ],
  };
}

/** Makes a world; with `folder` that of an earlier one is opened again, as a restart does. */
export async function storeWorld(t: Cleanable, earlier?: StoreWorld): Promise<StoreWorld> {
  const folder = earlier?.folder ?? (await temporaryFolder(t));
  const clock = earlier?.clock ?? frozenClock();
  const random = earlier?.random ?? seededRandom(1);
  const catalogue = earlier?.catalogue ?? (await openSqliteCatalogue(path.join(folder, 'catalogue.db')));
  if (earlier === undefined) t.after(() => Promise.resolve(catalogue[Symbol.asyncDispose]()));
  await catalogue.migrate(STORE_SCHEMA);
  const kept = earlier?.kept ?? new Set<string>();
  const keys = earlier?.keys ?? new Map<string, AeadKey>();
  const sealer = makeRowSealer(new Map([[1, AeadKey.fromBytes(new Uint8Array(32).fill(1))]]), 1, random);
  const segments = new SegmentCatalogue(sealer, {
    keep: async (_, handles) => handles.forEach((handle) => kept.add(handle)),
    remove: async (_, handles) => handles.forEach((handle) => kept.delete(handle)),
  });
  const audited = earlier?.audited ?? [];
  const newKey = (): { handle: string; key: AeadKey } => {
    const made = { handle: makeId(clock, random), key: AeadKey.fromBytes(random.bytes(32)) };
    keys.set(made.handle, made.key);
    return made;
  };
  return {
    folder,
    catalogue,
    segments,
    objects: await openDirectoryObjects(path.join(folder, 'objects')),
    publisher: {
      state: () => catalogue.transaction((tx) => segments.state(tx)),
      publish: (publication) => catalogue.transaction((tx) => segments.publish(tx, publication)),
      replace: (replacement) => catalogue.transaction((tx) => segments.replace(tx, replacement, clock.now())),
      retire: ({ ids }) => catalogue.transaction((tx) => segments.retire(tx, ids, clock.now())),
      saveCursor: (cursor) => catalogue.transaction((tx) => segments.saveCursor(tx, cursor)),
      visible: () => catalogue.transaction((tx) => segments.active(tx)),
      active: async () => (await catalogue.transaction((tx) => segments.active(tx))).segments,
      replacedBefore: (time) => catalogue.transaction((tx) => segments.replacedBefore(tx, micros(time))),
      forget: (ids) => catalogue.transaction((tx) => segments.forget(tx, ids)),
      known: (objectKeys) => catalogue.transaction((tx) => segments.known(tx, objectKeys)),
    },
    dataKeys: {
      newDataKeys: ({ columns }) =>
        Promise.resolve({ footer: newKey(), columns: new Map(columns.map(({ name }) => [name, newKey()])) }),
    },
    segmentKeys: {
      unwrap: (_, handles) =>
        Promise.resolve(new Map(handles.flatMap((handle) => (keys.has(handle) ? [[handle, keys.get(handle)!]] : [])))),
    },
    shapes: { columns: () => CLIMATE },
    declared: () => new Map(),
    keys,
    kept,
    audited,
    audit: {
      append: (event) => {
        audited.push(event);
        return Promise.resolve({ index: audited.length - 1 });
      },
    },
    clock,
    random,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    metrics: { count: () => undefined, gauge: () => undefined },
  };
}
