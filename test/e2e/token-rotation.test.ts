import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import { postReadings } from './post-readings.ts';

const TEMPLATE = `template: 1
name: test
devices: { truck: {} }
streams:
  trips:
    from: truck
    purposes: [quality]
    rate: { sustained: 1000/s, burst: 1000 }
    subject: driver
    fields:
      driver: { type: text, class: identifier, tokenise: people, token: reversible }
      box: { type: integer, class: identifier }
      phone: { type: text, class: identifier, tokenise: phones, token: { alphabet: digits, length: [8, 12] } }
      level: { type: integer, range: [0, 100] }
  shifts:
    from: truck
    purposes: [quality]
    basis: consent
    rate: { sustained: 1000/s, burst: 1000 }
    subject: who
    fields:
      who: { type: text, class: identifier, tokenise: people, token: reversible }
tables:
  staff: { purposes: [quality], fields: { name: { type: text, tokenise: people, token: reversible }, team: { type: text } } }
people:
  operator: { query: all, purposes: [quality], sees: [operational, personal, identifier], may: [administer, quarantine, table, erase, prove, audit, enrol, export, consent] }
  keeper: { query: all, purposes: [quality], sees: [operational, personal], may: [detokenise] }
`;

const TRIPS = [
  { driver: 'ada', box: 1, phone: '4917612345', level: 1 },
  { driver: 'bob', box: 2, phone: '4917600000', level: 2 },
  { driver: 'ada', box: 2, phone: '4917612345', level: 3 },
];
const LATER = [
  { driver: 'ada', box: 1, phone: '4917612345', level: 10 },
  { driver: 'eve', box: 3, phone: '4917699999', level: 20 },
];
/** What each driver's level sums up to, on the originals. */
const sums = (rows: typeof TRIPS, by: 'driver' | 'box' | 'phone'): readonly number[] =>
  [...Map.groupBy(rows, (row) => row[by]).values()]
    .map((of) => of.reduce((sum, { level }) => sum + level, 0))
    .sort((a, b) => a - b);

