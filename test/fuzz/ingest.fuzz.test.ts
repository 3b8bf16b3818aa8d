import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import type { Batch } from '#base/core/index.ts';
import { Ingest, reasonOf } from '#flow/ingest/index.ts';
import type { Sender, WireFormat } from '#flow/ingest/index.ts';
import { ByteWriter, decodeRecord, encodeRecord } from '#flow/journal/index.ts';
import type { JournalWriter } from '#flow/journal/index.ts';
import { DEVICE_FLAG, DeviceTable } from '#trust/identity/index.ts';
import { makeTemplate } from '../support/make-template.ts';
import { tokenKeysOf } from '../support/token-keys.ts';
import { seededRandom } from '../support/seeded-random.ts';

const NOW = 1_767_225_600_000_000;
const ROUNDS = 100_000;
const DEVICE: Sender = { index: 0, name: 'd0', type: 'd' };
const YAML = `
devices: {d: {}}
limits: {depth: 4, fields: 12, text-length: 30, payload: 600B, batch-readings: 20}
streams:
  s:
    from: d
    rate: {sustained: 1000000/s, burst: 1000000}
    accept: {late: 1h, early: 1h}
    fields:
      n: {type: number, range: [-100, 100], step: 50/s}
      i: {type: integer, range: [0, 10], nullable: true}
      ok: {type: boolean, nullable: true}
      word: {type: text, max-length: 8, pattern: "[a-z]*", nullable: true}
      kind: {type: text, enum: [a, b], nullable: true}
      at: {type: time, nullable: true}
      pin: {type: text, class: secret}
`;
const TEMPLATE = makeTemplate(YAML);

const SEEDS: readonly (readonly [WireFormat, Uint8Array])[] = [
  [
    'json',
    Buffer.from(
      '{"n":1.5,"i":3,"ok":true,"word":"abc","kind":"a","at":"2026-01-01T00:00:00Z","time":1767225600,"seq":1}',
    ),
  ],
  ['json', Buffer.from('{"n":-2.25e1,"word":"\\u0061b","x":{"y":[1,2,{"z":null}]}}')],
  ['json', Buffer.from('[{"n":1},{"n":2,"word":""},{"n":"3"}]')],
  ['json', Buffer.from('{"n":1,"__proto__":{"n":2},"constructor":{"prototype":1}}')],
  ['json', Buffer.from('{"n":1,"word":"\' OR 1=1 --","kind":"%n%s"}')],
  ['json', Buffer.from('{"n":1,"pin":"hunter2","word":"x"}')],
  ['ndjson', Buffer.from('{"n":1}\n{"n":2,"seq":7}\r\n{"n":1e400}\n')],
  ['cbor', encode({ n: 1.5, i: 3, ok: false, word: 'abc', seq: 2, time: 1767225600.5 })],
  ['cbor', encode([{ n: 1 }, { n: 2, word: 'x' }])],
  [
    'senml+json',
    Buffer.from('[{"bn":"d0:","bt":1767225600,"n":"n","v":1},{"n":"word","vs":"x"},{"n":"n","v":2,"t":-5}]'),
  ],
  [
    'senml+cbor',
    encode([
      new Map<number, unknown>([
        [-2, 'd0:'],
        [-3, 1767225600],
        [0, 'n'],
        [2, 1.5],
      ]),
    ]),
  ],
];
const PIECES = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '-',
  '1e309',
  '\u0000',
  'ÿ',
  '"n":',
  'null',
  '9007199254740993',
  '\\ud800',
  '"pin":"x"',
];

/** A few random edits: bytes changed, removed, doubled, pieces put in. */
function mutate(bytes: Uint8Array, random: (below: number) => number): Buffer {
  let out = Buffer.from(bytes);
  for (let edits = random(3); edits >= 0 && out.length > 0; edits--) {
    const at = random(out.length);
    const to = Math.min(out.length, at + 1 + random(8));
    switch (random(5)) {
      case 0:
        out[at] = random(256);
        break;
      case 1:
        out = Buffer.concat([out.subarray(0, at), out.subarray(to)]);
        break;
      case 2:
        out = Buffer.concat([out.subarray(0, to), out.subarray(at)]);
        break;
      case 3:
        out = Buffer.concat([out.subarray(0, at), Buffer.from(PIECES[random(PIECES.length)]!), out.subarray(at)]);
        break;
      default:
        out = out.subarray(0, at);
    }
  }
  return out;
}

