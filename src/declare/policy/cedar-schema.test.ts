import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { ACTIONS } from './actions.ts';
import { CedarEngine } from './cedar-engine.ts';
import { cedarSchema } from './cedar-schema.ts';
import { platformPolicies } from './platform-policies.ts';

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

test('cedarSchema() is what the reference page says', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/reference/policy-schema.md'), 'utf8');
  const schema = cedarSchema(makeTemplate(''));
  const fixed = schema.split('\n').filter((line) => /^(entity \w+ (in|\{)|type|  [\w"])/.test(line));
  assert.ok(fixed.length > 20);
  for (const line of fixed) assert.ok(page.includes(`${line}\n`), line);
  for (const { id } of platformPolicies(makeTemplate(''))) assert.ok(page.includes(`\`${id}\``), id);
});
