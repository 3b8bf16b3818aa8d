import { systemClock } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { Ingest, isStored } from '#flow/ingest/index.ts';
import type { Sender } from '#flow/ingest/index.ts';
import { FileJournalWriter, nodeFiles } from '#flow/journal/index.ts';
import { DEVICE_FLAG, DeviceTable } from '#trust/identity/index.ts';
import { makeTemplate } from '../test/support/make-template.ts';
import { disposableFolder } from '../test/support/tmp.ts';
import { absolute, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';

const DEVICES = 200;
const ROUNDS = 5;
const SECONDS = 2;
/** Readings given to ingest per turn of the event loop, as sockets give them. */
const PER_TURN = 500;

const YAML = `
devices: {pump: {}}
streams:
  pump:
    from: pump
    rate: {sustained: 1000000/s, burst: 1000000}
    fields:
      accelerometer_1: {type: number, range: [0, 10]}
      accelerometer_2: {type: number, range: [0, 10]}
      current:         {type: number, range: [0, 10]}
      pressure:        {type: number, range: [-2, 10]}
      temperature:     {type: number, range: [0, 150], step: 500/s}
      thermocouple:    {type: number, range: [0, 100], step: 100/s}
      voltage:         {type: number, range: [0, 400]}
      flow_rate:       {type: number, range: [0, 300]}
`;

function payload(i: number, extra: string): Buffer {
  const wave = Math.sin(i / 50);
  const value = (middle: number, swing: number, digits: number): string => (middle + swing * wave).toFixed(digits);
  return Buffer.from(
    `{"accelerometer_1":${value(0.21, 0.01, 6)},"accelerometer_2":${value(0.27, 0.01, 6)},` +
      `"current":${value(1.2, 0.3, 5)},"pressure":${value(0.05, 0.2, 6)},"temperature":${value(71, 2, 4)},` +
      `"thermocouple":${value(26, 1, 4)},"voltage":${value(230, 5, 3)},"flow_rate":${value(32, 1, 4)}${extra}}`,
  );
}

/** One thread: payloads in, every check, columns, sealed and durable journal. No network. */
export const bench: Bench = async (note) => {
  const plain = await measure((i) => payload(i, ''), note, '8 numbers');
  const numbered = await measure(
    (i) => payload(i, `,"time":"${new Date().toISOString()}","seq":${Math.floor(i / DEVICES)}`),
    note,
    'time, seq',
  );
  return [
    absolute('ingest-core: 8 numbers', 'readings/s', plain, { atLeast: 300_000 }),
    absolute('ingest-core: 8 numbers, time and seq', 'readings/s', numbered, null),
  ];
};

async function measure(make: (i: number) => Buffer, note: (text: string) => void, name: string): Promise<number> {
  await using folder = await disposableFolder();
  const table = DeviceTable.create(
    { devices: 1024, streams: 16, records: 4096, window: 128, stepped: 8 },
    systemRandom.bytes(8),
  );
  const senders: Sender[] = Array.from({ length: DEVICES }, (_, index) => ({
    index,
    name: `pump-${index}`,
    type: 'pump',
  }));
  for (const { index } of senders) table.setFlags(index, DEVICE_FLAG.known);
  let files = 0;
  const journal = await FileJournalWriter.open({
    directory: `${folder.path}/w0`,
    worker: 0,
    start: 's1',
    keys: { next: () => ({ fileId: `f${++files}`, key: AeadKey.fromBytes(systemRandom.bytes(32)) }) },
    clock: systemClock,
    files: nodeFiles,
    maxBytes: 256 * 1024 * 1024,
    maxAgeMs: 600_000,
  });
  const ingest = new Ingest({
    template: makeTemplate(YAML),
    journal,
    table,
    worker: 0,
    digestKey: systemRandom.bytes(32),
  });
  const rates: number[] = [];
  let sent = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    // Made before the clock runs: a payload comes from a socket for nothing.
    const payloads = Array.from({ length: 100_000 }, (_, i) => make(sent + i));
    let durable = 0;
    let groups = 0;
    let waiting: Promise<void> | null = null;
    const began = performance.now();
    for (let next = 0; next < payloads.length && performance.now() - began < SECONDS * 1_000;) {
      for (let i = 0; i < PER_TURN && next < payloads.length; i++, next++, sent++) {
        const sender = senders[sent % DEVICES]!;
        const reason = ingest.admit(sender, 'pump', sender, payloads[next]!, 'json', systemClock.now());
        if (!isStored(reason)) throw new Error(`A reading of the bench was refused: ${reason} ${ingest.place}`);
      }
      const group = ingest.durable();
      if (group !== waiting) {
        waiting = group;
        groups++;
      }
      durable = next;
      await new Promise(setImmediate);
      if (ingest.busy) await group;
    }
    await ingest.drain();
    const rate = durable / ((performance.now() - began) / 1_000);
    if (round > 0) rates.push(rate);
    note(`${name}: ${Math.round(rate)} readings/s in ${groups} groups`);
  }
  await journal.close();
  return median(rates);
}
