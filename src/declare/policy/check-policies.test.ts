import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { CedarEngine } from './cedar-engine.ts';
import { checkPolicies } from './check-policies.ts';

const engine = new CedarEngine();
const template = makeTemplate(`
devices: {d: {}}
streams: {s: {from: d, purposes: [q], fields: {x: {type: number}}}}
people: {r: {query: [s]}}
`);
const found = (...texts: string[]) =>
  checkPolicies({ ...template, policies: texts.map((text, index) => ({ file: `f${index}.cedar`, text })) }, engine).map(
    ({ file, line, column, message }) => `${file}:${line}:${column} ${message}`,
  );

test('checkPolicies() finds nothing in what fits the template', () => {
  assert.deepEqual(checkPolicies(template, engine), []);
  assert.deepEqual(found('forbid (principal in Role::"r", action == Action::"query", resource == View::"s");'), []);
});

test('checkPolicies() tells file, line and column of each finding', () => {
  assert.deepEqual(found('// ä\npermit (principal in Role::"typo",\n  action, resource);'), [
    'f0.cedar:2:22 entity `Role::"typo"` is of an enumerated entity type, but `"typo"` is not declared as a valid eid; valid entity eids: "r", "operator", "_operator", "_prober", "_prober-share"',
  ]);
  assert.deepEqual(found('', 'permit (principal, action, resource)\nwhenx { true };'), [
    'f1.cedar:2:1 invalid policy condition: whenx; condition must be either `when` or `unless`',
  ]);
  assert.deepEqual(found('forbid (principal, action == Action::"query", resource == View::"t");'), [
    'f0.cedar:1:59 the template has no view `t`',
  ]);
});

test('checkPolicies() finds ids given twice, slots, and annotations that mean nothing', () => {
  const permit = 'permit (principal, action == Action::"query", resource);';
  assert.match(found(`@id("a") ${permit}`, `@id("a") ${permit}`)[0] ?? '', /^f1.*two policies are called policies\.a/);
  assert.match(found('permit (principal == ?principal, action, resource);')[0] ?? '', /includes a template/);
  assert.match(found('forbid (principal, action == Action::"subscribe", resource);')[0] ?? '', /no action that a file/);
  assert.match(found('@id("a b") forbid (principal, action, resource);')[0] ?? '', /is no id/);
  assert.deepEqual(found(`@rows("x > 1") ${permit}`), []);
  assert.match(found('@rows("x > 1") permit (principal, action, resource);')[0] ?? '', /@rows/);
  assert.match(found(`@mask("hash") ${permit}`)[0] ?? '', /@mask/);
  assert.match(found('@mask("blur") permit (principal, action == Action::"see", resource);')[0] ?? '', /no mask/);
});

test('checkPolicies() survives what is as long and deep as a template lets through', () => {
  const permit = (condition: string) => `permit (principal, action, resource) when { ${condition} };`;
  assert.ok(found(permit(`${'('.repeat(60)}true${')'.repeat(60)}`)).length <= 1);
  assert.deepEqual(found(permit(Array.from({ length: 500 }, () => 'true').join(' && '))), []);
  assert.equal(found(permit(Array.from({ length: 20_000 }, () => 'true').join(' && '))).length, 1);
  assert.deepEqual(found(permit('true')), []);
});
