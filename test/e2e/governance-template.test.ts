import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileJournalReader } from '#flow/journal/index.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';
import { postReadings } from './post-readings.ts';
import { openStopped } from './open-stopped.ts';

const template = (driver: string, more = ''): string => `template: 1
name: test
devices: { truck: {} }
streams:
  climate:
    from: truck
    purposes: [quality]
    rate: { sustained: 5/s, burst: 10 }
    accept: { late: 1d }
    fields:
      n: { type: integer }
      driver: ${driver}${more}
people:
  analyst: { query: [climate], purposes: [quality], sees: [operational] }
  operator: { query: all, purposes: [quality], sees: [operational, personal] }
`;

const OPERATIONAL = '{ type: text }';
const PERSONAL = '{ type: text, class: personal }';

const source = (text: string) => ({ path: 'weir.yaml', text, files: {} });

interface Plan {
  readonly digest: string;
  readonly current: string;
  readonly refused: boolean;
  readonly weakens: boolean;
  readonly changes: readonly unknown[];
  readonly otherClasses: readonly unknown[];
}

/** Class and key domain of the column `driver` in each segment of the stream. */
async function driverColumns(weir: TestPlatform): Promise<readonly string[]> {
  const { columns } = await weir.ask<{
    columns: readonly { stream: string; column: string; class: string; domain: string }[];
  }>('GET', '/v1/segments/columns');
  return columns
    .filter(({ stream, column }) => stream === 'climate' && column === 'driver')
    .map(({ class: cls, domain }) => `${cls} ${domain}`);
}

