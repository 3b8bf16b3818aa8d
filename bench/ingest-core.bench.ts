import { systemClock } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import type { TokenMaker } from '#base/crypto/index.ts';
import type { Template } from '#declare/template/index.ts';
import { ConnectionBook } from '#flow/gateway/index.ts';
import { Ingest, isStored, VaultWriter, WindowKeeper } from '#flow/ingest/index.ts';
import type { Sender } from '#flow/ingest/index.ts';
import { FileJournalWriter, nodeFiles } from '#flow/journal/index.ts';
import { ConsentLookup, ConsentTable, ConsentWriter } from '#trust/consent/index.ts';
import { DEVICE_FLAG, DeviceTable } from '#trust/identity/index.ts';
import { makeTemplate } from '../test/support/make-template.ts';
import { tokenKeysOf } from '../test/support/token-keys.ts';
import { disposableFolder } from '../test/support/tmp.ts';
import { absolute, besidePeer, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';
import { PUMP_STREAM } from './support/pump-stream.ts';

const DEVICES = 200;
const ROUNDS = 5;
const SECONDS = 2;
const TURNS = 5;
/** Readings given to ingest per turn of the event loop, as sockets give them. */
const PER_TURN = 500;
/** Messages that are counted by themselves. */
const COUNTED = 5_000_000;

const YAML = `\ndevices: {pump: {}}\nstreams:${PUMP_STREAM}`;

/** Letters of the names below. */
const LETTERS = 'KMSUdeirv-0123456789';

/** The same with two texts, which are stored as they are or as tokens. */
const named = (as: string): string =>
  `${YAML}      container: {type: text, max-length: 32${as}}\n      driver: {type: text, max-length: 32${as}}\n`;

/** Each device has a container and a driver of its own; the drivers change every fifty readings of the device. */
const names = (i: number): string =>
  `,"container":"MSKU${String(i % DEVICES).padStart(7, '0')}","driver":"driver-${((i % DEVICES) + Math.floor(i / DEVICES / 50)) % 500}"`;

/** The same with a person who is named by a token, with and without consent to ask for. */
const worn = (basis: string): string =>
  `${YAML.replace('    from: pump\n', `    from: pump\n    purposes: [care, research]\n    subject: driver\n    basis: ${basis}\n`)}      container: {type: text, max-length: 32, tokenise: names}\n      driver: {type: text, max-length: 32, class: identifier, tokenise: names}\n`;

/** The eight numbers into windows of a minute, of which all four measures are kept. */
const aggregated = YAML.replace(
  '    fields:\n',
  `    aggregate: {every: 1m, of: {${[
    'accelerometer_1',
    'accelerometer_2',
    'current',
    'pressure',
    'temperature',
    'thermocouple',
    'voltage',
    'flow_rate',
  ]
    .map((field) => `${field}: [mean, min, max, count]`)
    .join(', ')}}}\n    fields:\n`,
);

const MANNER = {
  network: '192.0.2.0/24',
  tls: 'TLSv1.3 TLS_AES_128_GCM_SHA256 X25519',
  stack: null,
  protocol: 'mqtt-5',
  keepAlive: 60,
  clean: true,
  hasWill: false,
} as const;

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
  const { rate: plain } = await measure(YAML, (i) => payload(i, ''), note, '8 numbers');
  const { rate: numbered } = await measure(
    YAML,
    (i) => payload(i, `,"time":"${new Date().toISOString()}","seq":${Math.floor(i / DEVICES)}`),
    note,
    'time, seq',
  );
  const [texts, tokens, vaulted, formed, consents, single, windows, counted] = Array.from(
    { length: 8 },
    (): number[] => [],
  ) as [number[], number[], number[], number[], number[], number[], number[], number[]];
  // In turns, so that what else the machine does falls on both.
  for (let turn = 0; turn < TURNS; turn++) {
    single.push((await measure(YAML, (i) => payload(i, ''), note, '8 numbers', 2)).cost);
    counted.push(costOfCounting(note));
    windows.push((await measure(aggregated, (i) => payload(i, ''), note, '8 numbers into windows', 2)).cost);
    texts.push((await measure(named(''), (i) => payload(i, names(i)), note, 'two texts', 2)).cost);
    tokens.push((await measure(named(', tokenise: names'), (i) => payload(i, names(i)), note, 'two tokens', 2)).cost);
    const reversible = named(', tokenise: names, token: reversible');
    vaulted.push((await measure(reversible, (i) => payload(i, names(i)), note, 'two tokens with a vault', 2)).cost);
    const format = named(`, tokenise: names, token: {alphabet: "${LETTERS}", length: [8, 32]}`);
    formed.push((await measure(format, (i) => payload(i, names(i)), note, 'two tokens of a format', 2)).cost);
    consents.push((await measure(worn('consent'), (i) => payload(i, names(i)), note, 'two tokens, consent', 2)).cost);
  }
  return [
    besidePeer('ingest-core: a reading with two texts as tokens', 'ns of processor', median(tokens), median(texts), {
      atMost: 1.2,
    }),
    besidePeer('ingest-core: the same with a vault', 'ns of processor', median(vaulted), median(texts), {
      atMost: 1.2,
    }),
    besidePeer('ingest-core: the same of a format', 'ns of processor', median(formed), median(texts), { atMost: 1.2 }),
    besidePeer('ingest-core: the same by consent', 'ns of processor', median(consents), median(texts), { atMost: 1.2 }),
    besidePeer('ingest-core: 8 numbers into windows of a minute', 'ns of processor', median(windows), median(single), {
      atMost: 1.2,
    }),
    besidePeer(
      'ingest-core: 8 numbers, counted for the device',
      'ns of processor',
      median(single) + median(counted),
      median(single),
      {
        atMost: 1.02,
      },
    ),
    absolute('ingest-core: 8 numbers', 'readings/s', plain, { atLeast: 300_000 }),
    absolute('ingest-core: 8 numbers, time and seq', 'readings/s', numbered, null),
  ];
};

