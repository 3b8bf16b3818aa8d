import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { CedarEngine } from './cedar-engine.ts';
import { cedarRequest } from './cedar-request.ts';
import { PolicyVersion } from './policy-version.ts';
import type { AccessRequest } from './types.ts';

const engine = new CedarEngine();
const plain = makeTemplate('people: {b: {may: [audit]}, a: {may: [audit]}}');
const withFile = (text: string, digest: string) => ({ ...plain, digest, policies: [{ file: 'f.cedar', text }] });
const audit: AccessRequest = {
  subject: { id: 'p', kind: 'person', roles: ['a', 'b'], standing: 'good', deviceType: null },
  action: 'audit',
  resource: { type: 'platform', name: '*' },
  purpose: null,
  context: {},
};

test('PolicyVersion.ask() names the deciding policies in the order of the version', () => {
  const version = new PolicyVersion(plain, engine);
  const answer = version.ask(cedarRequest(audit, plain));
  assert.deepEqual([answer.allowed, answer.policies], [true, ['people.b.may', 'people.a.may']]);
});

test('PolicyVersion.ask() denies where a policy cannot be evaluated, for it may be one that forbids', () => {
  const template = withFile('forbid (principal, action, resource) when { context.proposer == "x" };', 'broken');
  const answer = new PolicyVersion(template, engine).ask(cedarRequest(audit, template));
  assert.deepEqual([answer.allowed, answer.failed], [false, ['policies.f.1']]);
});

test('PolicyVersion.readsOf() is null where decisions cannot be kept', () => {
  const reads = (condition: string) =>
    new PolicyVersion(
      withFile(`permit (principal, action == Action::"audit", resource) when { ${condition} };`, 'x'),
      engine,
    ).readsOf('audit');
  assert.deepEqual(reads('true'), []);
  assert.deepEqual(reads('context has address'), ['address']);
  assert.equal(reads('context has time'), null);
  assert.equal(reads('{x: context} == {x: context}'), null);
});

test('PolicyVersion is freed when it is disposed of, and asked anew is ready again', () => {
  const version = new PolicyVersion(plain, engine);
  assert.equal(version.ask(cedarRequest(audit, plain)).allowed, true);
  version[Symbol.dispose]();
  assert.equal(engine.ask(`${plain.digest}/audit`, cedarRequest(audit, plain)).allowed, false);
  assert.equal(version.ask(cedarRequest(audit, plain)).allowed, true);
  assert.equal(version.namesColumns, false);
});
