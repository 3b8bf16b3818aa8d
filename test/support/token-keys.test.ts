import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from './make-template.ts';
import { tokenKeysOf } from './token-keys.ts';

test('tokenKeysOf() has a key for each domain', () => {
  const template = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: text, tokenise: t}}}}');
  const keys = tokenKeysOf(template);
  assert.deepEqual([...keys.keys()], ['_probe', '_probe-codes', 't']);
  assert.notEqual(keys.get('t')?.text('a'), keys.get('_probe')?.text('a'));
  assert.equal(keys.get('t')?.text('a'), tokenKeysOf(template).get('t')?.text('a'));
});
