import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { days, micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { makeRowSealer, openSqliteCatalogue } from '#base/storage/index.ts';
import type { SqliteCatalogue } from '#base/storage/index.ts';
import type { PrivacyRules } from '#declare/template/index.ts';
import { recordAudit } from '../../../../test/support/open-trust.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { epsilonOfRho, rhoOfEpsilon } from './privacy-budget.ts';
import { periodsOf, PrivacyLedger } from './privacy-ledger.ts';

const RULES: PrivacyRules = { epsilon: 2, delta: 1e-6, query: 0.1, rows: 1, renew: null, allot: {} };
const ALL = rhoOfEpsilon(2, 1e-6);
const EVER = periodsOf(RULES, { from: null, to: null }, 0, 0);
const sealer = makeRowSealer(new Map([[1, AeadKey.fromBytes(new Uint8Array(32).fill(1))]]), 1, seededRandom(1));
const SPENDING = {
  stream: 's',
  rules: RULES,
  roles: [] as string[],
  periods: EVER,
  actor: 'person:a',
  view: 'v',
  now: 0,
};

test('PrivacyLedger pays what is left to the last, and not more, whoever asks', async (t) => {
  const catalogue = await openSqliteCatalogue(':memory:');
  t.after(() => Promise.resolve(catalogue[Symbol.asyncDispose]()));
  const audit = recordAudit();
  const ledger = await PrivacyLedger.open(catalogue, sealer, audit);
  const half = Math.floor(ALL / 2);
  const { cost, left } = await ledger.spend({ ...SPENDING, rho: half });
  assert.equal(cost, epsilonOfRho(half, 1e-6));
  assert.equal(left, epsilonOfRho(ALL - half, 1e-6));
  await assert.rejects(ledger.spend({ ...SPENDING, actor: 'person:b', view: 'w', rho: ALL - half + 1 }), {
    code: 'QUERY_BUDGET_SPENT',
  });
  // Ten at once, of which three fit.
  const third = Math.floor((ALL - half) / 3);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10 }, () => ledger.spend({ ...SPENDING, rho: third })),
  );
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 3);
  assert.equal(audit.events.filter(({ action }) => action === 'spend-privacy').length, 4);
  const state = await ledger.state('s', RULES, 0);
  assert.ok(state.lifetime <= 2 && state.lifetime > 1.99);
  assert.equal(state.answers, 4);
});

test('PrivacyLedger.spend() is durable before it is logged, and nothing is told that cannot be logged', async (t) => {
  const file = join(await temporaryFolder(t), 'catalogue.db');
  const audit = recordAudit();
  const first = await openSqliteCatalogue(file);
  audit.broken = true;
  const ledger = await PrivacyLedger.open(first, sealer, audit);
  await assert.rejects(ledger.spend({ ...SPENDING, rho: ALL }), { code: 'AUDIT_LOG_UNAVAILABLE' });
  await first[Symbol.asyncDispose]();
  const again = await openSqliteCatalogue(file);
  t.after(() => Promise.resolve(again[Symbol.asyncDispose]()));
  audit.broken = false;
  const reopened = await PrivacyLedger.open(again, sealer, audit);
  await assert.rejects(reopened.spend({ ...SPENDING, rho: 1 }), { code: 'QUERY_BUDGET_SPENT' });
});

test('allotments divide the budget and never add to it', async (t) => {
  const catalogue = await openSqliteCatalogue(':memory:');
  t.after(() => Promise.resolve(catalogue[Symbol.asyncDispose]()));
  const ledger = await PrivacyLedger.open(catalogue, sealer, recordAudit());
  const rules = { ...RULES, allot: { clerk: 0.25 } };
  const spend = (roles: string[], rho: number) => ledger.spend({ ...SPENDING, rules, roles, rho });
  const quarter = Math.floor(ALL / 4);
  await assert.rejects(spend(['clerk'], quarter + 1), { code: 'QUERY_BUDGET_SPENT' });
  await spend(['other', 'clerk'], quarter);
  await assert.rejects(spend(['other'], ALL - quarter + 1), { code: 'QUERY_BUDGET_SPENT' });
  await spend(['other'], ALL - quarter);
  assert.ok((await ledger.state('s', rules, 0)).lifetime <= 2);
  // Another division gives nothing back.
  await assert.rejects(
    ledger.spend({ ...SPENDING, rules: { ...RULES, allot: { clerk: 1 } }, roles: ['clerk'], rho: 1 }),
    {
      code: 'QUERY_BUDGET_SPENT',
    },
  );
});