test('a template changes only as far as it may, and governs at once', async (t) => {
  await using weir = await startTestPlatform(template(PERSONAL));
  const first = weir.platform.template.digest;
  const truck = await weir.enrol('truck-1', 'truck');
  const analyst = await weir.addUser('ada', ['analyst']);
  const ask = (sql: string) => weir.query(sql, { token: analyst, purpose: 'quality' });
  const apply = (text: string) => weir.call('POST', '/v1/template/apply', { body: source(text) });
  const send = async (reading: object): Promise<void> => {
    const { status, outcomes } = await postReadings(weir, truck, 'climate', [reading]);
    assert.equal(status, 202, outcomes);
  };
  await send({ n: 1, driver: 'ada' });

  await t.test('a bad one is named by line and column, and changes nothing', async () => {
    for (const path of ['/v1/template/plan', '/v1/template/apply']) {
      const answer = await weir.call('POST', path, {
        body: source(template('{ type: text, clas: personal }')),
      });
      assert.equal(answer.status, 400);
      assert.equal(answer.json<{ code: string }>().code, 'SERVER_TEMPLATE_INVALID');
      assert.match(answer.json<{ detail: string }>().detail, /weir\.yaml:12:\d+ .*did you mean class/);
    }
    const view = `${template(PERSONAL)}views:\n  v: { from: climate, sql: "select * from read_text('/etc/passwd')" }\n`;
    assert.equal((await apply(view)).json<{ code: string }>().code, 'SERVER_TEMPLATE_INVALID');
    assert.equal((await weir.status()).template.digest, first);
    assert.equal((await weir.call('POST', '/v1/template/apply', { token: analyst, body: source('x') })).status, 403);
  });

  await t.test('another type for a field is refused, with the way to do it', async () => {
    const text = template(PERSONAL).replace('n: { type: integer }', 'n: { type: text }');
    const planned = await weir.ask<Plan>('POST', '/v1/template/plan', { body: source(text) });
    assert.equal(planned.refused, true);
    const answer = await apply(text);
    assert.equal(answer.status, 400);
    const { code, detail } = answer.json<{ code: string; detail: string }>();
    assert.equal(code, 'API_TEMPLATE_REFUSED');
    assert.match(detail, /streams\.climate\.fields\.n.*new name|streams\.climate\.fields\.n.*new stream/);
    assert.equal((await weir.status()).template.digest, first);
  });

  await t.test('a lower class governs what was stored once it is sealed anew', async () => {
    await seal(weir);
    const planned = await weir.ask<Plan>('POST', '/v1/template/plan', { body: source(template(OPERATIONAL)) });
    assert.equal(planned.weakens, true);
    const both = { stream: 'climate', field: 'driver', stored: 'personal', declared: 'operational' };
    assert.deepEqual(planned.otherClasses, [{ ...both, governs: 'personal', segments: 1, rows: 1 }]);
    await assert.rejects(ask('select driver from climate'), { code: 'QUERY_FAILED' });
    assert.equal((await apply(template(OPERATIONAL))).status, 200);
    assert.equal((await weir.status()).template.digest, planned.digest);
    const seen = await eventually(
      () => ask('select n, driver from climate').catch(() => []),
      (rows) => rows.length > 0,
    );
    assert.deepEqual(seen, [{ n: 1, driver: 'ada' }]);
    assert.deepEqual(await driverColumns(weir), ['operational operational']);
    const { otherClasses } = await weir.ask<Plan>('POST', '/v1/template/plan', { body: source(template(OPERATIONAL)) });
    assert.deepEqual(otherClasses, []);
  });

  await t.test('a higher class hides at once', async () => {
    const other = await startTestPlatform(template(OPERATIONAL));
    await using _ = other;
    const device = await other.enrol('truck-1', 'truck');
    const token = await other.addUser('ada', ['analyst']);
    const see = () => other.query('select driver from climate', { token, purpose: 'quality' });
    assert.equal((await postReadings(other, device, 'climate', [{ n: 1, driver: 'ada' }])).status, 202);
    const seen = await eventually(see, (rows) => rows.length > 0);
    assert.deepEqual(seen, [{ driver: 'ada' }]);
    await seal(other);
    assert.deepEqual(await driverColumns(other), ['operational operational']);
    await other.ask('POST', '/v1/template/apply', { body: source(template(PERSONAL)) });
    await assert.rejects(see(), { code: 'QUERY_FAILED' });
    const sealed = await eventually(
      () => driverColumns(other),
      ([first]) => first !== 'operational operational',
    );
    assert.deepEqual(sealed, ['personal personal']);
    const all = await other.query('select n, driver from climate', { purpose: 'quality' });
    assert.deepEqual(all, [{ n: 1, driver: 'ada' }]);
  });

  const widened = template(OPERATIONAL, '\n      humidity: { type: number, nullable: true }');
  await t.test('a new field is there at once, and each batch carries the digest of its version', async () => {
    assert.equal((await apply(widened)).status, 200);
    await send({ n: 2, driver: 'bob', humidity: 40 });
    const rows = await eventually(
      () => ask('select n, humidity from climate order by n'),
      (found) => found.length === 2,
    );
    assert.deepEqual(rows, [
      { n: 1, humidity: null },
      { n: 2, humidity: 40 },
    ]);
    const digest = weir.platform.template.digest;
    await weir.platform[Symbol.asyncDispose]();
    const found = await digests(weir);
    assert.equal(found.get(2), digest);
    await weir.restart();
    assert.equal((await weir.status()).template.digest, digest);
    assert.equal((await ask('select n from climate')).length, 2);
  });

  await t.test('a change that weakens waits for a second person, over a restart', async () => {
    const keepers = '  keeper: { may: [administer, approve] }\napproval: { within: 1h }\n';
    assert.equal((await apply(`${widened}${keepers}`)).status, 200);
    const [bob, eve] = [await weir.addUser('bob', ['keeper']), await weir.addUser('eve', ['keeper'])];
    const guarded = (await weir.status()).template.digest;
    const weaker = `${widened.replace('sees: [operational] }', 'sees: [operational, location] }')}${keepers}`;
    const proposed = await weir.call('POST', '/v1/template/apply', { token: bob, body: source(weaker) });
    assert.equal(proposed.status, 202);
    const { proposal, weaknesses } = proposed.json<{
      proposal: { id: string; digest: string };
      weaknesses: readonly { what: string }[];
    }>();
    assert.ok(weaknesses.some(({ what }) => what === 'people.analyst.sees'));
    const decide = (token: string, digest = proposal.digest) =>
      weir.call('POST', `/v1/proposals/${proposal.id}/approve`, { token, body: { digest } });
    assert.equal((await decide(bob)).status, 403, 'their own');
    assert.equal((await decide(analyst)).status, 403, 'nobody who approves');
    assert.equal((await decide(eve, 'ab'.repeat(32))).status, 409, 'another than what was shown');
    await weir.restart();
    assert.equal((await weir.status()).template.digest, guarded);
    assert.equal((await decide(eve)).status, 200);
    assert.notEqual((await weir.status()).template.digest, guarded);
    assert.equal((await decide(eve)).status, 409, 'it counts once');
    const { proposals } = await weir.ask<{ proposals: readonly { state: string }[] }>('GET', '/v1/proposals');
    assert.deepEqual(
      proposals.map(({ state }) => state),
      ['approved'],
    );
    const steps = await eventually(
      async () => {
        const { entries } = await weir.ask<{ entries: { event: { action: string } }[] }>(
          'GET',
          '/v1/audit/entries?limit=1000',
        );
        return entries.map(({ event }) => event.action).filter((action) => /(propose|approve)-template/.test(action));
      },
      (found) => found.length >= 2,
    );
    assert.deepEqual(steps, ['propose-template', 'approve-template']);
  });
});