/**
 * Nanoseconds of processor that a message costs by being counted for its device, as the gateway does with each. By itself:
 * it is far less than one measurement of readings differs from the next.
 */
function costOfCounting(note: (text: string) => void): number {
  const book = new ConnectionBook({ clock: systemClock, isStream: () => true, told: () => {} });
  const devices = Array.from({ length: DEVICES }, (_, index) => {
    return { index, name: `pump-${index}`, type: 'pump', speaksFor: [], serials: [] };
  });
  const topics = devices.map((about) => ({ stream: 'pump', about, refusal: 0 }));
  const tallies = devices.map((device) => book.began(device, MANNER));
  const spent = threadMicros();
  for (let i = 0; i < COUNTED; i++) tallies[i % DEVICES]!.message(300, i, topics[i % DEVICES]!);
  const cost = ((threadMicros() - spent) * 1_000) / COUNTED;
  note(`a message counted for its device: ${cost.toFixed(1)} ns of processor`);
  return cost;
}

/** Consents of all drivers, in shared memory as the gateway has them. */
function everybody(template: Template, keys: ReadonlyMap<string, TokenMaker>): ConsentLookup {
  const writer = new ConsentWriter(ConsentTable.create(1_024));
  const token = keys.get('names');
  const entries = Array.from({ length: 500 }, (_, n) => ({
    stream: template.streams.has('pump') ? 'pump' : '',
    subject: token?.text(`driver-${n}`) ?? '',
    until: [0xffff_ffff, 0xffff_ffff],
  }));
  const purposes = { pump: ['care', 'research'] };
  return new ConsentLookup(writer.table, { purposes, places: writer.write(entries) });
}

async function measure(
  yaml: string,
  make: (i: number) => Buffer,
  note: (text: string) => void,
  name: string,
  rounds = ROUNDS,
): Promise<{ readonly rate: number; readonly cost: number }> {
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
  const template = makeTemplate(yaml);
  const windows = await openKeeper(folder.path);
  const keys = tokenKeysOf(template);
  const ingest = new Ingest({
    template,
    tokenKeys: keys,
    journal,
    table,
    worker: 0,
    digestKey: systemRandom.bytes(32),
    vault: new VaultWriter({ version: 1, key: systemRandom.bytes(32) }, systemRandom),
    consents: everybody(template, keys),
    windows: (group) => windows.keeper.take(group),
  });
  const rates: number[] = [];
  /** Nanoseconds of the thread's own time for a reading: what else the machine does is not in it. */
  const costs: number[] = [];
  let sent = 0;
  for (let round = 0; round <= rounds; round++) {
    // Made before the clock runs: a payload comes from a socket for nothing.
    const payloads = Array.from({ length: 100_000 }, (_, i) => make(sent + i));
    let durable = 0;
    let groups = 0;
    let waiting: Promise<void> | null = null;
    const began = performance.now();
    const spent = threadMicros();
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
    const cost = ((threadMicros() - spent) * 1_000) / durable;
    if (round > 0) {
      rates.push(rate);
      costs.push(cost);
    }
    note(`${name}: ${Math.round(rate)} readings/s in ${groups} groups, ${Math.round(cost)} ns of processor each`);
  }
  await windows.keeper.drain();
  await windows.journal.close();
  await journal.close();
  return { rate: median(rates), cost: median(costs) };
}

/** The keeper of windows, here in the thread of ingest: its cost counts, the hop between threads does not. */
async function openKeeper(folder: string) {
  let files = 0;
  const journal = await FileJournalWriter.open({
    directory: `${folder}/windows/w0`,
    worker: 0,
    start: 's1',
    keys: { next: () => ({ fileId: `w${++files}`, key: AeadKey.fromBytes(systemRandom.bytes(32)) }) },
    clock: systemClock,
    files: nodeFiles,
    maxBytes: 256 * 1024 * 1024,
    maxAgeMs: 600_000,
  });
  const nothing = async (): Promise<void> => {};
  const parts = { journal, clock: systemClock, write: nothing, remove: nothing, onFailed: () => {} };
  return { journal, keeper: new WindowKeeper(parts, []) };
}

function threadMicros(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
