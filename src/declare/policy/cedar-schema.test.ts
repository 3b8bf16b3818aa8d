import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { ACTIONS } from './actions.ts';
import { CedarEngine } from './cedar-engine.ts';
import { cedarSchema } from './cedar-schema.ts';

const engine = new CedarEngine();

test('cedarSchema() is a schema that Cedar takes, for an empty template too', () => {
  for (const yaml of ['', 'devices: {d: {}}\nstreams: {s: {from: d, purposes: [q], fields: {x: {type: number}}}}']) {
    const schema = cedarSchema(makeTemplate(yaml));
    assert.deepEqual(engine.checkSchema(schema), []);
    for (const action of ACTIONS) assert.match(schema, new RegExp(`^action ${action} appliesTo`, 'm'));
  }
});

test('cedarSchema() closes roles, purposes and types of devices', () => {
  const schema = cedarSchema(
    makeTemplate(
      'devices: {d: {}}\nstreams: {s: {from: d, purposes: [q], fields: {x: {type: number}}}}\npeople: {r: {}}',
    ),
  );
  const found = (condition: string) =>
    engine.check(`permit (principal, action == Action::"query", resource) when { ${condition} };`, schema).length;
  assert.equal(found('principal in Role::"r"'), 0);
  assert.equal(found('principal in Role::"typo"'), 1);
  assert.equal(found('context has purpose && context.purpose == Purpose::"q"'), 0);
  assert.equal(found('context has purpose && context.purpose == Purpose::"typo"'), 1);
  assert.equal(found('context.purpose == Purpose::"q"'), 1);
});
