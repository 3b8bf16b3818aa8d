import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import type { Batch } from '#base/core/index.ts';
import { JournalError } from '#flow/journal/index.ts';
import type { JournalPosition, JournalRecord, JournalWriter, QuarantinedReading } from '#flow/journal/index.ts';
import { DEVICE_FLAG, DeviceTable, rebuildFromBatch } from '#trust/identity/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { openVaultRecord, VaultWriter } from './vault-record.ts';
import { tokenKeysOf } from '../../../test/support/token-keys.ts';
import { ImportGrants } from './import-grants.ts';
import { Ingest } from './ingest.ts';
import type { IngestParts } from './ingest.ts';
import { REASON, reasonOf } from './reasons.ts';
import type { Sender, Speaker, WireFormat } from './sender.ts';

const NOW = 1_767_225_600_000_000;
const SECOND = 1_000_000;
const YAML = `
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

const TRUCK: Speaker = { index: 0, name: 'truck', type: 'reefer', speaksFor: [] };
const HUB: Speaker = { index: 1, name: 'hub', type: 'hub', speaksFor: ['reefer'] };
const OTHER: Speaker = { index: 2, name: 'other', type: 'other', speaksFor: ['reefer'] };
const SENDERS = [TRUCK, HUB, OTHER];

/** A journal whose groups the test lets through or fails one by one. */
class TestJournal implements JournalWriter {
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

function newTable(): DeviceTable {
  const table = DeviceTable.create(
    { devices: 8, streams: 8, records: 32, window: 16, stepped: 4 },
    Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  );
  for (const { index } of SENDERS) table.setFlags(index, DEVICE_FLAG.known);
  return table;
}

function setup(parts: Partial<IngestParts> = {}) {
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

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('admit() stores a reading as columns and durable() tells when', async () => {
  const { journal, ingest, admit } = setup();
  assert.equal(admit({ temperature: 4.5, door: true, mode: 'cool', time: NOW / 1e6 - 1, seq: 9 }), 'admitted');
  assert.equal(admit({ temperature: 4.25 }, { received: NOW + 1 }), 'admitted');
  assert.deepEqual(journal.kept, []);
  await ingest.durable();
  const [batch] = journal.batches();
  assert.deepEqual(
    batch!.columns.map((column) => column.name),
    ['device', 'time', 'received', 'seq', 'time_given', 'via', 'temperature', 'door', 'mode', 'label'],
  );
  assert.deepEqual(journal.column('device'), ['truck', 'truck']);
  assert.deepEqual(journal.column('time'), [NOW - SECOND, NOW + 1]);
  assert.deepEqual(journal.column('time_given'), [1, 0]);
  assert.deepEqual(journal.column('received'), [NOW, NOW + 1]);
  assert.deepEqual(journal.column('seq'), [9, null]);
  assert.deepEqual(journal.column('via'), [null, null]);
  assert.deepEqual(journal.column('temperature'), [4.5, 4.25]);
  assert.deepEqual(journal.column('door'), [1, null]);
  assert.deepEqual(journal.column('mode'), ['cool', null]);
});

for (const [reading, expected, place] of [
  ['{', 'decode', 'byte 1'],
  ['42', 'schema-shape', ''],
  ['"x"', 'schema-shape', ''],
  [{}, 'schema-missing', 'temperature'],
  [{ temperature: null }, 'schema-type', 'temperature'],
  [{ temperature: '4' }, 'schema-type', 'temperature'],
  [{ temperature: [4] }, 'schema-type', 'temperature'],
  [{ temperature: 4, door: 1 }, 'schema-type', 'door'],
  [{ temperature: 4, mode: 'dry' }, 'schema-enum', 'mode'],
  [{ temperature: 4, label: 'a1' }, 'schema-pattern', 'label'],
  [{ temperature: 4, label: 'ABCDEFGHI' }, 'schema-length', 'label'],
  [{ temperature: 61 }, 'range', 'temperature'],
  [{ temperature: 4, time: 'yesterday' }, 'schema-type', 'time'],
  [{ temperature: 4, time: NOW / 1e6 - 3_601 }, 'clock-late', ''],
  [{ temperature: 4, time: NOW / 1e6 + 301 }, 'clock-early', ''],
  [{ temperature: 4, seq: -1 }, 'schema-type', 'seq'],
  [{ temperature: 4, seq: 1.5 }, 'schema-type', 'seq'],
  ['{"temperature":1,"temperature":1}', 'duplicate-key', 'byte 17'],
  ['{"temperature":1,"__proto__":{"temperature":1}}', 'proto-key', 'byte 17'],
  ['{"temperature":1e999}', 'number-overflow', 'byte 15'],
  [`{"temperature":1,"x":"${'y'.repeat(70_000)}"}`, 'size', ''],
] as const) {
  test(`admit() refuses ${JSON.stringify(reading).slice(0, 50)} as ${expected}`, async () => {
    const { journal, ingest, admit } = setup();
    assert.equal(admit(reading), expected);
    assert.equal(ingest.place, place);
    await ingest.durable();
    assert.deepEqual(journal.refusals(), { [`truck/climate/${expected}`]: 1 });
    assert.deepEqual(journal.batches(), []);
  });
}

test('admit() tells who may publish what about whom', async () => {
  const { journal, table, ingest, admit } = setup({ closed: new Set(['strict']) });
  const reading = { temperature: 1 };
  assert.equal(admit(reading, { stream: 'nothing' }), 'not-a-stream');
  assert.equal(admit(reading, { sender: OTHER }), 'not-allowed');
  assert.equal(admit(reading, { sender: OTHER, about: TRUCK }), 'not-allowed');
  assert.equal(admit(reading, { sender: HUB }), 'not-allowed');
  assert.equal(admit(reading, { sender: HUB, about: TRUCK }), 'admitted');
  assert.equal(admit({ n: 1 }, { stream: 'strict' }), 'unenforced');
  table.setFlags(TRUCK.index, DEVICE_FLAG.contained);
  assert.equal(admit(reading), 'disabled');
  assert.equal(admit(reading, { sender: HUB, about: TRUCK }), 'disabled');
  table.setFlags(TRUCK.index, 0, DEVICE_FLAG.contained);
  assert.equal(admit(reading), 'admitted');
  await ingest.durable();
  assert.deepEqual(journal.column('via'), ['hub', null]);
});

test('admit() asks the inventory of now for whom a device speaks, in every format', () => {
  let speaksFor: readonly string[] = [];
  const findDevice = (name: string): Speaker | null => (name === 'hub' ? { ...HUB, speaksFor } : TRUCK);
  const { admit } = setup({ findDevice });
  const pack = '[{"bn":"truck:","n":"temperature","v":1}]';
  const both = (): string[] => [
    admit({ temperature: 1 }, { sender: HUB, about: TRUCK }),
    admit(pack, { format: 'senml+json', sender: HUB }),
  ];
  assert.deepEqual(both(), ['not-allowed', 'not-allowed']);
  speaksFor = ['reefer'];
  assert.deepEqual(both(), ['admitted', 'admitted']);
  speaksFor = [];
  assert.deepEqual(both(), ['not-allowed', 'not-allowed']);
});

test('admit() drops undeclared members, or refuses them where the stream says so', () => {
  const { ingest, admit } = setup();
  assert.equal(admit({ temperature: 1, extra: { deep: [1] } }), 'admitted');
  assert.equal(admit({ a: 1, temperature: 1, b: 2 }), 'admitted');
  assert.equal(admit({ a: 1, temperature: 100 }), 'range');
  const same = makeTemplate(YAML);
  ingest.useTemplate(same, { tokenKeys: tokenKeysOf(same) });
  assert.equal(admit({ temperature: 1, a: 'x' }), 'admitted');
  const [[stream, left] = []] = ingest.takeLeftOut();
  assert.deepEqual([stream, left?.undeclared, ingest.undeclared], ['climate', 4, 4]);
  assert.ok((left?.bytes ?? 0) >= '"extra":{"deep":[1]}"a":1"b":2"a":"x"'.length);
  assert.deepEqual(ingest.takeLeftOut(), []);
  assert.equal(admit({ n: 1, extra: 1 }, { stream: 'strict' }), 'schema-undeclared');
});

test('admit() holds devices to the rate of their stream, and imports not', () => {
  const grants = new ImportGrants();
  const { admit } = setup({ grants });
  const send = (received: number): string => admit({ n: 1 }, { stream: 'strict', received });
  assert.deepEqual([send(NOW), send(NOW), send(NOW)], ['admitted', 'admitted', 'rate']);
  assert.deepEqual([send(NOW + SECOND), send(NOW + SECOND)], ['admitted', 'rate']);
  grants.open({ stream: 'strict', devices: [TRUCK.index], until: NOW + 10 * SECOND }, NOW);
  assert.equal(send(NOW + SECOND), 'admitted');
  assert.equal(
    admit({ temperature: 1, time: '2020-01-01T00:00:00Z' }),
    'clock-late',
    'a grant for one stream is for it',
  );
  grants.open({ stream: 'climate', devices: [TRUCK.index], until: NOW + 10 * SECOND }, NOW);
  assert.equal(admit({ temperature: 1, time: '2020-01-01T00:00:00Z' }), 'admitted');
  assert.equal(admit({ temperature: 1, time: '2020-01-01T00:00:00Z' }, { received: NOW + 11 * SECOND }), 'clock-late');
});

test('allowance() tells what a device may still send to a stream', () => {
  const { ingest, admit } = setup();
  assert.deepEqual(ingest.allowance(TRUCK, 'strict', NOW), { perSecond: 1, burst: 2, tokens: 2 });
  admit({ n: 1 }, { stream: 'strict' });
  assert.equal(ingest.allowance(TRUCK, 'strict', NOW)?.tokens, 1);
  assert.equal(ingest.allowance(TRUCK, 'nothing', NOW), null);
});

test('admit() tells a duplicate from a replay by content', async () => {
  const { journal, ingest, admit } = setup();
  assert.equal(admit({ temperature: 1, seq: 5 }), 'admitted');
  assert.equal(admit({ temperature: 1, seq: 5 }, { received: NOW + 5 }), 'duplicate');
  assert.equal(admit('{"seq":5.0,"temperature":10e-1,"x":1}'), 'duplicate', 'content is what was decoded');
  assert.equal(admit({ temperature: 1.5, seq: 5 }), 'replay');
  assert.equal(admit({ temperature: 1, seq: 5, door: false }), 'replay');
  assert.equal(admit({ temperature: 1, seq: 5, time: NOW / 1e6 }), 'replay');
  assert.equal(admit({ temperature: 1, seq: 3 }), 'admitted', 'late, and within the window');
  assert.equal(admit({ temperature: 1, seq: 40 }), 'admitted');
  assert.equal(admit({ temperature: 1, seq: 24 }), 'replay', 'outside the window of 16');
  assert.equal(admit({ temperature: 1, seq: 25 }), 'admitted');
  assert.equal(admit({ temperature: 1 }), 'admitted');
  assert.equal(admit({ temperature: 1 }), 'admitted', 'without seq two equal readings are two');
  await ingest.durable();
  assert.deepEqual(journal.column('seq'), [5, 3, 40, 25, null, null]);
  assert.equal(journal.refusals()['truck/climate/replay'], 4);
});

test('admit() does not remember the seq of a reading that another check refused', () => {
  const { admit } = setup();
  assert.equal(admit({ temperature: 100, seq: 1 }), 'range');
  assert.equal(admit({ temperature: 10, seq: 1 }), 'admitted');
});

test('admit() refuses a change that is too fast, whole seconds counting as one', () => {
  const { admit } = setup();
  const at = (temperature: number, seconds: number): string => admit({ temperature, time: NOW / 1e6 + seconds });
  assert.equal(at(10, 0), 'admitted');
  assert.equal(at(12, 0), 'admitted');
  assert.equal(at(9.5, 1), 'step');
  assert.equal(at(20, 4), 'admitted');
  assert.equal(at(12, 0), 'admitted', 'an earlier reading is compared by distance in time');
  assert.equal(at(22, 5), 'admitted');
});

test('admit() takes CBOR, and SenML in both forms', async () => {
  const { journal, ingest, admit } = setup();
  const pack = [
    { bn: 'truck:', bt: NOW / 1e6, n: 'temperature', u: 'Cel', v: 3 },
    { n: 'mode', vs: 'heat' },
    { n: 'seq', v: 1 },
    { n: 'temperature', v: 4, t: -2 },
  ];
  assert.equal(admit(encode({ temperature: 1.5, mode: 'cool' }), { format: 'cbor' }), 'admitted');
  assert.equal(admit(JSON.stringify(pack), { format: 'senml+json', sender: HUB }), 'admitted');
  const labels = new Map<number, unknown>([
    [0, 'temperature'],
    [2, 5],
  ]);
  assert.equal(admit(encode([labels]), { format: 'senml+cbor' }), 'admitted');
  assert.equal(admit('[{"n":"temperature","v":5}]', { format: 'senml+json', sender: HUB }), 'not-allowed');
  assert.equal(
    admit('[{"bn":"ghost:","n":"temperature","v":5}]', { format: 'senml+json', sender: HUB }),
    'unknown-device',
  );
  assert.equal(
    admit('[{"bn":"truck:","n":"temperature","v":5}]', { format: 'senml+json', sender: OTHER }),
    'not-allowed',
  );
  await ingest.durable();
  assert.deepEqual(journal.column('temperature'), [1.5, 3, 4, 5]);
  assert.deepEqual(journal.column('mode'), ['cool', 'heat', null, null]);
  assert.deepEqual(journal.column('via'), [null, 'hub', 'hub', null]);
  assert.deepEqual(journal.column('time'), [NOW, NOW, NOW - 2 * SECOND, NOW]);
  assert.deepEqual(journal.column('seq'), [null, 1, null, null]);
});

test('admit() names the place of the first refusal of a message that holds several readings', () => {
  const { ingest } = setup();
  const admit = (text: string): string =>
    reasonOf(ingest.admit(TRUCK, 'climate', TRUCK, Buffer.from(text), 'json', NOW))!.word;
  assert.equal(admit('[{"temperature":1},{"temperature":99},7]'), 'range');
  assert.equal(ingest.place, 'temperature');
  assert.equal(admit('[{"temperature":1}]'), 'admitted');
  assert.equal(ingest.place, '');
});

test('admitMany() gives each reading its outcome and place', async () => {
  const { journal, ingest } = setup();
  const lines = '{"temperature":1}\r\n\n{"temperature":99}\n{"temperature":2}\nnonsense';
  const many = (text: string, format: WireFormat): unknown => {
    const { reasons, places, stored, refused } = ingest.admitMany(
      TRUCK,
      'climate',
      TRUCK,
      Buffer.from(text),
      format,
      NOW,
    );
    return { reasons: [...reasons].map((reason) => reasonOf(reason)!.word), places: [...places], stored, refused };
  };
  assert.deepEqual(many(lines, 'ndjson'), {
    reasons: ['admitted', 'range', 'admitted', 'decode'],
    places: [
      [1, 'temperature'],
      [3, 'byte 0'],
    ],
    stored: 2,
    refused: 2,
  });
  assert.deepEqual(many('[{"temperature":1},{"temperature":"x"},7,{"temperature":2}]', 'json'), {
    reasons: ['admitted', 'schema-type', 'schema-shape', 'admitted'],
    places: [[1, 'temperature']],
    stored: 2,
    refused: 2,
  });
  assert.deepEqual(many('{"temperature":1}', 'json'), { reasons: ['admitted'], places: [], stored: 1, refused: 0 });
  assert.deepEqual(many('[]', 'json'), { reasons: [], places: [], stored: 0, refused: 0 });
  assert.deepEqual(many('[{"temperature":1},', 'json'), {
    reasons: ['admitted', 'decode'],
    places: [[1, 'byte 19']],
    stored: 1,
    refused: 1,
  });
  await ingest.durable();
  assert.deepEqual(journal.column('temperature'), [1, 2, 1, 2, 1, 1]);
});

test('a group that is not kept leaves no trace: its readings are fresh when they come again', async () => {
  const { journal, table, ingest, admit } = setup();
  admit({ temperature: 1, seq: 4 });
  await ingest.durable();
  journal.held = true;
  for (let seq = 5; seq < 60; seq++) assert.equal(admit({ temperature: 1, seq }), 'admitted');
  const writing = ingest.durable();
  await turn();
  assert.equal(journal.waiting, 1);
  assert.equal(admit({ temperature: 1, seq: 59 }), 'duplicate');
  for (let seq = 60; seq < 70; seq++) assert.equal(admit({ temperature: 1, seq }), 'admitted');
  ingest.recordSession('c1', Uint8Array.of(1));
  const open = ingest.durable();
  assert.notEqual(open, writing);
  journal.next(new JournalError('JOURNAL_FULL', 'made to fail'));
  await assert.rejects(writing, { code: 'JOURNAL_FULL' });
  await assert.rejects(
    open,
    { code: 'JOURNAL_FULL' },
    'the duplicate waited with the open group, so that one fails too',
  );
  assert.equal(ingest.waiting, 0);

  journal.held = false;
  assert.equal(admit({ temperature: 1, seq: 4 }), 'replay', 'what the lost readings pushed out stays out');
  for (let seq = 5; seq < 70; seq++) assert.equal(admit({ temperature: 1, seq }), 'admitted', `seq ${seq}`);
  await ingest.durable();
  assert.deepEqual(
    journal.column('seq'),
    Array.from({ length: 66 }, (_, i) => i + 4),
  );
  assert.equal(admit({ temperature: 1, seq: 69 }), 'duplicate');
  assert.equal(table.maxSeq(table.record(TRUCK.index, table.streamIndex('climate'))), 69);
});

test('a reading that waits at another worker is neither stored nor refused', async () => {
  const table = newTable();
  const one = setup({ table, worker: 0 });
  const two = setup({ table, worker: 1 });
  one.journal.held = true;
  assert.equal(one.admit({ temperature: 1, seq: 1 }), 'admitted');
  assert.equal(two.admit({ temperature: 1, seq: 1 }), 'try-later');
  assert.equal(two.admit({ temperature: 2, seq: 1 }), 'replay');
  assert.equal(two.admit({ temperature: 1, seq: 2 }), 'admitted');
  const durable = one.ingest.durable();
  await turn();
  one.journal.next();
  await durable;
  assert.equal(two.admit({ temperature: 1, seq: 1 }), 'duplicate');
  await two.ingest.drain();
});

test('windows come back from the journal', async () => {
  const { journal, ingest, admit } = setup();
  admit({ temperature: 1.5, mode: 'cool', seq: 5, time: '2026-01-01T00:00:00Z' });
  admit({ temperature: 1, seq: 6 });
  await ingest.durable();
  const table = newTable();
  for (const batch of journal.batches()) {
    const deviceIndex = (name: string): number | null => SENDERS.find((sender) => sender.name === name)?.index ?? null;
    rebuildFromBatch(table, batch, { deviceIndex, stepped: () => ['temperature'] });
  }
  const again = setup({ table });
  assert.equal(again.admit({ temperature: 1.5, mode: 'cool', seq: 5, time: '2026-01-01T00:00:00.000Z' }), 'duplicate');
  assert.equal(again.admit({ temperature: 1, seq: 6 }, { received: NOW + 99 }), 'duplicate');
  assert.equal(again.admit({ temperature: 2, seq: 6 }), 'replay');
  assert.equal(again.admit({ temperature: 30, seq: 7 }), 'step');
  await again.ingest.drain();
});

test('admit() asks to come later while too much waits, or when held', async () => {
  const { journal, ingest, admit } = setup({ mostWaiting: 4 });
  journal.held = true;
  assert.equal(ingest.busy, false);
  const words = Array.from({ length: 5 }, () => admit({ temperature: 1 }));
  assert.deepEqual(words, ['admitted', 'admitted', 'admitted', 'admitted', 'try-later']);
  assert.equal(ingest.busy, true);
  await turn();
  journal.next();
  await ingest.drain();
  assert.equal(ingest.busy, false);
  ingest.hold(true);
  assert.equal(admit({ temperature: 1 }), 'try-later');
  ingest.hold(false);
  assert.equal(admit({ temperature: 1 }), 'admitted');
});

test('session events are durable in order, in the group of the readings around them', async () => {
  const { journal, ingest, admit } = setup();
  ingest.recordSession('c1', Uint8Array.of(1));
  admit({ temperature: 1 });
  ingest.recordSession('c1', Uint8Array.of(2));
  await ingest.durable();
  assert.deepEqual(
    journal.kept.map((record) => record.kind),
    ['batch', 'session'],
  );
  const events = journal.kept.flatMap((record) => (record.kind === 'session' ? record.events : []));
  assert.deepEqual(
    events.map(({ session, event }) => [session, event[0]]),
    [
      ['c1', 1],
      ['c1', 2],
    ],
  );
});

test('refused readings are set aside as their reason says', () => {
  const kept: QuarantinedReading[] = [];
  let room = 1_000;
  const { admit, table } = setup({ quarantine: { room: () => room, keep: (reading) => kept.push(reading) } });
  admit({ temperature: 99, extra: 'private', mode: 'cool' });
  admit('{"temperature":');
  admit({ temperature: 1, mode: 'x' }, { sender: HUB, about: TRUCK });
  table.setFlags(TRUCK.index, DEVICE_FLAG.disabled);
  admit({ temperature: 1 });
  table.setFlags(TRUCK.index, 0, DEVICE_FLAG.disabled);
  room = 10;
  admit({ temperature: 99 });
  assert.deepEqual(
    kept.map(({ device, via, reason, place, length, payload }) => [
      device,
      via,
      reasonOf(reason)!.word,
      place,
      length,
      Buffer.from(payload).toString(),
    ]),
    [
      ['truck', null, 'range', 'temperature', 50, '{"temperature":99,"mode":"cool"}'],
      ['truck', null, 'decode', 'byte 15', 15, ''],
      ['truck', 'hub', 'schema-enum', 'mode', 28, '{"temperature":1,"mode":"x"}'],
    ],
  );
});

test('useTemplate() marks later readings with the new version, and refuses one that the table cannot hold', async () => {
  const { journal, ingest, admit } = setup();
  admit({ temperature: 1 });
  const next = makeTemplate(YAML.replace('max-length: 8', 'max-length: 9'));
  ingest.useTemplate(next, { tokenKeys: tokenKeysOf(next) });
  admit({ temperature: 1, label: 'ABCDEFGHI' });
  const fields = Array.from({ length: 5 }, (_, i) => `f${i}: {type: number, step: 1/s}`).join(', ');
  const wide = makeTemplate(`devices: {d: {}}\nstreams: {s: {from: d, fields: {${fields}}}}`);
  assert.throws(() => ingest.useTemplate(wide), { code: 'INGEST_TABLE_SMALL' });
  await ingest.durable();
  assert.deepEqual(
    journal.batches().map((batch) => [batch.template, batch.rows]),
    [
      [makeTemplate(YAML).digest, 1],
      [next.digest, 1],
    ],
  );
});

test('refuse() keeps no stream name that is not declared', async () => {
  const { journal, ingest } = setup();
  ingest.refuse('truck', 'evil\u001b[2J', REASON.notAStream.number, Buffer.from('x'));
  ingest.refuse('', 'climate', REASON.size.number, null);
  await ingest.durable();
  assert.deepEqual(journal.refusals(), { 'truck//not-a-stream': 1, '/climate/size': 1 });
});

test('a secret refuses the reading and is kept nowhere', async () => {
  const kept: QuarantinedReading[] = [];
  const template = makeTemplate(`
