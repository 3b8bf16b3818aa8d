import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days, micros, millis } from '#base/core/index.ts';
import { signEnvelope, SigningKey } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import type { Hold } from '#flow/store/index.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { RetentionKeeper } from './retention-keeper.ts';
import { SegmentHost } from './segment-host.ts';
import { makeSegment } from './testing.ts';

const template = makeTemplate(
  'devices: {d: {}}\nstreams: {climate: {from: d, keep: {max: 32d}, fields: {t: {type: number}}}}',
);
const EXPIRED = { stream: 'climate', rows: 10, keptFrom: micros(100) };

async function open(t: Cleanable) {
  const clock = frozenClock();
  const trust = await openKeys(t, clock);
  const segments = await SegmentHost.open(trust.catalogue, trust.keys, clock);
  const objects = await openDirectoryObjects(await temporaryFolder(t));
  const random = seededRandom(3);
  const key = SigningKey.fromSeed('ed25519', random.bytes(32));
  const told: (readonly Hold[])[] = [];
  const parts = {
    ...trust,
    segments,
    objects,
    clock,
    random,
    template: () => template,
    sign: (type: string, statement: Parameters<typeof signEnvelope>[1]) =>
      signEnvelope(type, statement, 'weir/test/evidence', [key]),
    discarded: async () => [],
    reachCopies: async () => [{ target: 't1', confirmed: false }],
    holdsChanged: async (holds: readonly Hold[]) => void told.push(holds),
    count: async ({ id }: { readonly id: string }) => (id === 's1' ? 3 : 0),
    storedCondition: (_stream: string, condition: string) =>
      condition.includes('t9-') ? null : condition.replace('t2-', 't1-'),
    requireCondition: async (_stream: string, condition: string) => {
      if (condition === 'nonsense') throw new TypeError('no condition');
    },
    elsewhere: async () => [{ where: 'journal', found: 0 }],
    log: silentLog,
  };
  const add = async (id: string, from: number) => {
    const segment = await makeSegment(trust.keys, { id, spans: [{ file: 'f', after: from, to: from + 9 }] });
    await segments.publish({ segment, cursor: [] });
    await objects.put(segment.objectKey, Uint8Array.of(1, 2, 3));
    return segment;
  };
  return { ...trust, parts, segments, objects, clock, told, add, keeper: await RetentionKeeper.open(parts) };
}

test('what went is certified once its object is gone: keys shredded, looked for, signed, logged', async (t) => {
  const { keeper, segments, objects, add, keys, reopen, audit, clock } = await open(t);
  const [gone, kept] = [await add('s1', 0), await add('s2', 9)];
  await segments.retire({ ids: ['s1'], expired: EXPIRED });
  assert.equal(await keeper.finish(), null, 'its object is still there');
  assert.deepEqual(await keeper.uncertified(), [
    { stream: 'climate', segments: 1, rows: gone.rows, since: clock.now() },
  ]);
  await objects.delete(gone.objectKey);
  await segments.forget(['s1']);
  const id = await keeper.finish();
  assert.ok(id !== null);
  const text = await keeper.certificate(id);
  const { payloadType, payload, signatures } = JSON.parse(text ?? '') as Record<string, string> & {
    signatures: object[];
  };
  const statement = JSON.parse(Buffer.from(payload ?? '', 'base64').toString()) as Record<string, unknown>;
  assert.deepEqual([payloadType, signatures.length], ['application/vnd.weir.erasure.v1+json', 1]);
  assert.deepEqual(statement['looked'], [
    { where: 'objects', found: 0 },
    { where: 'data keys', found: 0 },
    { where: 'journal', found: 0 },
  ]);
  assert.deepEqual(statement['copies'], [{ target: 't1', confirmed: false }]);
  assert.deepEqual(statement['epochs_destroyed'], [1]);
  assert.equal((statement['segments'] as { segment: string }[])[0]?.segment, 's1');
  assert.equal(audit.events.at(-1)?.action, 'certify-erasure');
  assert.deepEqual(
    (await keeper.certificates()).map((one) => one.id),
    [id],
  );
  // What was kept opens, in a ring that remembers nothing; and nothing is certified twice.
  const opened = await (await reopen()).unwrapDataKeys({ actor: 'test', resource: 'segment:s2' }, [kept.footerHandle]);
  assert.equal(opened.size, 1);
  assert.equal(await keeper.finish(), null);
  assert.ok(keys.destructions > 0);
});

test('an object that is still there, or has come back, is found, and nothing is certified', async (t) => {
  const { keeper, segments, objects, add } = await open(t);
  const gone = await add('s1', 0);
  await segments.retire({ ids: ['s1'], expired: EXPIRED });
  await segments.forget(['s1']);
  await assert.rejects(keeper.finish(), { code: 'SERVER_ERASURE_INCOMPLETE', message: /1 left in objects/ });
  assert.deepEqual(await keeper.certificates(), []);
  await objects.delete(gone.objectKey);
  assert.notEqual(await keeper.finish(), null);
});

