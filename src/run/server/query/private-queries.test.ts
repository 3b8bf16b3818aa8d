import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { concatBytes, decodeUtf8, systemClock } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { DecisionPoint } from '#declare/policy/index.ts';
import { PrivacyLedger } from '#flow/query/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { shownAsStored } from '../tokens/testing.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import type { RecordedAudit } from '../../../../test/support/open-trust.ts';
import { columnOf } from '../../../../test/support/query-fixture.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Caller } from '../api/caller.ts';
import type { QueryRequest } from '../api/services.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { layoutOf, makeDirectories } from '../data-directory.ts';
import { memoryRows } from './memory-rows.ts';
import { QueryService } from './query-service.ts';
import { StatementBook } from './statement-book.ts';

const TEMPLATE = makeTemplate(`
devices: { d: {} }
streams:
  climate:
    from: d
    purposes: [quality]
    subject: driver
    unenforced: accept
    privacy: { epsilon: 4, delta: 1e-6, query: 1, rows: 10, allot: { guest: 0.05 } }
    fields:
      driver: { type: text, class: personal }
      temperature: { type: number, range: [0, 100], unit: Cel }
      door: { type: boolean }
      line: { type: text, enum: [north, south] }
      note: { type: text }
      badge: { type: text, class: identifier, token: reversible }
views:
  shared: { from: climate, sql: 'select received, temperature, door, line, note, badge from climate where temperature < 90', private: true }
people:
  scientist: { query: [shared], purposes: [quality] }
  guest: { query: [shared], purposes: [quality] }
  clerk: { query: all, purposes: [quality], sees: [operational, personal] }
`);

/** 2,000 drivers with five readings each: 10, 20, 30, 40 and 95 degrees, the last of which the view leaves out. */
const ROWS = 10_000;
const DEGREES = [10, 20, 30, 40, 95];
const TAIL: Batch = {
  stream: 'climate',
  template: TEMPLATE.digest,
  rows: ROWS,
  columns: [
    { name: 'device', data: columnOf('text', ROWS, () => 'truck') },
    { name: 'received', data: columnOf('time', ROWS, () => 1_700_000_000_000_000) },
    { name: 'driver', data: columnOf('text', ROWS, (row) => `d${Math.floor(row / 5)}`) },
    { name: 'temperature', data: columnOf('number', ROWS, (row) => DEGREES[row % 5]) },
    { name: 'door', data: columnOf('boolean', ROWS, (row) => row % 5 === 0) },
    { name: 'line', data: columnOf('text', ROWS, (row) => (row < 2_500 ? 'north' : 'south')) },
    { name: 'note', data: columnOf('text', ROWS, (row) => `n${row}`) },
    { name: 'badge', data: columnOf('text', ROWS, () => 't1-aaaaaaaaaaaaaaaa') },
  ],
};

const caller = (id: string, ...roles: string[]): Caller => ({
  subject: { id, kind: 'person', roles, standing: 'good', deviceType: null },
  actor: `person:${id}`,
  peer: { kind: 'none', name: null, serial: null, address: '', listener: 'api' },
});
const ADA = caller('ada', 'scientist');

const cleanUps: (() => Promise<void>)[] = [];
let service: QueryService;
let audit: RecordedAudit;
let ledger: PrivacyLedger;

before(async () => {
  const t = { after: (step: () => Promise<void>) => cleanUps.unshift(step) };
  const { keys, catalogue, audit: recorded } = await openKeys(t);
  audit = recorded;
  const sealer = await keys.rowSealer('people');
  ledger = await PrivacyLedger.open(catalogue, sealer, audit);
  const layout = layoutOf(join(await temporaryFolder(t), 'data'));
  await makeDirectories(layout);
  service = await QueryService.start({
    layout,
    copies: { pathOf: () => null, hold: () => assert.fail('nothing is archived') },
    keys,
    segments: await SegmentHost.open(catalogue, keys, systemClock),
    store: {
      snapshot: async (_stream, columns) => ({
        rows: TAIL.rows,
        batches: [{ ...TAIL, columns: TAIL.columns.filter(({ name }) => columns.includes(name)) }],
        blocks: [],
      }),
    },
    missing: () => [],
    withheld: () => new Map(),
    seal: async () => undefined,
    receipts: { issue: async () => undefined },
    originals: () => new Set(),
    shown: await shownAsStored(() => TEMPLATE),
    consents: { standing: () => ({ subjects: [], since: new Float64Array(0) }) },
    memory: async () => memoryRows([], []),
    audit,
    ledger,
    statements: await StatementBook.open(catalogue, sealer, systemClock),
    decisions: new DecisionPoint(),
    log: silentLog,
    template: () => TEMPLATE,
    engineMemory: 512 * 1_048_576,
    allowUnconfined: true,
  });
  cleanUps.unshift(() => service[Symbol.asyncDispose]());
  await service.useTemplate(TEMPLATE);
});
after(async () => {
  for (const step of cleanUps) await step();
});

async function ask(sql: string, more: Partial<QueryRequest> = {}, as = ADA) {
  const request: QueryRequest = { sql, parameters: [], purpose: 'quality', format: 'json', ...more };
  const { parts, headers } = await service.run(as, request, new AbortController().signal);
  const text = decodeUtf8(concatBytes(await Array.fromAsync(parts)));
  return { text, headers };
}

async function rowsOf(sql: string, more: Partial<QueryRequest> = {}): Promise<readonly Record<string, number>[]> {
  const { text } = await ask(sql, more);
  return (JSON.parse(text) as { rows: Record<string, number>[] }).rows;
}

