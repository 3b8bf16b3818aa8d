import { micros, systemClock } from '#base/core/index.ts';
import type { Batch, Column } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { sealSegment } from '#flow/store/index.ts';
import type { DataKeySource, StoredColumn } from '#flow/store/index.ts';
import { DatasetBook } from '../dataset-book.ts';
import { DatasetKeeper } from '../dataset-keeper.ts';
import type { FreezeLimits } from '../../query/answer-freezer.ts';
import { openQueryWorld } from '../../query/testing.ts';
import type { QueryWorld } from '../../query/testing.ts';
import { shownAsStored } from '../../tokens/testing.ts';
import { makeTemplate } from '../../../../../test/support/make-template.ts';
import { silentLog } from '../../../../../test/support/open-audit-log.ts';

/** Everything that makes, reads and rewrites datasets over sealed segments, with real query processes. */
export interface DatasetWorld extends QueryWorld {
  readonly keeper: DatasetKeeper;
  readonly objects: Objects;
  /** Publishes a segment of so many readings, one each `step` microseconds from a time on. */
  readonly addSegment: (rows: number, from: number, step: number) => Promise<void>;
}

const COLUMNS: readonly StoredColumn[] = [
  { name: 'device', type: 'text', nullable: false, class: 'operational', unit: null },
  { name: 'time', type: 'time', nullable: false, class: 'operational', unit: null },
  { name: 'received', type: 'time', nullable: false, class: 'operational', unit: null },
  { name: 'pressure', type: 'number', nullable: true, class: 'operational', unit: 'bar' },
  { name: 'worker', type: 'text', nullable: true, class: 'personal', unit: null },
];
const DEVICES = Array.from({ length: 10 }, (_, at) => `pump-${at}`);
const WORKERS = Array.from({ length: 500 }, (_, at) => `worker-${at}`);

/**
 * @param more lines of the template
 * @param freezing how much is held at once while a dataset is made
 */
export async function openDatasetWorld(
  t: { after(step: () => Promise<void>): void },
  more = '',
  freezing?: FreezeLimits,
): Promise<DatasetWorld> {
  const template = makeTemplate(`
devices: { d: {} }
streams:
  pump:
    from: d
    purposes: [quality]
    subject: worker
    unenforced: accept
    fields: { pressure: { type: number, unit: bar }, worker: { type: text, class: personal } }
people: { scientist: { query: [pump], purposes: [quality], sees: [operational, personal] } }
${more}`);
  const world = await openQueryWorld(t, template, freezing === undefined ? {} : { freezing });
  const { keys, catalogue, audit, service, segments, layout } = world;
  const objects = await openDirectoryObjects(layout.objects);
  const keeper = new DatasetKeeper({
    book: await DatasetBook.open(catalogue, await keys.rowSealer('people')),
    catalogue,
    objects,
    keys,
    queries: service,
    audit,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    template: () => template,
    shown: await shownAsStored(() => template),
    consents: { standing: () => ({ subjects: [], since: new Float64Array(), goodUntil: Infinity }) },
  });
  const dataKeys: DataKeySource = {
    newDataKeys: async ({ stream, columns }) => {
      const wanted = [{ column: '', domain: 'operational' as const }, ...columns.map(({ name, domain }) => ({ column: name, domain }))]; // prettier-ignore
      const [footer, ...rest] = await keys.newDataKeys('weir:store', stream, wanted);
      return { footer: footer!, columns: new Map(rest.map((key) => [key.column, key])) };
    },
  };
  const parts = { objects, dataKeys, audit, clock: systemClock, random: systemRandom };
  let made = 0;
  return {
    ...world,
    keeper,
    objects,
    addSegment: async (rows, from, step) => {
      const batches = [pumpBatch(rows, from, step, template.digest, made)];
      made += 1;
      const content = { stream: 'pump', columns: COLUMNS, batches, templates: [template.digest], inputs: [] };
      const spans = [{ file: `journal-${made}`, after: 0, to: rows }];
      const segment = await sealSegment({ ...content, spans }, parts);
      await segments.publish({ segment, cursor: [] });
    },
  };
}

function pumpBatch(rows: number, from: number, step: number, template: string, seed: number): Batch {
  const numbers = (value: (row: number) => number): Float64Array => {
    const values = new Float64Array(rows);
    for (let row = 0; row < rows; row++) values[row] = value(row);
    return values;
  };
  const codes = (of: (row: number) => number): Uint32Array => Uint32Array.from(numbers(of));
  const columns: Record<string, Column> = {
    device: {
      type: 'text',
      codes: codes((row) => (row * 7 + seed) % DEVICES.length),
      dictionary: DEVICES,
      nulls: null,
    },
    time: { type: 'time', values: numbers((row) => micros(from + row * step)), nulls: null },
    received: { type: 'time', values: numbers((row) => micros(from + row * step + 1_500)), nulls: null },
    pressure: {
      type: 'number',
      values: numbers((row) => Math.round(5e6 + 4e6 * Math.sin(row / 97)) / 1e6),
      nulls: null,
    },
    worker: {
      type: 'text',
      codes: codes((row) => (row * 31 + seed) % WORKERS.length),
      dictionary: WORKERS,
      nulls: null,
    },
  };
  return { stream: 'pump', template, rows, columns: Object.entries(columns).map(([name, data]) => ({ name, data })) };
}
