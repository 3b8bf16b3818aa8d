import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { CedarEngine } from './cedar-engine.ts';
import { cedarSchema } from './cedar-schema.ts';
import { streamPolicies } from './stream-policies.ts';

test('streamPolicies() say who publishes, and fit the schema', () => {
  const plain = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}');
  const stream = plain.streams.get('s') ?? assert.fail();
  const template = {
    ...plain,
    streams: new Map([...plain.streams, ['s', { ...stream, posture: 'required' as const }]]),
  };
  const ids = (of: typeof plain) => streamPolicies(of).map(({ id }) => id);
  assert.ok(ids(plain).includes('streams.s.from') && !ids(plain).includes('streams.s.posture'));
  assert.ok(ids(template).includes('streams.s.posture'));
  const text = streamPolicies(template)
    .map((policy) => policy.text)
    .join('\n');
  assert.deepEqual(new CedarEngine().check(text, cedarSchema(template)), []);
});