const CHEAP = { epsilon: 0.3 };
const within = (value: number | undefined, truth: number, margin: number, what: string): void =>
  assert.ok(Math.abs((value ?? NaN) - truth) < margin, `${what}: ${value} is not ${truth} ± ${margin}`);

test('a private view answers a count with noise, says how much of it, and what it cost', async () => {
  const { text, headers } = await ask('select count(*) as n from shared', CHEAP);
  const { rows, privacy } = JSON.parse(text) as {
    rows: { n: number; n_error: number }[];
    privacy: { cost: number; left: number };
  };
  const [row] = rows;
  assert.ok(row !== undefined && row.n_error > 50 && row.n_error < 2_000);
  // Six standard deviations: one run in 500 million is further off.
  within(row.n, 8_000, 3.1 * row.n_error, 'count');
  assert.ok(privacy.cost <= 0.3 && privacy.left < 4);
  assert.match(headers?.['weir-privacy'] ?? '', /^cost=0\.\d+, left=3\.\d+, epsilon=4\.000, delta="0\.000001"$/);
  const spent = audit.events.findLast(({ action }) => action === 'spend-privacy');
  assert.deepEqual(
    [spent?.resource, spent?.detail?.['view'], spent?.detail?.['share']],
    ['stream:climate', 'shared', '*'],
  );
});

test('an answer of which the noise leaves nothing says so', async () => {
  const nobody =
    'select avg(temperature) as mean, count(*) as n from shared where temperature < 10 and temperature > 10';
  const told: string[] = [];
  // Of forty answers about nobody one looks as if it told something.
  for (let i = 0; i < 6; i++) told.push((await ask(nobody, { epsilon: 0.01 })).headers?.['weir-privacy'] ?? '');
  assert.ok(
    told.some((one) => one.endsWith('delta="0.000001", hidden=2')),
    told.join('\n'),
  );
});

test('groups are those that are declared, whether or not rows are in them; conditions and orders hold', async () => {
  const rows = (await rowsOf(
    'select line, avg(temperature) as mean, count(*) as n from shared where not door and temperature between 15 and 95 group by line order by n desc',
    { epsilon: 0.8 },
  )) as unknown as { line: string; mean: number; mean_error: number; n: number; n_error: number }[];
  assert.deepEqual(
    rows.map(({ line }) => line),
    ['south', 'north'],
  );
  const [south] = rows;
  assert.ok(south !== undefined);
  within(south.n, 4_500, 3.1 * south.n_error, 'count');
  within(south.mean, 30, 3.1 * south.mean_error, 'mean');
});

test('rows of a private view are not shown, whatever a statement tries', async () => {
  const spentBefore = audit.events.filter(({ action }) => action === 'spend-privacy').length;
  for (const sql of [
    'select * from shared',
    'select temperature from shared',
    'select note, count(*) from shared group by note',
    'select max(temperature) from shared',
    'select count(distinct note) from shared',
    'select sum(temperature / (temperature - 10)) from shared',
    'select count(*) from shared where 1 / (temperature - 10) > 0',
    'select count(*) from shared where cast(note as integer) > 0',
    'select count(*) from shared where note = 5',
    'select count(*) filter (where error(note)) from shared',
    'select count(*) from shared having count(*) > 3',
    'select count(*) from (select * from shared)',
    'with s as (select * from shared) select count(*) from s',
    'select (select count(*) from shared)',
    'select count(*) from shared s join shared t using (note)',
    'select count(*) from shared tablesample 1 rows',
    'explain select count(*) from shared',
    'select count(*) from shared where driver = $1',
    'select count(*) from climate',
  ]) {
    await assert.rejects(ask(sql, { parameters: sql.includes('$1') ? ['d1'] : [] }), { code: 'QUERY_REFUSED' }, sql);
  }
  assert.equal(audit.events.filter(({ action }) => action === 'spend-privacy').length, spentBefore);
  // Who queries all does not query what is protected.
  await assert.rejects(ask('select count(*) from climate', {}, caller('eve', 'clerk')), { code: 'QUERY_REFUSED' });
});

test('a private view says where tokens are compared with what is none, and names no stream behind it', async () => {
  const hintOf = async (badge: string) =>
    (await ask(`select count(*) as n from shared where badge = '${badge}'`, { epsilon: 0.01 })).headers?.['weir-hint'];
  const hint = (await hintOf('b1')) ?? '';
  assert.match(hint, /^badge of shared holds tokens and is compared with what is none/);
  assert.doesNotMatch(hint, /climate/);
  assert.equal(await hintOf('t1-aaaaaaaaaaaaaaaa'), undefined);
});

test('the ledger refuses what would overspend, of a share too, and two at once cannot', async () => {
  const rules = TEMPLATE.streams.get('climate')?.privacy;
  assert.ok(rules !== undefined);
  await assert.rejects(ask('select count(*) from shared', { epsilon: 3.99 }), { code: 'QUERY_BUDGET_SPENT' });
  const guest = caller('gus', 'guest');
  await assert.rejects(ask('select count(*) from shared', { epsilon: 1 }, guest), { code: 'QUERY_BUDGET_SPENT' });
  assert.match(
    (await ask('select count(*) from shared', { epsilon: 0.2, format: 'csv' }, guest)).text,
    /^count_star\(\),count_star\(\)_error\r?\n/,
  );
  const outcomes = await Promise.allSettled([1, 2].map(() => ask('select count(*) from shared', { epsilon: 2.8 })));
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const state = await ledger.state('climate', rules, systemClock.now());
  assert.ok((state.periods[0]?.spent ?? 9) <= 4);
});
