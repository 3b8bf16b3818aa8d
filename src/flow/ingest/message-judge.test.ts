import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QuarantinedReading } from '#flow/journal/index.ts';
import { DeviceTable } from '#trust/identity/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { CommitGroups } from './commit-groups.ts';
import { JsonParser } from './decode/json-parser.ts';
import { ImportGrants } from './import-grants.ts';
import { MessageJudge, isPack } from './message-judge.ts';
import { REASON, reasonOf } from './reasons.ts';
import { StreamIngest } from './stream-ingest.ts';
import { compileStream } from './stream-rules.ts';

const NOW = 1_767_225_600_000_000;
const HUB = { index: 0, name: 'hub', type: 'h' };
const CHILD = { index: 1, name: 'child', type: 'd' };

function setup(room = 1_000, records = 4) {
  const template = makeTemplate(
    'devices: {d: {}, h: {}}\nlimits: {payload: 256B}\nstreams: {s: {from: d, fields: {n: {type: number, range: [0, 9]}}}}',
  );
  const table = DeviceTable.create({ devices: 2, streams: 1, records, window: 4, stepped: 1 }, new Uint8Array(8));
  const journal = { append: () => Promise.resolve({ file: 'f', offset: 0 }), close: () => Promise.resolve() };
  const groups = new CommitGroups({ journal, table, worker: 0, digestKey: new Uint8Array(32) });
  const into = new StreamIngest(compileStream(template.streams.get('s')!, template.limits), template.digest, {
    table,
    groups,
    tally: { undeclared: 0, withheld: 0, bytes: 0, folded: 0, foldedBytes: 0 },
    interleaved: () => {},
    newTokens: () => {},
  });
  const kept: QuarantinedReading[] = [];
  const judge = new MessageJudge({
    table,
    groups,
    parser: new JsonParser(template.limits),
    grants: new ImportGrants(),
    quarantine: { room: () => room, keep: (reading) => kept.push(reading) },
    named: (_, __, name) => (name === 'child' ? CHILD : REASON.unknownDevice.number),
    mayBeAbout: (_, __, about) => (about === CHILD ? 0 : REASON.notAllowed.number),
  });
  const take = (payload: string): number => {
    judge.take(into, HUB, CHILD, Buffer.from(payload), NOW);
    return payload.length;
  };
  return { judge, take, kept, into };
}

const word = (reason: number): string => reasonOf(reason)!.word;

test('json() judges a part of a message and keeps of a refusal that part alone', () => {
  const { judge, take, kept } = setup();
  take('xx{"n":12}yy');
  assert.equal(word(judge.json(2, 10)), 'range');
  assert.equal(judge.place, 'n');
  assert.deepEqual(
    kept.map(({ device, via, length, payload }) => [device, via, length, Buffer.from(payload).toString()]),
    [['child', 'hub', 8, '{"n":12}']],
  );
});

test('json() looks at no payload past the limit', () => {
  const { judge, take } = setup();
  const length = take(`{"n":1,"x":"${'y'.repeat(300)}"}`);
  assert.equal(word(judge.json(0, length)), 'size');
});

test('many() asks for each named device, and for a pack’s own', () => {
  const { judge, take } = setup();
  take('[{"bn":"child:","n":"n","v":1},{"bn":"ghost:","n":"n","v":1},{"bn":"","n":"n","v":1}]');
  const outcomes = judge.many('senml+json');
  assert.deepEqual([...outcomes.reasons].map(word), ['admitted', 'unknown-device', 'admitted']);
  assert.deepEqual([outcomes.stored, outcomes.refused], [2, 1]);
});

test('refuse() keeps nothing where the share is used up, and counts no try-later', () => {
  const { judge, take, kept } = setup(5);
  const length = take('{"n":12}');
  assert.equal(word(judge.json(0, length)), 'range');
  assert.deepEqual(kept, []);
  const broken = take('{"n":12,');
  assert.equal(word(judge.json(0, broken)), 'decode');
  assert.deepEqual(
    kept.map(({ length, place }) => [length, place]),
    [[8, 'byte 8']],
    'where it broke needs no room for the payload',
  );
});

test('json() asks to come later where the device table is full', () => {
  const { judge, take } = setup(1_000, 0);
  const length = take('{"n":1}');
  assert.equal(word(judge.json(0, length)), 'try-later');
});

test('isPack() holds for formats that name devices', () => {
  assert.deepEqual([isPack('senml+json'), isPack('senml+cbor'), isPack('json')], [true, true, false]);
});

test('dropped names what no field declares, of a reading that was scanned, parsed, or one of several', () => {
  const { judge, take } = setup();
  const json = (payload: string): string => word(judge.json(0, take(payload)));
  assert.equal(json('{"n":1}'), 'admitted');
  assert.deepEqual(judge.dropped, []);
  assert.equal(json('{"rpm":2,"n":1,"fuel":[]}'), 'admitted');
  assert.deepEqual(judge.dropped, ['rpm', 'fuel']);
  assert.equal(json('{"rpm":2,"n":1}'), 'admitted');
  assert.deepEqual(judge.dropped, ['rpm']);
  assert.equal(json('{"rpm":2,"n":99}'), 'range');
  assert.deepEqual(judge.dropped, []);
  take('[{"n":1,"rpm":1},{"n":99,"wild":1},{"n":2,"rpm":1,"fuel":2},{"n":3}]');
  assert.deepEqual(judge.many('json').dropped, ['rpm', 'fuel']);
  assert.deepEqual(judge.dropped, ['rpm', 'fuel']);
  const many = Array.from({ length: 30 }, (_, i) => `"x${i}":1`).join(',');
  assert.equal(json(`{"n":1,${many}}`), 'admitted');
  assert.equal(judge.dropped.length, 8);
  assert.equal(json('{"n":1}'), 'admitted');
  assert.deepEqual(judge.dropped, []);
});