devices: {reefer: {}}
streams:
  s:
    from: reefer
    fields:
      n: {type: number, range: [0, 1]}
      password: {type: text, class: secret}
`);
  const { journal, ingest, admit } = setup({
    template,
    quarantine: { room: () => 1_000, keep: (reading) => kept.push(reading) },
  });
  assert.equal(admit({ n: 'x', password: 'hunter2' }, { stream: 's' }), 'secret');
  assert.equal(admit({ n: 5 }, { stream: 's' }), 'range');
  assert.equal(admit({ n: 1 }, { stream: 's' }), 'admitted');
  assert.equal(admit({ n: 1, password: null }, { stream: 's' }), 'admitted');
  await ingest.durable();
  assert.equal(
    journal.batches()[0]!.columns.some((column) => column.name === 'password'),
    false,
  );
  assert.deepEqual(
    kept.map(({ reason }) => reason),
    [REASON.range.number],
  );
});

test('recordEvent() stores events, cut to what the stream takes, also of devices that may not act', async () => {
  const { journal, table, ingest } = setup();
  table.setFlags(TRUCK.index, DEVICE_FLAG.disabled);
  assert.equal(ingest.recordEvent(TRUCK, 'will', `${'x'.repeat(4_095)}\u{1f30a}`, 'c1', NOW), 0);
  assert.equal(ingest.recordEvent(TRUCK, 'disabled', null, null, NOW + 1), 0);
  await ingest.durable();
  assert.equal(journal.batches()[0]!.stream, '_events');
  assert.deepEqual(journal.column('kind'), ['will', 'disabled']);
  assert.deepEqual(journal.column('client'), ['c1', null]);
  assert.deepEqual(journal.column('detail'), [`${'x'.repeat(4_095)}\ufffd`, null]);
});

test('recordOwn() writes nothing of devices whose owner nothing is taken of, stream by stream', async () => {
  const { journal, ingest } = setup();
  const refused = (values: string[]) => [{ stream: '_events', field: 'device', values }];
  ingest.refuseSubjects(refused([TRUCK.name]));
  assert.equal(ingest.recordEvent(TRUCK, 'will', null, null, NOW), REASON.erased.number);
  assert.equal(ingest.recordOwn('_connections', TRUCK, new Map([['messages', 1]]), NOW), 0);
  ingest.refuseSubjects(refused(['another']));
  assert.equal(ingest.recordEvent(TRUCK, 'will', null, null, NOW), 0);
  await ingest.durable();
  assert.deepEqual(
    journal
      .batches()
      .map(({ stream, rows }) => `${stream} ${rows}`)
      .sort(),
    ['_connections 1', '_events 1'],
  );
});

test('no device publishes to the events stream', () => {
  const { admit } = setup();
  assert.equal(admit({ kind: 'will' }, { stream: '_events' }), 'not-allowed');
});

test('admit() asks further policies at each message, once the template lets the sender publish', () => {
  const asked: string[] = [];
  let open = true;
  const { admit } = setup({
    mayPublish: (sender, stream, about) => {
      asked.push(`${sender.name} ${stream} ${about.name}`);
      return open;
    },
  });
  assert.equal(admit({ temperature: 4 }), 'admitted');
  open = false;
  assert.equal(admit({ temperature: 4 }, { received: NOW + SECOND }), 'not-allowed');
  assert.equal(admit({ temperature: 4 }, { sender: OTHER }), 'not-allowed');
  assert.deepEqual(asked, ['truck climate truck', 'truck climate truck']);
});

const ENTRY_YAML = `
devices: {reefer: {}, hub: {speaks-for: [reefer]}, other: {}}
streams:
  trips:
    from: reefer
    purposes: [p]
    rate: {sustained: 1000/s, burst: 1000}
    fields:
      driver: {type: text, class: identifier, pattern: "[a-z]+"}
      container: {type: text, class: identifier, tokenise: containers, nullable: true}
      latitude: {type: number, range: [-90, 90], step: 0.01/s, coarsen: 0.1}
