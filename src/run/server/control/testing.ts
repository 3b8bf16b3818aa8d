import { micros } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import { keyDomainOf } from '#base/core/index.ts';
import type { JournalSpan, Segment } from '#flow/store/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';

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
