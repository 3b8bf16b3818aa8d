import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { openTokenKeys, tokenKeysFor } from './token-keys.ts';

const template = makeTemplate(`
devices: {d: {}}
streams:
  s: {from: d, purposes: [p], fields: {a: {type: text, class: identifier}, b: {type: text, tokenise: shared}}}
tables:
  t: {fields: {b: {type: text, tokenise: shared}}}
`);

test('tokenKeysFor() hands over a key for each domain, the same after a restart, each its making logged', async (t) => {
  const { keys, audit, reopen } = await openKeys(t);
  const before = audit.events.length;
  const first = await tokenKeysFor(template, keys);
  assert.deepEqual(first.map(({ domain, version }) => [domain, version]), [['_probe', 1],
      ['_probe-codes', 1], ['s', 1], ['shared', 1]]); // prettier-ignore
  assert.equal(audit.events.length, before + first.length);
  assert.deepEqual(await tokenKeysFor(template, await reopen()), first);
  const opened = openTokenKeys(structuredClone(first));
  assert.notEqual(opened.get('s')?.text('x'), opened.get('shared')?.text('x'));
});

test('tokenKeysFor() makes none of its own where nothing is tokenised', async (t) => {
  const { keys } = await openKeys(t);
  const plain = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {a: {type: number}}}}');
  assert.deepEqual(
    (await tokenKeysFor(plain, keys)).map(({ domain }) => domain),
    ['_probe', '_probe-codes'],
  );
});