`;
const ENTRY = makeTemplate(ENTRY_YAML);
const TOKEN_KEYS = tokenKeysOf(ENTRY);
const setupEntry = (parts: Partial<IngestParts> = {}) => setup({ template: ENTRY, ...parts });

test('admit() stores tokens for identifiers and grids for places, once the originals passed the checks', async () => {
  const kept: QuarantinedReading[] = [];
  const { journal, ingest, admit } = setupEntry({
    quarantine: { room: () => 1e6, keep: (one) => void kept.push(one) },
  });
  const trips = (reading: object, received = NOW) => admit(reading, { stream: 'trips', received });
  assert.equal(trips({ driver: 'ada', container: 'ada', latitude: 51.5073 }), 'admitted');
  assert.equal(trips({ driver: 'ada', latitude: 51.5173 }, NOW + SECOND), 'admitted', 'a small step beside the grid');
  assert.equal(trips({ driver: 'ADA', latitude: 51.5173 }, NOW + SECOND), 'schema-pattern');
  assert.equal(trips({ driver: 'bob', latitude: 89.99 }, NOW + SECOND), 'step');
  assert.equal(trips({ driver: 'bob', latitude: 90.01 }, NOW + SECOND), 'range', 'though its grid is 90');
  await ingest.durable();
  const [trip, container] = [TOKEN_KEYS.get('trips')!, TOKEN_KEYS.get('containers')!];
  assert.deepEqual(journal.column('driver'), [trip.text('ada'), trip.text('ada')]);
  assert.deepEqual(journal.column('container'), [container.text('ada'), null]);
  assert.deepEqual(journal.column('latitude'), [51.5, 51.5]);
  const evidence = kept.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()) as unknown);
  assert.deepEqual(evidence[0], { driver: trip.text('ADA'), latitude: 51.5 });
  assert.deepEqual(evidence[1], { driver: trip.text('bob'), latitude: 90 });
  const all = JSON.stringify(journal.kept) + JSON.stringify(evidence);
  for (const original of ['"ada"', '"ADA"', '"bob"', '51.5073', '51.5173'])
    assert.ok(!all.includes(original), original);
});

test('a redelivery of a tokenised and coarsened reading is a duplicate, after a restart too', async () => {
  const first = setupEntry();
  const reading = { driver: 'ada', latitude: 51.5073, seq: 4, time: NOW / 1e6 };
  assert.equal(first.admit(reading, { stream: 'trips' }), 'admitted');
  assert.equal(first.admit(reading, { stream: 'trips' }), 'duplicate');
  assert.equal(first.admit({ ...reading, driver: 'bob' }, { stream: 'trips' }), 'replay');
  await first.ingest.durable();
  const table = newTable();
  for (const batch of first.journal.batches()) {
    rebuildFromBatch(table, batch, { deviceIndex: () => TRUCK.index, stepped: () => ['latitude'] });
  }
  const second = setupEntry({ table });
  assert.equal(second.admit(reading, { stream: 'trips' }), 'duplicate');
  assert.equal(second.admit({ ...reading, driver: 'bob' }, { stream: 'trips' }), 'replay');
});

test('without a key for its tokens a stream is not taken as it is', () => {
  const tokenKeys = new Map([...TOKEN_KEYS].filter(([domain]) => domain !== 'trips'));
  assert.throws(() => setupEntry({ tokenKeys }), { code: 'INGEST_TOKEN_KEY_MISSING' });
  const { ingest, admit, journal } = setupEntry();
  assert.throws(() => ingest.useTemplate(ENTRY), { code: 'INGEST_TOKEN_KEY_MISSING' });
  assert.equal(admit({ driver: 'ada', latitude: 0 }, { stream: 'trips' }), 'admitted', 'the version in use stays');
  assert.ok(!JSON.stringify(journal.kept).includes('ada'));
});

test('newTokens() tells how many values each sender brought that its worker did not know', () => {
  const { ingest, admit } = setupEntry();
  const trips = (reading: object, sender: Speaker = TRUCK) =>
    admit({ latitude: 0, ...reading }, { stream: 'trips', sender, about: TRUCK });
  for (const driver of ['ada', 'bob', 'ada']) trips({ driver });
  trips({ driver: 'ada', container: 'ada' });
  trips({ driver: 'cid' }, HUB);
  assert.deepEqual([...ingest.takeNewTokens()], [['truck', 3], ['hub', 1]]); // prettier-ignore
  trips({ driver: 'bob' });
  assert.deepEqual([...ingest.takeNewTokens()], []);
  assert.equal(trips({ driver: 'dan', latitude: 91 }), 'range');
  assert.deepEqual([...ingest.takeNewTokens()], [['truck', 1]], 'a refusal is no way around');
});

const VAULTED = makeTemplate(`
devices: {reefer: {}}
streams:
  trips:
    from: reefer
    purposes: [p]
    fields:
      driver: {type: text, class: identifier, token: reversible, max-length: 40}
      badge: {type: integer, class: identifier, tokenise: badges, token: reversible, nullable: true, range: [0, 99]}
      phone: {type: text, class: identifier, tokenise: phones, token: {alphabet: digits, length: [8, 12]}, nullable: true}