test('keys of tokens are rotated while data flows: old and new readings join, and all that goes by tokens holds', async () => {
  await using weir = await startTestPlatform(TEMPLATE);
  const truck = await weir.enrol('truck-1', 'truck');
  const send = async (stream: string, readings: readonly object[]): Promise<string> =>
    (await postReadings(weir, truck, stream, [...readings])).outcomes;
  const total = async (relation: string): Promise<number> =>
    (await weir.query<{ n: number }>(`select count(*) as n from ${relation}`))[0]?.n ?? -1;
  const rotate = (name: string) => weir.ask<{ version: number }>('POST', '/v1/keys/rotate', { body: { kind: 'token', name } }); // prettier-ignore
  const grouped = async (by: string): Promise<readonly number[]> =>
    (await weir.query<{ n: number }>(`select sum(level)::int as n from trips group by ${by} order by 1`)).map(({ n }) => n); // prettier-ignore
  const teams = async () =>
    (await weir.query<{ team: string; n: number }>('select team, count(*)::int as n from trips join staff on driver = name group by team order by team')).map(({ team, n }) => `${team} ${n}`); // prettier-ignore
  const drivers = async (where = ''): Promise<readonly string[]> =>
    (await weir.query<{ driver: string }>(`select distinct driver from trips ${where} order by 1`)).map(({ driver }) => driver); // prettier-ignore

  await weir.ask('POST', '/v1/tables/staff', { body: 'name,team\nada,red\nbob,blue\n', headers: { 'content-type': 'text/csv' } }); // prettier-ignore
  await weir.ask('POST', '/v1/consents', { body: { stream: 'shifts', subject: 'ada', purposes: ['quality'] } });
  await send('trips', TRIPS);
  await send('shifts', [{ who: 'ada' }]);
  // What waits is sealed as the platform ends.
  await weir.restart();
  await send('trips', [TRIPS[0]!]);
  await eventually(() => total('trips'), (n) => n === 4); // prettier-ignore
  const frozen = await weir.ask<{ name: string }>('POST', '/v1/datasets', { body: { name: 'before', sql: 'select driver, level from trips', purpose: 'quality' } }); // prettier-ignore
  assert.ok(frozen);
  const before = await drivers();
  assert.ok(before.every((token) => token.startsWith('t1-')));

  assert.deepEqual(await Promise.all(['people', 'phones', 'trips'].map(async (name) => (await rotate(name)).version)), [2, 2, 2]); // prettier-ignore
  await send('trips', LATER);
  await send('shifts', [{ who: 'ada' }, { who: 'eve' }]);
  await eventually(() => total('trips'), (n) => n === 6); // prettier-ignore
  await eventually(() => total('shifts'), (n) => n === 2); // prettier-ignore
  const all = [...TRIPS, TRIPS[0]!, ...LATER];
  for (const by of ['driver', 'box', 'phone'] as const) assert.deepEqual(await grouped(by), sums(all, by), by);
  assert.deepEqual(await teams(), ['blue 1', 'red 4']);
  const after = await drivers();
  assert.deepEqual([after.length, after.filter((token) => token.startsWith('t2-')).length], [3, 3]);
  // A literal finds its rows, sealed ones too: statistics of what is stored do not hide them.
  for (const token of after) assert.deepEqual(await drivers(`where driver = '${token}'`), [token]);
  assert.deepEqual(await drivers(`where driver = '${before[0]}'`), []);
  const boxes = await weir.query<{ box: number }>('select distinct box from trips order by 1');
  for (const { box } of boxes) assert.deepEqual(await weir.query(`select distinct box from trips where box = ${box}`), [{ box }]); // prettier-ignore

  // Consent: who agreed is taken and shown, who did not is not.
  assert.equal((await weir.query<{ n: number }>('select count(*)::int as n from shifts'))[0]?.n, 2);
  const { consents } = await weir.ask<{ consents: { subject: string }[] }>('POST', '/v1/consents/find', { body: { stream: 'shifts', subject: 'ada' } }); // prettier-ignore
  const [ada] = await weir.query<{ who: string }>('select distinct who from shifts');
  assert.deepEqual(consents.map(({ subject }) => subject), [ada?.who]); // prettier-ignore
  const byToken = await weir.ask<{ consents: object[] }>('POST', '/v1/consents/find', { body: { stream: 'shifts', subject: ada?.who } }); // prettier-ignore
  assert.equal(byToken.consents.length, 1);

  // Rights: found under whatever it is called, hidden and shown again, erased and refused.
  const body = { subject: 'ada' };
  const restricted = await weir.ask<{ id: string }>('POST', '/v1/subjects/restrict', { body });
  assert.deepEqual([(await drivers()).length, await teams()], [2, ['blue 1']]);
  // Another version while somebody is withheld.
  assert.equal((await rotate('people')).version, 3);
  assert.deepEqual([(await drivers()).length, await teams()], [2, ['blue 1']]);
  assert.match(await send('trips', [TRIPS[0]!]), /erased/);
  await weir.ask('POST', `/v1/subject-requests/${restricted.id}/lift`, { body: {} });
  const third = await drivers();
  assert.deepEqual([third.length, third.every((token) => token.startsWith('t3-'))], [3, true]);
  const { relations } = await weir.ask<{ relations: { name: string; rows: Record<string, unknown>[] }[] }>('POST', '/v1/subjects/export', { body }); // prettier-ignore
  const own = relations.find(({ name }) => name === 'trips')?.rows ?? [];
  assert.equal(own.length, 4);
  assert.ok(own.every(({ driver, box }) => driver === 'ada' && boxes.some((one) => one.box === box)));

  // What was frozen stays as it was, and keeps its version from being destroyed.
  const rows = await weir.ask<{ rows: { driver: string }[] }>('GET', '/v1/datasets/before/rows', {
    headers: { accept: 'application/json' },
  });
  assert.deepEqual([...new Set(rows.rows.map(({ driver }) => driver))].sort(), [...before].sort());
  const frozenAgain = { name: 'again', sql: 'select driver, level from trips', purpose: 'quality' };
  await weir.ask('POST', '/v1/datasets', { body: frozenAgain });
  await rotate('people');
  const destroy = (version: number) => weir.ask('POST', '/v1/keys/destroy', { body: { kind: 'token', name: 'people', version } }); // prettier-ignore
  await assert.rejects(destroy(3), /KEYS_VERSION_NEEDED/);
  await destroy(2);
  assert.deepEqual(await grouped('driver'), sums(all, 'driver'));

  // Nothing of it is lost by a start, and nothing that is stored was written anew.
  await weir.restart();
  assert.deepEqual(await grouped('driver'), sums(all, 'driver'));
  assert.ok((await drivers()).every((token) => token.startsWith('t4-')));
  assert.deepEqual(await teams(), ['blue 1', 'red 4']);
});