const DOORS = '\n  doors: { from: truck, purposes: [quality], accept: { late: 1d }, fields: { n: { type: integer } } }';

test('an import grant waives clock and rate of its stream, and nothing else', async () => {
  await using weir = await startTestPlatform(template(OPERATIONAL, DOORS));
  const truck = await weir.enrol('truck-1', 'truck');
  const analyst = await weir.addUser('ada', ['analyst']);
  const old = (n: number): object => ({ n, driver: 'ada', time: '2020-01-01T00:00:00Z', seq: n });
  const late = await postReadings(weir, truck, 'climate', [old(1)]);
  assert.match(late.outcomes, /clock-late/);
  const many = Array.from({ length: 200 }, (_, n) => old(n + 1));
  const grant = { stream: 'climate', devices: ['truck-1'], minutes: 5 };
  assert.equal((await weir.call('POST', '/v1/grants/import', { token: analyst, body: grant })).status, 403);
  await weir.ask('POST', '/v1/grants/import', { body: grant });
  const granted = await postReadings(weir, truck, 'climate', many);
  assert.equal(granted.status, 202, granted.outcomes.slice(0, 300));
  assert.match((await postReadings(weir, truck, 'climate', [{ ...old(201), n: 'x' }])).outcomes, /schema-type/);
  const doors = { n: 1, time: '2020-01-01T00:00:00Z' };
  assert.match((await postReadings(weir, truck, 'doors', [doors])).outcomes, /clock-late/, 'it is for climate');
  // The grant outlives a gateway that is started again.
  const gateway = (await weir.status()).processes.find(({ name }) => name === 'gateway');
  process.kill(gateway?.pid ?? -1, 'SIGKILL');
  const again = await eventually(
    () => postReadings(weir, truck, 'climate', [old(201)]).catch(() => null),
    (answer) => answer !== null,
  );
  assert.equal(again?.status, 202, again?.outcomes ?? 'no gateway');
  assert.match((await postReadings(weir, truck, 'doors', [doors])).outcomes, /clock-late/);
  const rows = await eventually(
    () => weir.query<{ n: number }>('select count(*)::integer as n from climate', { purpose: 'quality' }),
    ([row]) => row?.n === 201,
  );
  assert.deepEqual(rows, [{ n: 201 }]);
  const asked = await eventually(
    async () => {
      const { entries } = await weir.ask<{ entries: { event: { action: string; outcome: string } }[] }>(
        'GET',
        '/v1/audit/entries?limit=1000',
      );
      return entries.map(({ event }) => event).filter(({ action }) => ['replay', 'grant-import'].includes(action));
    },
    (found) => found.length === 3,
  );
  assert.deepEqual(
    asked.map(({ action, outcome }) => `${action} ${outcome}`),
    ['replay denied', 'replay allowed', 'grant-import allowed'],
  );
});

