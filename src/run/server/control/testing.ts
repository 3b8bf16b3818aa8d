import assert from 'node:assert/strict';
import { join } from 'node:path';
import { keyDomainOf, micros } from '#base/core/index.ts';
import type { Class, Clock } from '#base/core/index.ts';
import { FileJournalWriter, nodeFiles } from '#flow/journal/index.ts';
import type { JournalSpan, Segment } from '#flow/store/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';

/** What a test says of a segment; the rest is made up. */
export interface SegmentOfTest {
  readonly id: string;
  readonly stream?: string;
  /** Text columns with the class that they are sealed under. */
  readonly columns?: Readonly<Record<string, Class>>;
  readonly spans?: readonly JournalSpan[];
  readonly inputs?: readonly string[];
}

/** For tests only: a segment as the store makes it, whose data keys are fresh and not kept yet; there is no object. */
export async function makeSegment(keys: KeyRing, segment: SegmentOfTest): Promise<Segment> {
  const { id, stream = 'climate', columns = { device: 'operational' }, spans = [], inputs = [] } = segment;
  const wanted = Object.entries(columns).map(([column, cls]) => ({ column, domain: keyDomainOf(cls) ?? 'health' }));
  const made = await keys.newDataKeys('weir:store', stream, [{ column: '', domain: 'operational' }, ...wanted]);
  const [footer, ...rest] = made.map(({ handle }) => handle);
  return {
    id,
    version: 1,
    stream,
    rows: 10,
    minTime: micros(1),
    maxTime: micros(9),
    devices: 1,
    templates: ['t'],
    spans,
    inputs,
    objectKey: `segments/${id}.parquet`,
    size: 100,
    digest: id.padEnd(64, '0'),
    created: micros(10),
    footerHandle: footer ?? '',
    columns: Object.entries(columns).map(([name, cls], i) => ({
      name,
      type: 'text',
      nullable: false,
      class: cls,
      unit: null,
      domain: keyDomainOf(cls) ?? 'health',
      handle: rest[i] ?? '',
    })),
  };
}

/** For tests only: a writer of quarantine files below a folder, with keys of `keys`; closed when the test ends. */
export async function openQuarantineWriter(
  t: Cleanable,
  { keys, directory, clock }: { readonly keys: KeyRing; readonly directory: string; readonly clock: Clock },
): Promise<FileJournalWriter> {
  const stock = [...(await keys.newFileKeys('weir:gateway', 'quarantine', 9))];
  const writer = await FileJournalWriter.open({
    directory: join(directory, 'w0'),
    kind: 'quarantine',
    worker: 0,
    start: 's1',
    keys: { next: () => stock.shift() ?? assert.fail('the stock is used up') },
    clock,
    files: nodeFiles,
    maxBytes: 1_000_000,
    maxAgeMs: 86_400_000,
  });
  t.after(() => writer.close());
  return writer;
}