`);
const VAULT_KEY = { version: 2, key: new Uint8Array(32).fill(9) };

function setupVault(held = false) {
  const made = setup({ template: VAULTED, vault: new VaultWriter(VAULT_KEY, systemRandom) });
  made.journal.held = held;
  const trips = (reading: object) => made.admit(reading, { stream: 'trips' });
  const originals = () =>
    made.journal.kept.flatMap((record) => (record.kind === 'vault' ? openVaultRecord(record, VAULT_KEY.key) : []));
  return { ...made, trips, originals };
}

test('originals of reversible tokens are durable before their readings, once each, and only of what is admitted', async () => {
  const { ingest, journal, trips, originals } = setupVault();
  const keys = tokenKeysOf(VAULTED);
  assert.equal(trips({ driver: 'eve', badge: 100 }), 'range');
  for (const driver of ['ada', 'ada', 'bob']) assert.equal(trips({ driver, badge: 7 }), 'admitted');
  await ingest.durable();
  assert.deepEqual(journal.kept.map(({ kind }) => kind).slice(0, 2), ['vault', 'batch']);
  for (const driver of ['ada', 'eve']) assert.equal(trips({ driver }), 'admitted');
  await ingest.durable();
  const [trip, badge] = [keys.get('trips')!, keys.get('badges')!];
  assert.deepEqual(originals(), [
    { domain: 'trips', token: trip.text('ada'), original: 'ada' },
    { domain: 'badges', token: badge.integer(7), original: 7 },
    { domain: 'trips', token: trip.text('bob'), original: 'bob' },
    { domain: 'trips', token: trip.text('eve'), original: 'eve' },
  ]);
  assert.ok(!JSON.stringify(journal.batches()).includes('ada'));
});

test('originals whose group failed are taken along again with the next reading that has them', async () => {
  const { ingest, journal, trips, originals } = setupVault(true);
  assert.equal(trips({ driver: 'ada' }), 'admitted');
  const failing = ingest.durable();
  await new Promise(setImmediate);
  assert.equal(trips({ driver: 'bob' }), 'admitted');
  journal.next(new Error('made to fail'));
  await assert.rejects(failing);
  journal.held = false;
  for (const driver of ['bob', 'ada']) assert.equal(trips({ driver }), 'admitted');
  await ingest.durable();
  assert.deepEqual(originals().map(({ original }) => original), ['bob', 'ada']); // prettier-ignore
});

test('a full vault has new originals wait, and nothing else', async () => {
  const { ingest, trips, originals } = setupVault();
  ingest.vaultRoom = 1;
  assert.equal(trips({ driver: 'ada', badge: 7 }), 'try-later', 'two are more than one');
  assert.equal(trips({ driver: 'ada' }), 'admitted');
  assert.equal(trips({ driver: 'bob' }), 'try-later');
  assert.equal(trips({ driver: 'ada', phone: '4917612345' }), 'admitted', 'its token needs no vault');
  ingest.vaultRoom = 5;
  assert.equal(trips({ driver: 'bob' }), 'admitted');
  await ingest.durable();
  assert.deepEqual(originals().map(({ original }) => original), ['ada', 'bob']); // prettier-ignore
});

test('what is not of the format that tokens keep is refused, and quarantine has no token of it', async () => {
  const kept: QuarantinedReading[] = [];
  const { ingest, journal, admit } = setup({
    template: VAULTED,
    vault: new VaultWriter(VAULT_KEY, systemRandom),
    quarantine: { room: () => 1e6, keep: (one) => void kept.push(one) },
  });
  const trips = (phone: string) => admit({ driver: 'ada', phone }, { stream: 'trips' });
  assert.equal(trips('4917612345'), 'admitted');
  for (const phone of ['1234567', '1234567890123', '49-17612345', '١٢٣٤٥٦٧٨'])
    assert.equal(trips(phone), 'schema-pattern', phone);
  await ingest.durable();
  const [token] = journal.column('phone') as string[];
  assert.match(token!, /^\d{10}$/);
  assert.notEqual(token, '4917612345');
  assert.ok(!kept.some(({ payload }) => /phone|1234567/.test(Buffer.from(payload).toString())));
});

test('a template with reversible tokens needs a key for the vault', () => {
  assert.throws(() => setup({ template: VAULTED }), { code: 'INGEST_TOKEN_KEY_MISSING' });
});

test('what is for no purpose in use is neither checked nor stored, in quarantine either', async () => {
  const yaml = (purposes: string): string => `
