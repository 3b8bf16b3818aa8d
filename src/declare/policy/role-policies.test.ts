import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { CedarEngine } from './cedar-engine.ts';
import { cedarSchema } from './cedar-schema.ts';
import { maskId, rolePolicies } from './role-policies.ts';

const template = makeTemplate(`
devices: {d: {}}
streams: {s: {from: d, purposes: [q], fields: {x: {type: number}, y: {type: number, class: location}}}}
people:
  plain: {query: [s], purposes: [q], masks: {s.y: "round:1"}, may: [audit, export]}
  all: {query: all}
  idle: {}
`);

test('rolePolicies() names the places in the template', () => {
  assert.deepEqual(
    rolePolicies(template).map(({ id }) => id),
    [
      'people.plain.query',
      'people.plain.sees',
      'people.plain.masks.s.y',
      'people.plain.may.export',
      'people.plain.may',
      'people.all.query',
      'people.all.sees',
      'people.operator.query',
      'people.operator.sees',
      'people._prober.query',
      'people._prober.sees',
      'people._prober.tokens',
      'people._prober.tokens.sees',
      'people._prober-share.query',
      'people._prober-share.sees',
      'people._prober-share.masks._trial.word',
      'people._prober.may',
    ],
  );
  assert.equal(maskId('plain', 's.y'), 'people.plain.masks.s.y');
});

test('rolePolicies() fit the schema of their template', () => {
  const engine = new CedarEngine();
  const text = rolePolicies(template)
    .map((policy) => policy.text)
    .join('\n');
  assert.deepEqual(engine.check(text, cedarSchema(template)), []);
});
