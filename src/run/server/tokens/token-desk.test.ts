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
  const desk = new TokenDesk({
    template: () => template,
    decisions: new DecisionPoint(),
    keys,
    shown: await ShownDomains.open({ keys, template: () => template }),
    vault: {
      originals: async (_, tokens) =>
        new Map(tokens.flatMap((token) => (vault.has(token) ? [[token, vault.get(token)!] as const] : []))),
    },
    audit,
    clock: systemClock,
    // As the view shows it: everything but what is nobody's.
    seen: async (_caller, _place, tokens) => new Set(tokens.filter((token) => token !== 'hidden')),
  });
  const log = () =>
    audit.events.slice(before).filter(({ action }) => action === 'detokenise').map((event) => `${event.outcome} ${String(event.detail?.['token'] ?? event.reason)}`); // prettier-ignore
  return { desk, vault, makers, log };
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