devices: {reefer: {}}
streams:
  climate:
    from: reefer
    purposes: [${purposes}]
    undeclared: refuse
    rate: {sustained: 1000/s, burst: 1000}
    fields:
      n: {type: integer, range: [0, 10]}
      note: {type: text, max-length: 8, purposes: [marketing]}
`;
  const kept: QuarantinedReading[] = [];
  const [before, after] = [makeTemplate(yaml('quality')), makeTemplate(yaml('quality, marketing'))];
  const quarantine = { room: () => 1e6, keep: (one: QuarantinedReading) => void kept.push(one) };
  const { journal, ingest, admit } = setup({ template: before, quarantine });
  assert.equal(admit({ n: 1, note: 'canary-far-too-long' }), 'admitted');
  assert.equal(admit({ n: 2, note: { deep: ['canary'] } }), 'admitted');
  assert.equal(admit({ n: 3 }), 'admitted', 'and need not come');
  assert.equal(admit({ n: 99, note: 'canary' }), 'range');
  await ingest.durable();
  assert.deepEqual(journal.column('n'), [1, 2, 3]);
  assert.ok(!journal.batches()[0]!.columns.some(({ name }) => name === 'note'));
  assert.deepEqual(
    kept.map(({ payload }) => Buffer.from(payload).toString()),
    ['{"n":99}'],
  );
  const [[, left] = []] = ingest.takeLeftOut();
  assert.deepEqual([left?.withheld, left?.undeclared], [2, 0]);
  assert.ok((left?.bytes ?? 0) > 40);
  ingest.useTemplate(after, { tokenKeys: tokenKeysOf(after) });
  assert.equal(admit({ n: 4, note: 'canary-far-too-long' }), 'schema-length', 'from the next reading on');
  assert.equal(admit({ n: 5, note: 'kept' }), 'admitted');
  await ingest.durable();
  const [last] = journal.batches().slice(-1);
  assert.ok(last!.columns.some(({ name }) => name === 'note'));
});

test('times of readings, and fields that are times, are stored on their grids', async () => {
  const template = makeTemplate(`
