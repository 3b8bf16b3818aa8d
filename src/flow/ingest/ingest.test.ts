import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import { JournalError } from '#flow/journal/index.ts';
import type { QuarantinedReading } from '#flow/journal/index.ts';
import { DEVICE_FLAG, rebuildFromBatch } from '#trust/identity/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { tokenKeysOf } from '../../../test/support/token-keys.ts';
import { ImportGrants } from './import-grants.ts';
import { REASON, reasonOf } from './reasons.ts';
import type { Speaker, WireFormat } from './sender.ts';
import { NOW, SECOND, YAML, TRUCK, HUB, OTHER, SENDERS, newTable, setup, turn } from './testing.ts';

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
  assert.equal(admit('[{"temperature":1},{"temperature":99},7]'), 'range');
  ingest.refuse('other', 'climate', REASON.format.number, null);
  assert.equal(ingest.place, '', 'what is refused before it comes here has no place');
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

test('isStream() is true of the streams of the template in force', () => {
  const { ingest } = setup();
  const next = makeTemplate('devices: {d: {}}\nstreams: {later: {from: d, fields: {n: {type: number}}}}');
  assert.deepEqual(['later', 'toString'].map((name) => ingest.isStream(name)), [false, false]); // prettier-ignore
  ingest.useTemplate(next, { tokenKeys: tokenKeysOf(next) });
  assert.equal(ingest.isStream('later'), true);
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