test('refusals and counts of the log outlive a restart', async () => {
  await using weir = await startTestPlatform(template(OPERATIONAL));
  const truck = await weir.enrol('truck-1', 'truck');
  assert.match((await postReadings(weir, truck, 'climate', [{ n: 'x', driver: 'ada' }])).outcomes, /schema-type/);
  const refused = `select device, reason, sum(count)::integer as n from _refusals group by all order by all`;
  const logged = `select sum(count)::integer as n from _log_counts where action in ('enrol', 'refuse-readings')`;
  const before = await eventually(
    () => weir.query(refused),
    (rows) => rows.length > 0,
  );
  assert.deepEqual(before, [{ device: 'truck-1', reason: 'schema-type', n: 1 }]);
  const counted = await weir.query<{ n: number }>(logged);
  assert.ok((counted[0]?.n ?? 0) >= 2, 'one device that was enrolled, one reading that was refused');
  await weir.restart();
  assert.deepEqual(await weir.query(refused), before);
  assert.deepEqual(await weir.query(logged), counted);
});

test('readings go when they are kept no longer, and not while they are held', async () => {
  const brief = template(OPERATIONAL).replace('accept: { late: 1d }', 'keep: { max: 3s }');
  await using weir = await startTestPlatform(brief);
  const truck = await weir.enrol('truck-1', 'truck');
  const readings = () => weir.query<{ n: number }>('select n from climate', { purpose: 'quality' });
  const body = { stream: 'climate', reason: 'case 12', owner: 'legal', where: 'n = 1' };
  const other = { ...body, where: "n = 2 and device = 'truck-1'" };
  assert.equal((await weir.call('POST', '/v1/holds', { body: other })).status, 201);
  const held = await weir.call('POST', '/v1/holds', { body });
  assert.equal(held.status, 201);
  // Held before it is there: it is kept for three seconds, in which a busy machine may do little.
  assert.equal((await postReadings(weir, truck, 'climate', [{ n: 1, driver: 'ada' }])).status, 202);
  await seal(weir);
  const climate = await eventually(
    async () => {
      type Plan = { streams: { stream: string; due: number; held: number }[] };
      const { streams } = await weir.ask<Plan>('GET', '/v1/retention');
      return streams.find(({ stream }) => stream === 'climate');
    },
    (found) => found?.due === 1,
  );
  assert.deepEqual([climate?.due, climate?.held], [1, 1]);
  assert.deepEqual(await readings(), [{ n: 1 }]);
  // Another keep would let it go too, were it not held; one that keeps it longer lets nothing go.
  const planned = await weir.ask<{ goes: unknown }>('POST', '/v1/template/plan', {
    body: source(brief.replace('3s', '2s')),
  });
  assert.deepEqual(planned.goes, []);
  const { id } = held.json<{ id: string }>();
  assert.equal((await weir.call('POST', `/v1/holds/${id}/release`, { body: {} })).status, 200);
  assert.deepEqual(await eventually(readings, (rows) => rows.length === 0), []);
});

/** Has all that waits sealed: a stop does it. */
async function seal(weir: TestPlatform): Promise<void> {
  await weir.restart();
  assert.ok((await weir.status()).segments.count > 0);
}

/** The digest of the template that each reading's batch carries in the journal, by the reading's `n`. */
async function digests(weir: TestPlatform): Promise<Map<number, string>> {
  await using trust = await openStopped(weir.layout);
  const reader = new FileJournalReader({
    directory: weir.layout.journal,
    writersGone: true,
    keys: { key: (file) => trust.keys.openFileKey({ actor: 'weir:test', resource: `journal:${file}` }, file) },
  });
  const found = new Map<number, string>();
  for await (const { record } of reader.read(new Map())) {
    if (record.kind !== 'batch' || record.batch.stream !== 'climate') continue;
    const data = record.batch.columns.find(({ name }) => name === 'n')?.data;
    if (data?.type === 'integer') for (const n of data.values) found.set(n, record.batch.template);
  }
  return found;
}
