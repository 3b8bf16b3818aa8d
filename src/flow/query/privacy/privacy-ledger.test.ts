import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { days } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { makeRowSealer, openSqliteCatalogue } from '#base/storage/index.ts';
import type { PrivacyRules } from '#declare/template/index.ts';
import { recordAudit } from '../../../../test/support/open-trust.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { epsilonOfRho, rhoOfEpsilon } from './privacy-budget.ts';
import { periodsOf, PrivacyLedger } from './privacy-ledger.ts';

const RULES: PrivacyRules = { epsilon: 2, delta: 1e-6, query: 0.1, rows: 1, renew: null, allot: {} };
const ALL = rhoOfEpsilon(2, 1e-6);
const EVER = periodsOf(RULES, { from: null, to: null }, 0, 0);
const sealer = makeRowSealer(new Map([[1, AeadKey.fromBytes(new Uint8Array(32).fill(1))]]), 1, seededRandom(1));
const SPENDING = { stream: 's', rules: RULES, roles: [] as string[], periods: EVER, actor: 'person:a', view: 'v' };

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
