import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isToken } from '#base/crypto/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { openTokenKeys, tokenKeysFor } from '../gateway/token-keys.ts';
import { ShownDomains } from './shown-domains.ts';

const template = makeTemplate(`
devices: {d: {}}
streams:
  s:
    from: d
    purposes: [p]
    fields:
      who: {type: text, class: identifier, tokenise: people}
      serial: {type: integer, class: identifier}
      phone: {type: text, class: identifier, tokenise: phones, token: {alphabet: digits, length: [6, 12]}}
      plain: {type: text}
`);

async function setup(t: Parameters<typeof openKeys>[0]) {
  const { keys } = await openKeys(t);
  const makers = openTokenKeys(await tokenKeysFor(template, keys));
  const shown = await ShownDomains.open({ keys, template: () => template });
  keys.lifecycle.holdShown({ count: async () => 0, changed: () => shown.refresh() });
  const rotate = (domain: string) => keys.lifecycle.rotate('person:ada', 'token', domain);
  const stored = {
    people: makers.get('people')!.text('ada'),
    s: makers.get('s')!.integer(42),
    phones: makers.get('phones')!.text('4917612345'),
  };
  return { keys, shown, rotate, stored };
}

test('ShownDomains shows what is stored until a key is rotated, and each version as its own from then on', async (t) => {
  const { shown, rotate, stored } = await setup(t);
  for (const [domain, token] of Object.entries(stored)) {
    assert.deepEqual([shown.shown(domain, token), shown.stored(domain, token), shown.isAsStored(domain)], [token, token, true]); // prettier-ignore
  }
  assert.equal(shown.ofColumn('s', 'who', false), null);
  const before = shown.asOfNow();
  for (const domain of Object.keys(stored)) await rotate(domain);
  const second = Object.entries(stored).map(([domain, token]) => [domain, token, shown.shown(domain, token)] as const);
  for (const [domain, token, seen] of second) {
    assert.notEqual(seen, token);
    assert.equal(typeof seen, typeof token);
    assert.equal(shown.stored(domain, seen), token);
    assert.deepEqual(shown.forms(domain, token), [token, seen]);
  }
  assert.match(String(second[0]?.[2]), /^t2-/);
  assert.ok(isToken(second[1]?.[2]));
  assert.match(String(second[2]?.[2]), /^\d{10}$/);
  await rotate('people');
  const third = shown.shown('people', stored.people);
  assert.match(String(third), /^t3-/);
  // Of the version before too, for it says which it is.
  assert.deepEqual([shown.stored('people', third), shown.stored('people', second[0]![2])], [stored.people, stored.people]); // prettier-ignore
  assert.deepEqual([...shown.versions()].sort(([a], [b]) => (a < b ? -1 : 1)), [['people', 3], ['phones', 2], ['s', 2]]); // prettier-ignore
  // What was taken before goes on as it was.
  assert.equal(before.shown('people', stored.people), stored.people);
  assert.ok(before.epoch < shown.epoch);
});

test('ShownDomains tells how columns are shown, and leaves alone what may be originals or of several domains', async (t) => {
  const { shown, rotate, stored, keys } = await setup(t);
  await rotate('people');
  await rotate('phones');
  assert.deepEqual([shown.ofColumn('s', 'plain', false), shown.ofColumn('s', 'serial', false)], [null, null]);
  assert.equal(shown.ofColumn('s', 'phone', false)?.format?.alphabet, '0123456789');
  assert.equal(shown.ofColumn('s', 'phone', true)?.format, null);
  assert.equal(shown.ofMark({ domain: '', version: 0 }), null);
  assert.equal(shown.ofMark({ domain: 'people', version: 1 })?.version, 2);
  assert.deepEqual(shown.domainsOf('s'), ['people', 's', 'phones']);
  const row = { who: stored.people, plain: 'x', phone: null };
  assert.deepEqual(shown.rowsOf('s', [row]), [{ ...row, who: shown.shown('people', stored.people) }]);
  const other = [{ plain: 'x' }];
  assert.equal(shown.rowsOf('s', other), other);
  // A version that is gone shows nothing and is known no more.
  const second = shown.shown('people', stored.people);
  await rotate('people');
  await keys.lifecycle.destroy('person:ada', 'token', 'people', 2);
  assert.equal(shown.forms('people', stored.people).length, 2);
  assert.equal(shown.stored('people', second), second);
});

test('ShownDomains.storedCondition() names tokens as they are stored, so that a condition outlives a rotation', async (t) => {
  const { shown, rotate, stored } = await setup(t);
  await rotate('people');
  const seen = shown.shown('people', stored.people);
  const one = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, purposes: [p], fields: {who: {type: text, class: identifier, tokenise: people}}}}'); // prettier-ignore
  const single = await ShownDomains.open({ keys: { shownKeys: async () => [] }, template: () => one });
  assert.equal(single.storedCondition('s', "who = 't1-bgxgseuu4himrusw'"), "who = 't1-bgxgseuu4himrusw'");
  // Of several domains it cannot be told whose a token is.
  assert.equal(shown.storedCondition('s', `who = '${seen}'`), null);
  assert.equal(shown.storedCondition('s', `who = '${stored.people}'`), `who = '${stored.people}'`);
  const both = await ShownDomains.open({ keys: (await rotated(t, one)).keys, template: () => one });
  const later = both.shown('people', stored.people);
  assert.equal(both.storedCondition('s', `who in ('${later}', 'x')`), `who in ('${stored.people}', 'x')`);
});

async function rotated(t: Parameters<typeof openKeys>[0], one: typeof template) {
  const { keys } = await openKeys(t);
  await tokenKeysFor(one, keys);
  await keys.lifecycle.rotate('person:ada', 'token', 'people');
  return { keys };
}
