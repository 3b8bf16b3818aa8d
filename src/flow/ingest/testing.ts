import type { Batch } from '#base/core/index.ts';
import type { JournalPosition, JournalRecord, JournalWriter } from '#flow/journal/index.ts';
import { DEVICE_FLAG, DeviceTable } from '#trust/identity/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { tokenKeysOf } from '../../../test/support/token-keys.ts';
import { Ingest } from './ingest.ts';
import type { IngestParts } from './ingest.ts';
import { reasonOf } from './reasons.ts';
import type { Sender, Speaker, WireFormat } from './sender.ts';

/** For tests only: a moment at which readings come in, epoch microseconds. */
export const NOW = 1_767_225_600_000_000;
export const SECOND = 1_000_000;
/** A template with streams for each check. */
export const YAML = `
devices:
  reefer: {}
  hub: {speaks-for: [reefer]}
  other: {}
streams:
  climate:
    from: reefer
    rate: {sustained: 1000/s, burst: 1000}
    accept: {late: 1h, early: 5m}
    fields:
      temperature: {type: number, range: [-40, 60], step: 2/s}
      door: {type: boolean, nullable: true}
      mode: {type: text, enum: [cool, heat], nullable: true}
      label: {type: text, pattern: "[A-Z]+[0-9]*", max-length: 8, nullable: true}
  strict:
    from: reefer
    undeclared: refuse
    rate: {sustained: 1/s, burst: 2}
    fields:
      n: {type: integer}
`;

export const TRUCK: Speaker = { index: 0, name: 'truck', type: 'reefer', speaksFor: [] };
export const HUB: Speaker = { index: 1, name: 'hub', type: 'hub', speaksFor: ['reefer'] };
export const OTHER: Speaker = { index: 2, name: 'other', type: 'other', speaksFor: ['reefer'] };
export const SENDERS = [TRUCK, HUB, OTHER];

/** A journal whose groups the test lets through or fails one by one. */
export class TestJournal implements JournalWriter {
  readonly kept: JournalRecord[] = [];
  readonly #waiting: { records: JournalRecord[]; settle: (error?: Error) => void }[] = [];
  held = false;

  append(records: readonly JournalRecord[]): Promise<JournalPosition> {
    // As the port promises, what is needed of the records is taken before this returns.
    const copy = structuredClone(records) as JournalRecord[];
    const { promise, resolve, reject } = Promise.withResolvers<JournalPosition>();
    const settle = (error?: Error): void => {
      if (error !== undefined) return reject(error);
      this.kept.push(...copy);
      resolve({ file: 'f', offset: this.kept.length });
    };
    if (this.held) this.#waiting.push({ records: copy, settle });
    else settle();
    return promise;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  next(error?: Error): void {
    this.#waiting.shift()!.settle(error);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  batches(): Batch[] {
    return this.kept.flatMap((record) => (record.kind === 'batch' ? [record.batch] : []));
  }

  /** Stored values of a column, over all batches. */
  column(name: string): unknown[] {
    return this.batches().flatMap((batch) => {
      const data = batch.columns.find((column) => column.name === name)!.data;
      return Array.from({ length: batch.rows }, (_, i) => {
        if (data.nulls?.[i] === 1) return null;
        return data.type === 'text' ? data.dictionary[data.codes[i]!] : data.values[i];
      });
    });
  }

  refusals(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const record of this.kept) {
      if (record.kind !== 'refusals') continue;
      for (const { device, stream, reason, count } of record.counts) {
        const name = `${device}/${stream}/${reasonOf(reason)!.word}`;
        counts[name] = (counts[name] ?? 0) + count;
      }
    }
    return counts;
  }
}

/** A device table that knows the senders. */
export function newTable(): DeviceTable {
  const table = DeviceTable.create(
    { devices: 8, streams: 8, records: 32, window: 16, stepped: 4 },
    Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  );
  for (const { index } of SENDERS) table.setFlags(index, DEVICE_FLAG.known);
  return table;
}

/** An ingest over a journal of its own, and a short way to have it judge one reading: the word of its reason. */
export function setup(parts: Partial<IngestParts> = {}) {
  const journal = new TestJournal();
  const table = parts.table ?? newTable();
  const template = parts.template ?? makeTemplate(YAML);
  const ingest = new Ingest({
    template,
    tokenKeys: tokenKeysOf(template),
    journal,
    table,
    worker: 0,
    digestKey: new Uint8Array(32),
    findDevice: (name) => SENDERS.find((sender) => sender.name === name) ?? null,
    ...parts,
  });
  const admit = (
    reading: object | string | Uint8Array,
    {
      sender = TRUCK,
      about = sender,
      stream = 'climate',
      format = 'json',
      received = NOW,
    }: { sender?: Sender; about?: Sender; stream?: string; format?: WireFormat; received?: number } = {},
  ): string => {
    const bytes =
      reading instanceof Uint8Array
        ? reading
        : Buffer.from(typeof reading === 'string' ? reading : JSON.stringify(reading));
    return reasonOf(ingest.admit(sender, stream, about, bytes, format, received))!.word;
  };
  return { journal, table, ingest, admit };
}

/** Lets all go on that is ready to. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
