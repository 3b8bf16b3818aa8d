import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { DecisionPoint } from '#declare/policy/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import type { Caller } from '../api/caller.ts';
import { openTokenKeys, tokenKeysFor } from '../gateway/token-keys.ts';
import { ShownDomains } from './shown-domains.ts';
import { TokenDesk } from './token-desk.ts';

const template = makeTemplate(`
devices: {d: {}}
streams:
  s:
    from: d
    purposes: [q, r]
    fields:
      who: {type: text, class: identifier, token: reversible}
      badge: {type: integer, class: identifier, tokenise: badges, token: reversible}
      phone: {type: text, class: identifier, tokenise: phones, token: {alphabet: digits, length: [8, 12]}}
      mobile: {type: text, class: identifier, tokenise: mobiles, token: {alphabet: digits, length: [8, 12]}}
      plain: {type: text, class: identifier, tokenise: plain}
people:
  keeper: {query: [s], purposes: [q], may: [detokenise]}
  reader: {query: [s], purposes: [q]}
  masked: {query: [s], purposes: [q], may: [detokenise], masks: {s.who: hash}}
`);
const place = { view: 's', column: 'who', purpose: 'q' };

function who(...roles: string[]): Caller {
  return {
    subject: { id: 'p', kind: 'person', roles, standing: 'good', deviceType: null },
    actor: 'person:p',
    peer: { kind: 'none', name: null, serial: null, address: '', listener: '' },
  };
}

async function setup(t: TestContext) {
  const { keys, audit } = await openKeys(t);
  const makers = openTokenKeys(await tokenKeysFor(template, keys));
  const before = audit.events.length;
  const vault = new Map<string | number, string | number>();
  const hidden = new Set<string | number>(['hidden']);
  const shown = await ShownDomains.open({ keys, template: () => template });
  keys.lifecycle.holdShown({ count: async () => 0, changed: () => shown.refresh() });
  const desk = new TokenDesk({
    template: () => template,
    decisions: new DecisionPoint(),
    keys,
    shown,
    vault: {
      originals: async (_, tokens) =>
        new Map(tokens.flatMap((token) => (vault.has(token) ? [[token, vault.get(token)!] as const] : []))),
    },
    audit,
    clock: systemClock,
    // As the view shows it: everything but what is hidden.
    seen: async (_caller, _place, tokens) => new Set(tokens.filter((token) => !hidden.has(token))),
  });
  const log = () =>
    audit.events.slice(before).filter(({ action }) => action === 'detokenise').map((event) => `${event.outcome} ${String(event.detail?.['token'] ?? event.reason)}`); // prettier-ignore
  return { desk, vault, hidden, shown, keys, makers, log };
}

const { signal } = new AbortController();

test('TokenDesk gives originals of what the caller sees, each logged before', async (t) => {
  const { desk, vault, makers, log } = await setup(t);
  const token = makers.get('s')!.text('ada');
  vault.set(token, 'ada').set('hidden', 'never');
  assert.deepEqual(await desk.originals(who('keeper'), place, [token, 'hidden', 't1-none'], signal), [
    'ada',
    null,
    null,
  ]);
  assert.deepEqual(log(), [`allowed ${token}`, 'allowed t1-none']);
  const phone = makers.get('phones')!.text('4917612345');
  const phones = { ...place, column: 'phone' };
  assert.deepEqual(await desk.originals(who('keeper'), phones, [phone, '12'], signal), ['4917612345', null]);
});

test('TokenDesk gives nothing for a token that is not seen, though what it is shown as now is asked beside it', async (t) => {
  const { desk, vault, hidden, shown, keys, makers, log } = await setup(t);
  const before = makers.get('s')!.text('ada');
  vault.set(before, 'ada');
  await keys.lifecycle.rotate('person:p', 'token', 's');
  const now = shown.shown('s', before);
  hidden.add(before);
  assert.deepEqual(await desk.originals(who('keeper'), place, [now, before], signal), ['ada', null]);
  assert.deepEqual(log(), [`allowed ${now}`]);
});

