import { micros } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { TokenKey } from '#base/crypto/index.ts';
import type { WindowTrial } from '#assure/controls/index.ts';
import { parseTemplate, tokenDomains } from '#declare/template/index.ts';
import { Ingest, isStored, WindowKeeper } from '#flow/ingest/index.ts';
import { ByteWriter, encodeRecord } from '#flow/journal/index.ts';
import type { JournalRecord } from '#flow/journal/index.ts';
import { DEVICE_FLAG, DeviceTable } from '#trust/identity/index.ts';

const TEMPLATE = `template: 1
name: trial
devices: { probe: {} }
streams:
  trial:
    from: probe
    rate: { sustained: 100000/s, burst: 100000 }
    aggregate: { every: 1m, of: { value: [mean, min, max, count] } }
    fields: { value: { type: number, range: [0, 100] }, note: { type: text } }
`;
const SECOND = 1_000_000;
const DEVICES = 2;
const NO_LEAST = { value: 0 };

/**
 * Takes readings of its own through the checks, one of them refused, into windows, closes these, and looks at all that the
 * journal was given: rows that are right, and no reading.
 *
 * @param random numbers from 0 up to 1
 * @param journal what the journal holds; a test puts something into it
 */
export async function tryWindows(random: () => number, journal: JournalRecord[] = []): Promise<WindowTrial> {
  const parsed = parseTemplate({ path: 'trial.yaml', text: TEMPLATE }, () => null);
  if (!('template' in parsed)) throw new TypeError('the template of the trial has findings');
  const { template } = parsed;
  const table = DeviceTable.create(
    { devices: DEVICES, streams: 4, records: 8, window: 8, stepped: 1 },
    new Uint8Array(8),
  );
  const devices = Array.from({ length: DEVICES }, (_, index) => ({
    index,
    name: `probe-${index}`,
    type: 'probe',
    speaksFor: [],
  }));
  for (const { index } of devices) table.setFlags(index, DEVICE_FLAG.known);
  const kept = {
    append: async (records: readonly JournalRecord[]) => {
      journal.push(...structuredClone(records));
      return { file: 'f', offset: journal.length };
    },
    close: async () => {},
  };
  const time = { now: 0 };
  const states = { append: async () => ({ file: 's', offset: 0 }), turn: async () => {} };
  const keeper = new WindowKeeper(
    {
      journal: states,
      clock: { now: () => micros(time.now), monotonicMs: () => time.now / 1_000 },
      write: (closed) => ingest.writeWindows(closed, time.now),
      remove: async () => {},
      onFailed: () => {},
    },
    [],
  );
  const ingest: Ingest = new Ingest({
    template,
    journal: kept,
    table,
    worker: 0,
    digestKey: new Uint8Array(32),
    tokenKeys: new Map(tokenDomains(template).map((domain) => [domain, TokenKey.fromBytes(new Uint8Array(32), 1)])),
    windows: (group) => keeper.take(group),
    findDevice: (name) => devices.find((device) => device.name === name) ?? null,
  });
  const begin = 1_767_225_600 * SECOND;
  const sent = devices.map((device) => {
    const values = Array.from({ length: 20 }, () => 1 + random() * 98);
    for (const [i, value] of values.entries()) {
      const payload = Buffer.from(JSON.stringify({ value, note: 'a reading', time: begin / SECOND + i }));
      const reason = ingest.admit(device, 'trial', device, payload, 'json', begin + i * SECOND);
      if (!isStored(reason)) return { device: device.name, values: [] };
    }
    ingest.admit(device, 'trial', device, Buffer.from('{"value": 100.25, "note": "refused"}'), 'json', begin);
    return { device: device.name, values };
  });
  await ingest.drain();
  const before = rowsOf(journal).length;
  time.now = begin + 3_600 * SECOND;
  await keeper.close();
  await ingest.drain();
  const rows = rowsOf(journal);
  const bytes = bytesOf(journal);
  // The least and the greatest are in the row, by declaration.
  const between = sent.flatMap(({ values }) => values.filter((value) => value !== Math.min(...values) && value !== Math.max(...values))); // prettier-ignore
  const needles = [...between, 100.25].map((value) => Buffer.from(Float64Array.of(value).buffer));
  return {
    readings: sent.reduce((sum, { values }) => sum + values.length, 0),
    early: before,
    rows: rows.length,
    right: sent.every(({ device, values }) =>
      isRight(rows.find((row) => row['device'] === device) ?? NO_LEAST, values),
    ),
    found: needles.filter((needle) => bytes.includes(needle)).length + (bytes.includes('a reading') ? 1 : 0),
  };
}

type Row = Readonly<Record<string, string | number>>;

function isRight(row: Row, values: readonly number[]): boolean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return (
    row['value_count'] === values.length &&
    row['value_min'] === Math.min(...values) &&
    row['value_max'] === Math.max(...values) &&
    Math.abs(Number(row['value_mean']) - mean) < 1e-9
  );
}

function rowsOf(journal: readonly JournalRecord[]): readonly Row[] {
  return journal.flatMap((record) => (record.kind === 'batch' ? rowsIn(record.batch) : []));
}

function rowsIn({ rows, columns }: Batch): readonly Row[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      columns.map(({ name, data }) => [
        name,
        data.type === 'text' ? (data.dictionary[data.codes[row]!] ?? '') : data.values[row]!,
      ]),
    ),
  );
}

/** As the journal would seal them. */
function bytesOf(journal: readonly JournalRecord[]): Buffer {
  const out = new ByteWriter();
  for (const record of journal) encodeRecord(out, record);
  return Buffer.from(out.view());
}