/** What no stored reading may be, whatever was sent: the declaration, checked again the slow way. */
function assertSound(batch: Batch): void {
  for (const { name, data } of batch.columns) {
    assert.notEqual(name, 'pin');
    for (let i = 0; i < batch.rows; i++) {
      if (data.nulls?.[i] === 1) {
        assert.ok(!['device', 'time', 'received', 'time_given', 'n'].includes(name), `${name} is null`);
        continue;
      }
      const value = data.type === 'text' ? data.dictionary[data.codes[i]!] : data.values[i];
      if (data.type === 'text') {
        assert.ok(typeof value === 'string' && value.isWellFormed());
        if (name === 'word') assert.match(value, /^[a-z]{0,8}$/);
        if (name === 'kind') assert.match(value, /^[ab]$/);
        if (name === 'device') assert.equal(value, 'd0');
      } else {
        assert.ok(Number.isFinite(value), `${name} is ${value}`);
        if (name === 'n') assert.ok(Math.abs(Number(value)) <= 100);
        if (name === 'i') assert.ok(Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 10);
        if (name === 'time') assert.ok(Math.abs(Number(value) - NOW) <= 3_600_000_000 + ROUNDS * 1_000);
        if (data.type !== 'number') assert.ok(Number.isSafeInteger(value), `${name} is ${value}`);
      }
    }
  }
}

test('no payload crashes ingest, none stores a bad reading, and each refusal is counted', async () => {
  const source = seededRandom(20_260_101);
  const random = (below: number): number => source.integer(0, below - 1);
  const table = DeviceTable.create({ devices: 1, streams: 1, records: 1, window: 32, stepped: 1 }, new Uint8Array(8));
  table.setFlags(0, DEVICE_FLAG.known);
  let stored = 0;
  let counted = 0;
  const out = new ByteWriter();
  const journal: JournalWriter = {
    append(records) {
      for (const record of records) {
        out.reset();
        encodeRecord(out, record);
        const decoded = decodeRecord(out.view());
        if (decoded.kind === 'batch') {
          assertSound(decoded.batch);
          stored += decoded.batch.rows;
        } else if (decoded.kind === 'refusals') {
          for (const { count, reason } of decoded.counts) {
            assert.ok(reasonOf(reason) !== undefined);
            counted += count;
          }
        }
      }
      return Promise.resolve({ file: 'f', offset: 0 });
    },
    close: () => Promise.resolve(),
  };
  const ingest = new Ingest({
    template: TEMPLATE,
    tokenKeys: tokenKeysOf(TEMPLATE),
    journal,
    table,
    worker: 0,
    digestKey: new Uint8Array(32),
  });
  const words = new Map<string, number>();
  let refused = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const [format, seed] = SEEDS[i % SEEDS.length]!;
    // Each payload as it claims to be, and now and then as something else.
    const as = random(20) === 0 ? SEEDS[random(SEEDS.length)]![0] : format;
    const payload = i < SEEDS.length ? Buffer.from(seed) : mutate(seed, random);
    const { reasons } = ingest.admitMany(DEVICE, 's', DEVICE, payload, as, NOW + i * 1_000);
    for (const reason of reasons) {
      const word = reasonOf(reason)!.word;
      words.set(word, (words.get(word) ?? 0) + 1);
      if (reason > 2) refused++;
    }
    if (i % 500 === 0) await ingest.durable();
  }
  await ingest.drain();
  assert.equal(counted, refused);
  assert.equal(stored, words.get('admitted'));
  assert.equal(Object.keys(Object.prototype).length, 0);
  for (const word of [
    'admitted',
    'duplicate',
    'replay',
    'decode',
    'bad-utf8',
    'duplicate-key',
    'proto-key',
    'schema-type',
    'schema-missing',
    'schema-pattern',
    'range',
    'secret',
    'clock-late',
    'number-overflow',
    'integer-overflow',
  ]) {
    assert.ok((words.get(word) ?? 0) > 0, `${word} was never met: ${JSON.stringify([...words])}`);
  }
});