test('TokenDesk gives tokens of originals to the same people, logged by the token', async (t) => {
  const { desk, makers, log } = await setup(t);
  const badge = makers.get('badges')!.integer(7);
  assert.deepEqual(await desk.tokens(who('keeper'), { ...place, column: 'badge' }, [7, 'x', 0.5]), [badge, null, null]);
  assert.deepEqual(await desk.tokens(who('keeper'), { ...place, column: 'phone' }, ['49-176']), [null]);
  assert.deepEqual(log(), [`allowed ${badge}`]);
});

test('TokenDesk refuses who may not, for another purpose, of a masked column, and tokens without a way back', async (t) => {
  const { desk, log } = await setup(t);
  const denied = { code: 'POLICY_DENIED' };
  await assert.rejects(desk.originals(who('reader'), place, ['t'], signal), denied);
  await assert.rejects(desk.originals(who(), place, ['t'], signal), denied);
  await assert.rejects(desk.originals(who('keeper'), { ...place, purpose: 'r' }, ['t'], signal), denied);
  await assert.rejects(desk.originals(who('masked'), place, ['t'], signal), denied);
  await assert.rejects(desk.tokens(who('reader'), place, ['ada']), denied);
  assert.equal(log().length, 5);
  assert.ok(log().every((line) => line.startsWith('denied')));
  for (const column of ['plain', 'device', 'nothing']) {
    const refused = desk.originals(who('keeper'), { ...place, column }, ['t'], signal);
    await assert.rejects(refused, (error: { code: string }) => /POLICY_DENIED|API_TOKENS_REFUSED/.test(error.code));
  }
  await assert.rejects(desk.tokens(who('keeper'), { ...place, column: 'plain' }, ['t']), {
    code: 'API_TOKENS_REFUSED',
  });
});

test('joins and group-bys over tokens of two domains are those of originals with a grant, and nothing without', async (t) => {
  const { desk, makers } = await setup(t);
  const calls = Array.from({ length: 40 }, (_, n) => `4917600${String(n % 7).padStart(3, '0')}`);
  const mobiles = Array.from({ length: 30 }, (_, n) => `4917600${String(n % 5).padStart(3, '0')}`);
  const [ofCalls, ofMobiles] = [
    calls.map((one) => makers.get('phones')!.text(one)),
    mobiles.map((one) => makers.get('mobiles')!.text(one)),
  ];
  const pairs = (left: readonly unknown[], right: readonly unknown[]): number =>
    left.reduce((sum: number, one) => sum + right.filter((other) => other === one).length, 0);
  const groups = (values: readonly unknown[]): number[] =>
    [...Map.groupBy(values, (value) => value).values()].map((of) => of.length).toSorted((a, b) => a - b);
  // Without a grant: within a domain as on originals, across domains nothing.
  assert.deepEqual([groups(ofCalls), groups(ofMobiles)], [groups(calls), groups(mobiles)]);
  assert.ok(pairs(calls, mobiles) > 0);
  assert.equal(pairs(ofCalls, ofMobiles), 0);
  assert.equal(new Set([...ofCalls, ...ofMobiles]).size, 12, 'no token of one domain is one of the other');
  const phones = { ...place, column: 'phone' };
  const mobile = { ...place, column: 'mobile' };
  await assert.rejects(desk.originals(who('reader'), phones, ofCalls, signal), { code: 'POLICY_DENIED' });
  // With one: each column is taken back, and then it is the same join.
  const back = await desk.originals(who('keeper'), phones, ofCalls, signal);
  const other = await desk.originals(who('keeper'), mobile, ofMobiles, signal);
  assert.equal(pairs(back, other), pairs(calls, mobiles));
  assert.deepEqual(groups(back), groups(calls));
  // The other way: what has the token of one domain gets that of the other, so that one column alone is asked for.
  const across = await desk.tokens(who('keeper'), mobile, calls);
  assert.equal(pairs(across, ofMobiles), pairs(calls, mobiles));
});