test('a budget that is renewed is of new rows alone, and lifetimes add up', async (t) => {
  const catalogue = await openSqliteCatalogue(':memory:');
  t.after(() => Promise.resolve(catalogue[Symbol.asyncDispose]()));
  const ledger = await PrivacyLedger.open(catalogue, sealer, recordAudit());
  const rules = { ...RULES, renew: days(1) };
  const day = 86_400_000_000;
  const now = 10.5 * day;
  const periods = (from: number | null) => periodsOf(rules, { from, to: null }, 8 * day, now);
  assert.deepEqual(
    periods(null).map(({ start }) => start / day),
    [8, 9, 10],
  );
  assert.deepEqual(
    periods(10 * day).map(({ start }) => start / day),
    [10],
  );
  assert.deepEqual(
    periodsOf(rules, { from: null, to: 9 * day }, 8 * day, now).map(({ start }) => start / day),
    [8],
  );
  await ledger.spend({ ...SPENDING, rules, periods: periods(null), rho: ALL });
  await assert.rejects(ledger.spend({ ...SPENDING, rules, periods: periods(10 * day), rho: 1 }), {
    code: 'QUERY_BUDGET_SPENT',
  });
  const tomorrow = periodsOf(rules, { from: 11 * day, to: null }, 8 * day, now + day);
  await ledger.spend({ ...SPENDING, rules, periods: tomorrow, rho: ALL });
  const state = await ledger.state('s', rules, now + day);
  assert.equal(state.periods.length, 4);
  assert.ok(state.lifetime > 4, `${state.lifetime}`);
  // Periods of another length hold what was paid in those that they share rows with.
  const longer = { ...RULES, renew: days(7) };
  await assert.rejects(
    ledger.spend({ ...SPENDING, rules: longer, periods: periodsOf(longer, { from: now, to: null }, now, now), rho: 1 }),
    { code: 'QUERY_BUDGET_SPENT' },
  );
  const many = { ...rules, renew: days(0.001) };
  assert.throws(() => periodsOf(many, { from: null, to: null }, 0, now), { code: 'QUERY_REFUSED' });
});

const SPENDING_ALL = { ...SPENDING, rho: ALL };
const NOW = 1_000_000;
const GAP = { from: 3, to: 9, knownBy: 'witness', end: micros(NOW), found: micros(NOW) } as const;

/** The ledger's tables as they are, to be put back like a restored copy. */
async function copyOf(catalogue: SqliteCatalogue): Promise<() => Promise<void>> {
  const kept = await Promise.all(
    ['privacy_account', 'privacy_mark'].map(
      async (table) => [table, await catalogue.all(`SELECT * FROM ${table}`)] as const,
    ),
  );
  return async () => {
    for (const [table, rows] of kept) {
      await catalogue.run(`DELETE FROM ${table}`);
      for (const row of rows) {
        const [columns, places] = [Object.keys(row), Object.keys(row).map(() => '?')];
        await catalogue.run(
          `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')})`,
          Object.values(row),
        );
      }
    }
  };
}

async function openLedger(t: Cleanable) {
  const catalogue = await openSqliteCatalogue(':memory:');
  t.after(() => Promise.resolve(catalogue[Symbol.asyncDispose]()));
  const audit = recordAudit();
  /** A start over what is there: the rows anew, then the log from a place on over them. */
  const restart = async (from = 0, events: readonly AuditEvent[] = audit.events): Promise<PrivacyLedger> => {
    const ledger = await PrivacyLedger.open(catalogue, sealer, audit);
    const replay = ledger.replay();
    for (const [index, event] of events.entries()) {
      if (index >= from) replay.take({ index, time: micros(NOW), event });
    }
    await replay.apply();
    return ledger;
  };
  return { catalogue, audit, restart, ledger: await restart() };
}

test('whatever older copy is restored, what the log says was spent stays spent, and no more than that', async (t) => {
  const { catalogue, restart, ledger } = await openLedger(t);
  const rules = { ...RULES, renew: days(1), allot: { clerk: 0.5 } };
  const day = 86_400_000_000;
  const of = (first: number, last: number) =>
    periodsOf(rules, { from: first * day, to: last * day }, first * day, 9 * day);
  const copies = [await copyOf(catalogue)];
  const tenth = Math.floor(ALL / 10);
  for (const [at, more] of [
    { periods: of(1, 4), roles: ['clerk'] },
    { periods: of(3, 5), roles: [] },
    { periods: of(2, 3), roles: ['clerk'] },
    { periods: of(2, 3), roles: [] },
  ].entries()) {
    await ledger.spend({ ...SPENDING, rules, rho: tenth, now: NOW + at, ...more });
    copies.push(await copyOf(catalogue));
  }
  await ledger.spend({ ...SPENDING, stream: 'other', rho: ALL, now: NOW });
  const expected = await ledger.state('s', rules, 9 * day);
  assert.deepEqual(
    expected.periods.map(({ start, spent }) => [(start ?? 0) / day, spent > 0]),
    [
      [9, false],
      [4, true],
      [3, true],
      [2, true],
      [1, true],
    ],
  );
  for (const [at, restore] of copies.entries()) {
    await restore();
    for (const again of [await restart(), await restart()]) {
      assert.deepEqual(await again.state('s', rules, 9 * day), expected, `copy ${at}`);
      await assert.rejects(again.spend({ ...SPENDING, stream: 'other', rho: 1 }), { code: 'QUERY_BUDGET_SPENT' });
    }
  }
});