devices: {reefer: {}}
streams:
  climate:
    from: reefer
    coarsen-time: 1h
    rate: {sustained: 1000/s, burst: 1000}
    fields: {n: {type: integer, range: [0, 10]}, opened: {type: time, coarsen: 1d, nullable: true}}
`);
  const kept: QuarantinedReading[] = [];
  const quarantine = { room: () => 1e6, keep: (one: QuarantinedReading) => void kept.push(one) };
  const { journal, ingest, admit } = setup({ template, quarantine });
  const at = NOW + 61 * SECOND;
  assert.equal(admit({ n: 1, opened: '2025-12-31T17:30:00Z', seq: 1 }, { received: at }), 'admitted');
  assert.equal(admit({ n: 1, time: NOW / 1e6 - 0.5, seq: 2 }, { received: at }), 'admitted');
  assert.equal(
    admit({ n: 1, time: NOW / 1e6 - 7, seq: 2 }, { received: at }),
    'duplicate',
    'what is stored is the same',
  );
  assert.equal(admit({ n: 99, time: NOW / 1e6 - 0.5, opened: '2025-12-31T17:30:00Z' }, { received: at }), 'range');
  await ingest.durable();
  const hour = 3_600 * SECOND;
  assert.deepEqual(journal.column('time'), [NOW, NOW - hour]);
  assert.deepEqual(journal.column('received'), [NOW, NOW]);
  assert.deepEqual(journal.column('opened'), [NOW - 24 * hour, null]);
  const evidence = JSON.parse(Buffer.from(kept[0]!.payload).toString()) as Record<string, number>;
  assert.deepEqual(evidence, { n: 99, time: (NOW - hour) / 1e6, opened: (NOW - 24 * hour) / 1e6 });
});
