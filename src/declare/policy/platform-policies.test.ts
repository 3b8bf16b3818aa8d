import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { ACTIONS } from './actions.ts';
import { CedarEngine } from './cedar-engine.ts';
import { cedarSchema } from './cedar-schema.ts';
import { isData, platformPolicies, POLICY_ACTIONS, ROLE_ACTIONS } from './platform-policies.ts';

test('platformPolicies() have ids and statements of their own and fit the schema', () => {
  const policies = platformPolicies(makeTemplate(''));
  assert.equal(new Set(policies.map(({ id }) => id)).size, policies.length);
  const engine = new CedarEngine();
  for (const { id, effect, statement, text } of policies) {
    assert.ok(id.startsWith(`${effect}-`), id);
    assert.match(statement, /\.$/, id);
    assert.deepEqual(engine.check(text, cedarSchema(makeTemplate(''))), [], id);
    assert.equal(engine.toJson(text).effect, effect, id);
  }
});

test('platformPolicies() are asked for every action that their text can match', () => {
  const engine = new CedarEngine();
  for (const { id, actions, text } of platformPolicies(makeTemplate(''))) {
    const { action } = engine.toJson(text);
    if (action.op === 'All' && id !== 'forbid-unknown-resource' && id !== 'permit-own-commands') {
      assert.deepEqual(actions, POLICY_ACTIONS, id);
    }
  }
});

test('isData() and ROLE_ACTIONS part the actions', () => {
  const devices = ['publish', 'subscribe', 'certify'];
  assert.deepEqual([...ACTIONS.filter(isData), ...ROLE_ACTIONS, ...devices].sort(), [...ACTIONS].sort());
});