test('nothing goes before its least time, whoever asks, and nothing of a stream that nobody declares', async (t) => {
  const strict = makeTemplate(
    'devices: {d: {}}\nstreams: {climate: {from: d, keep: {min: 10d, max: 32d}, fields: {t: {type: number}}}}',
  );
  const { parts, segments, add, keys, objects, clock } = await open(t);
  await RetentionKeeper.open({ ...parts, template: () => strict });
  const young = await add('s1', 0);
  const early = { ...EXPIRED, keptFrom: clock.now() };
  await assert.rejects(segments.retire({ ids: ['s1'], expired: early }), { code: 'STORE_KEPT_LONGER' });
  const cut = await makeSegment(keys, { id: 's2', inputs: ['s1'] });
  const part = { segment: { ...cut, rows: 4 }, expired: { ...early, rows: 6 } };
  await assert.rejects(segments.replace(part), { code: 'STORE_KEPT_LONGER' });
  await assert.rejects(segments.replace({ segment: { ...cut, rows: 9 } }), { code: 'STORE_KEPT_LONGER' });
  assert.deepEqual(await segments.active(), [young]);
  // Objects of segments that queries see are nobody's to delete: the store asks for those that were replaced.
  assert.deepEqual(await segments.removableBefore(Infinity), []);
  await segments.forget(['s1']);
  assert.equal((await keys.unwrapDataKeys({ actor: 'test', resource: 'x' }, [young.footerHandle])).size, 1);
  const other = await makeSegment(keys, { id: 's3', stream: 'undeclared', spans: [{ file: 'f', after: 10, to: 12 }] });
  await segments.publish({ segment: other, cursor: [] });
  await objects.put(other.objectKey, Uint8Array.of(1));
  await assert.rejects(segments.retire({ ids: ['s3'], expired: EXPIRED }), { code: 'STORE_KEPT_LONGER' });
  clock.advance(days(11));
  await segments.retire({ ids: ['s1'], expired: early });
  assert.deepEqual(await segments.active(), [other]);
});

test('what is held does not go, until it is released; holds outlive a restart', async (t) => {
  const { parts, keeper, segments, add, told, audit } = await open(t);
  await add('s1', 0);
  const request = { stream: 'climate', from: null, to: micros(5), reason: 'case 12', owner: 'legal' };
  const hold = await keeper.hold('person:x', request);
  assert.deepEqual([told.at(-1), keeper.holds], [[hold], [hold]]);
  await assert.rejects(segments.retire({ ids: ['s1'], expired: EXPIRED }), { code: 'STORE_SEGMENT_HELD' });
  assert.equal((await segments.active()).length, 1);
  const again = await RetentionKeeper.open(parts);
  assert.deepEqual(again.holds, [hold]);
  assert.equal((await again.plan()).find(({ stream }) => stream === 'climate')?.held, 1);
  await again.release('person:y', hold.id);
  assert.deepEqual(
    audit.events
      .filter(({ resource }) => resource.startsWith('hold:'))
      .map(({ action, actor }) => `${action} ${actor}`),
    ['hold person:x', 'release-hold person:y'],
  );
  await assert.rejects(again.release('person:y', hold.id), { code: 'SERVER_HOLD_UNKNOWN' });
  assert.equal((await again.listHolds())[0]?.released !== null, true);
  await segments.retire({ ids: ['s1'], expired: EXPIRED });
  assert.deepEqual(await segments.active(), []);
});

test('what goes at once without a hold is what is past its time and held by no other', async (t) => {
  const { keeper, add, keys, segments } = await open(t);
  const { rows } = await add('s1', 0);
  const spans = [{ file: 'f', after: 10, to: 12 }];
  await segments.publish({ segment: await makeSegment(keys, { id: 's2', stream: 'lasting', spans }), cursor: [] });
  const request = { stream: 'climate', from: null, to: null, reason: 'case 12', owner: 'legal' };
  const lasting = await keeper.hold('person:x', { ...request, stream: 'lasting' });
  assert.deepEqual(await keeper.goingWithout(lasting.id), [], 'it is kept for ever');
  const hold = await keeper.hold('person:x', request);
  const goes = [{ stream: 'climate', segments: 1, rows }];
  assert.deepEqual(await keeper.goingWithout(hold.id), goes);
  const other = await keeper.hold('person:x', { ...request, reason: 'case 14' });
  assert.deepEqual(await keeper.goingWithout(hold.id), [], 'another one holds it too');
  await keeper.release('person:x', other.id);
  assert.deepEqual(await keeper.goingWithout(hold.id), goes);
  await assert.rejects(keeper.goingWithout(other.id), { code: 'SERVER_HOLD_UNKNOWN' });
});

test('a hold that makes no sense is refused and changes nothing', async (t) => {
  const { keeper, told, clock } = await open(t);
  const request = { stream: 'climate', from: micros(2), to: micros(1), reason: 'r', owner: 'o' };
  await assert.rejects(keeper.hold('person:x', request), { code: 'SERVER_HOLD_INVALID', message: /after/ });
  await assert.rejects(keeper.hold('person:x', { ...request, from: null, stream: 'nothing' }), {
    code: 'SERVER_HOLD_INVALID',
    message: /nothing/,
  });
  clock.advance(millis(1));
  assert.deepEqual([told, await keeper.listHolds()], [[], []]);
});

test('a hold by a condition keeps the segments that have such a reading, and no others', async (t) => {
  const { parts, keeper, segments, add, told } = await open(t);
  await add('s1', 0);
  await add('s2', 9);
  const request = { stream: 'climate', from: null, to: null, where: 't > 4', reason: 'case 13', owner: 'legal' };
  await assert.rejects(keeper.hold('person:x', { ...request, where: 'nonsense' }), TypeError);
  await keeper.hold('person:x', request);
  assert.deepEqual([...(told.at(-1)?.[0]?.cleared ?? [])], ['s2']);
  await assert.rejects(segments.retire({ ids: ['s1'], expired: EXPIRED }), { code: 'STORE_SEGMENT_HELD' });
  await segments.retire({ ids: ['s2'], expired: EXPIRED });
  assert.deepEqual(
    (await segments.active()).map(({ id }) => id),
    ['s1'],
  );
  // After a restart nothing was looked at, so all is held until it was.
  const again = await RetentionKeeper.open(parts);
  assert.equal(again.holds[0]?.where, 't > 4');
  assert.equal((await again.plan()).find(({ stream }) => stream === 'climate')?.held, 1);
});
