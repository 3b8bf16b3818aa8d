import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '#base/crypto/index.ts';
import type { QuarantinedReading } from '#flow/journal/index.ts';
import { rebuildFromBatch } from '#trust/identity/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { tokenKeysOf } from '../../../test/support/token-keys.ts';
import type { IngestParts } from './ingest.ts';
import type { Speaker } from './sender.ts';
import { NOW, SECOND, TRUCK, HUB, newTable, setup } from './testing.ts';
import { openVaultRecord, VaultWriter } from './vault-record.ts';

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