test('a payment that is in the log and not in the ledger is entered once, in whatever order two came into the log', async (t) => {
  const { catalogue, audit, restart, ledger } = await openLedger(t);
  const half = Math.floor(ALL / 2);
  await ledger.spend({ ...SPENDING, rho: 1, now: NOW });
  const before = await copyOf(catalogue);
  await ledger.spend({ ...SPENDING, rho: half, now: NOW + 1 });
  await ledger.spend({ ...SPENDING, rho: 2, now: NOW + 1 });
  audit.events.push(...audit.events.splice(-2).reverse());
  await before();
  const again = await restart(1);
  await assert.rejects(again.spend({ ...SPENDING, rho: ALL - half - 2 }), { code: 'QUERY_BUDGET_SPENT' });
  await again.spend({ ...SPENDING, rho: ALL - half - 3 });
});

test('a copy with a payment that never came into the log does not pass for one that has later ones', async (t) => {
  const { catalogue, audit, restart, ledger } = await openLedger(t);
  const older = await copyOf(catalogue);
  audit.broken = true;
  await assert.rejects(ledger.spend({ ...SPENDING, rho: 1, now: NOW }), { code: 'AUDIT_LOG_UNAVAILABLE' });
  audit.broken = false;
  const unlogged = await copyOf(catalogue);
  await older();
  await (await restart()).spend({ ...SPENDING, rho: ALL - 1, now: NOW + 9 });
  await unlogged();
  await assert.rejects((await restart()).spend({ ...SPENDING, rho: 1, now: NOW + 10 }), { code: 'QUERY_BUDGET_SPENT' });
});

test('entries of before payments had numbers are entered once, for all that they may have read', async (t) => {
  const { audit, restart } = await openLedger(t);
  const day = 86_400_000_000;
  const rules = { ...RULES, renew: days(1) };
  const old = (stream: string, first: number, periods: number): AuditEvent => ({
    actor: 'person:a',
    action: 'spend-privacy',
    resource: `stream:${stream}`,
    outcome: 'done',
    detail: { view: 'v', share: '*', nano_rho: ALL - 5, periods, first },
  });
  audit.events.push(old('s', 0, 1), { ...old('s', 0, 1), outcome: 'failed' }, old('daily', 0, 3));
  await restart();
  const again = await restart();
  await assert.rejects(again.spend({ ...SPENDING, rho: 6 }), { code: 'QUERY_BUDGET_SPENT' });
  await again.spend({ ...SPENDING, rho: 5 });
  const daily = { ...SPENDING, stream: 'daily', rules };
  const of = (at: number) => periodsOf(rules, { from: at * day, to: (at + 1) * day }, 0, 9 * day);
  await assert.rejects(again.spend({ ...daily, periods: of(0), rho: 6 }), { code: 'QUERY_BUDGET_SPENT' });
  await again.spend({ ...daily, periods: of(1), rho: 6 });
});

test('a gap in the log counts what was received before as wholly spent, in older copies too', async (t) => {
  const { catalogue, audit, restart, ledger } = await openLedger(t);
  const rules = { ...RULES, renew: days(1) };
  const day = 86_400_000_000;
  const before = await copyOf(catalogue);
  await ledger.suspend({ ...GAP, found: micros(day + 1) });
  assert.deepEqual(audit.events.at(-1), {
    actor: 'weir:control',
    action: 'hold-privacy',
    resource: 'stream:*',
    outcome: 'done',
    reason: 'log-gap',
    detail: { before: day + 1, from: 3, knownBy: 'witness', end: NOW, to: 9 },
  });
  for (const restore of [async () => {}, before]) {
    await restore();
    const again = await restart();
    const asked = { ...SPENDING, rules, rho: 1 };
    const of = (at: number) => periodsOf(rules, { from: at * day, to: (at + 1) * day }, 0, 3 * day);
    await assert.rejects(again.spend({ ...asked, periods: [...of(1), ...of(2)] }), {
      code: 'QUERY_BUDGET_SPENT',
      message: /log lacks entries/,
    });
    await assert.rejects(again.spend(SPENDING_ALL), { code: 'QUERY_BUDGET_SPENT' });
    const { periods, lifetime } = await again.state('s', RULES, 3 * day);
    assert.deepEqual(
      periods.map(({ spent, left, shares }) => [spent, left, shares[0]?.left]),
      [[epsilonOfRho(ALL, 1e-6), 0, 0]],
    );
    assert.equal(lifetime, epsilonOfRho(ALL, 1e-6));
    // What was received since has a budget of its own.
    await again.spend({ ...asked, periods: of(2), stream: 'new' });
  }
});
