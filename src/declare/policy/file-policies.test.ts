import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { CedarEngine } from './cedar-engine.ts';
import { filePolicies } from './file-policies.ts';
import { POLICY_ACTIONS } from './platform-policies.ts';

const engine = new CedarEngine();
const read = (text: string) =>
  filePolicies({ ...makeTemplate(''), policies: [{ file: 'rules/night.cedar', text }] }, engine);

test('filePolicies() are called by their id, else by file and number', () => {
  const policies = read('@id("x") permit (principal, action, resource);\nforbid (principal, action, resource);');
  assert.deepEqual(
    policies.map(({ id, effect }) => [id, effect]),
    [
      ['policies.x', 'permit'],
      ['policies.rules-night.2', 'forbid'],
    ],
  );
  assert.deepEqual(filePolicies(makeTemplate(''), engine), []);
});

test('filePolicies() know the actions that a policy can match', () => {
  const actions = (scope: string) => read(`permit (principal, ${scope}, resource);`)[0]?.actions;
  assert.deepEqual(actions('action == Action::"query"'), ['query']);
  assert.deepEqual(actions('action in [Action::"query", Action::"see"]'), ['query', 'see']);
  assert.deepEqual(
    actions('action'),
    POLICY_ACTIONS.filter((action) => action !== 'subscribe'),
  );
  assert.deepEqual(actions('action == Action::"subscribe"'), []);
});

test('filePolicies() know what of the context a policy reads', () => {
  const reads = (condition: string) => read(`permit (principal, action, resource) when { ${condition} };`)[0]?.reads;
  assert.deepEqual(reads('true'), []);
  assert.deepEqual(reads('context has address && context.address.isLoopback()'), ['address']);
  assert.deepEqual(reads('context.time < datetime("2027-01-01") || [context.region].contains("eu")'), [
    'region',
    'time',
  ]);
  assert.deepEqual(reads('context has about.name'), ['about']);
  assert.deepEqual(reads('{x: context} == {x: context}'), ['*']);
});

test('filePolicies() take row filters and masks from annotations', () => {
  const [policy] = read('@rows("a = 1") @mask("hash") permit (principal, action, resource);');
  assert.deepEqual([policy?.rows, policy?.mask], ['a = 1', 'hash']);
});
