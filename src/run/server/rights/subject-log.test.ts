import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { makeRowSealer } from '#base/storage/index.ts';
import { dueDate } from '#assure/privacy/index.ts';
import type { StoredPlace, SubjectRequest } from '#assure/privacy/index.ts';
import { encodeEntry } from '#trust/audit/index.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { liftEntry, requestEntries, RequestFold } from './subject-log.ts';

const SEALER = makeRowSealer(new Map([[1, AeadKey.fromBytes(new Uint8Array(32).fill(1))]]), 1, seededRandom(1));
const TOKEN = `t1-${'a'.repeat(16)}`;
const received = micros(1_767_225_600_000_000);
const place = (relation: string): StoredPlace => ({
  relation,
  kind: 'stream',
  column: 'c'.repeat(63),
  type: 'text',
  domain: 'people',
  values: [TOKEN, 'ada'],
  digests: [TOKEN.replace('a', 'b')],
});
const request = (more: Partial<SubjectRequest> = {}): SubjectRequest => ({
  id: 'r1',
  kind: 'erase',
  state: 'open',
  received,
  due: dueDate(received),
  finished: null,
  certificate: null,
  person: 'ab12',
  again: 'refuse',
  places: [place('s')],
  problem: null,
  rewritten: null,
  erased: {},
  ...more,
});

test('a request comes back from its entries as it was, without any original', () => {
  const places = Array.from({ length: 31 }, (_, i) => place(`${'r'.repeat(60)}${i}`));
  const entries = requestEntries('person:x', request({ places }), SEALER);
  assert.equal(entries.length, 3);
  const fold = new RequestFold(SEALER);
  for (const event of entries) {
    assert.ok(encodeEntry({ time: received, event }).length <= 8_192);
    fold.take(event);
  }
  const tokens = places.map((one) => ({ ...one, values: [TOKEN] }));
  assert.deepEqual(fold.requests.get('r1'), request({ places: tokens }));
  assert.ok(!JSON.stringify(entries).includes('ada') && !JSON.stringify(entries).includes(TOKEN));
});

test('RequestFold knows what was lifted and what was done, and passes over everything else', () => {
  const fold = new RequestFold(SEALER);
  const restricted = request({ id: 'r2', kind: 'restrict', state: 'standing', again: 'allow' });
  for (const event of requestEntries('person:x', restricted, SEALER)) fold.take(event);
  fold.take(liftEntry('person:x', restricted));
  fold.take({ actor: 'weir:rights', action: 'certify-erasure', resource: 'certificate:c', outcome: 'done', detail: { request: 'r1' } }); // prettier-ignore
  fold.take({ actor: 'weir:retention', action: 'certify-erasure', resource: 'certificate:d', outcome: 'done', detail: { rows: 1 } }); // prettier-ignore
  for (const event of requestEntries('person:x', request({ id: 'r3', kind: 'export' }), SEALER)) fold.take(event);
  assert.deepEqual([...fold.ended], [['r2', 'lifted'], ['r1', 'done']]); // prettier-ignore
  assert.deepEqual([...fold.requests].map(([id, { state, again }]) => [id, state, again]), [['r2', 'standing', 'allow']]); // prettier-ignore
});

test('the log says what was corrected where, never to what', () => {
  const change = { stream: 's', values: [{ column: 'speed', value: 'right-value' }], from: received, to: null };
  const entries = requestEntries('person:x', request({ kind: 'rectify', again: 'allow', change }), SEALER);
  assert.deepEqual([entries[0]?.action, entries[0]?.detail?.['fields']], ['rectify-subject', 'speed']);
  assert.doesNotMatch(JSON.stringify(entries), /right-value/);
  const fold = new RequestFold(SEALER);
  for (const event of entries) fold.take(event);
  const again = fold.requests.get('r1');
  assert.deepEqual(again?.change, { ...change, values: null });
  assert.deepEqual([again?.state, again?.problem?.includes('ask for the correction again')], ['open', true]);
});
