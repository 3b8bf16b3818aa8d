import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { Subject } from '#declare/policy/index.ts';
import { PrivacyLedger } from '#flow/query/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { PrivacyBudgets } from './privacy-budgets.ts';

const TEMPLATE = makeTemplate(`
devices: { d: {} }
streams:
  s: { from: d, purposes: [care], fields: { x: { type: number, range: [0, 1] } }, privacy: { epsilon: 2 } }
  t: { from: d, fields: { x: { type: number } } }
views: { v: { from: s, sql: select x from s, private: true } }
people:
  scientist: { query: [v], purposes: [care] }
  stranger: { query: [t] }
  keeper: { may: [administer] }
`);

const person = (role: string): Subject => ({
  id: 'p',
  kind: 'person',
  roles: [role],
  standing: 'good',
  deviceType: null,
});

test('PrivacyBudgets.list() tells those who spend a budget, and those who administer', async (t) => {
  const { catalogue, keys, audit } = await openKeys(t);
  const ledger = await PrivacyLedger.open(catalogue, await keys.rowSealer('people'), audit);
  const budgets = new PrivacyBudgets({
    ledger,
    decisions: new DecisionPoint(),
    clock: frozenClock(),
    template: () => TEMPLATE,
  });
  const named = async (role: string) => (await budgets.list(person(role))).map(({ stream, views }) => [stream, views]);
  assert.deepEqual(await named('scientist'), [['s', ['v']]]);
  assert.deepEqual(await named('keeper'), [['s', ['v']]]);
  assert.deepEqual(await named('stranger'), []);
});
