import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { CedarEngine } from './cedar-engine.ts';
import { PolicyVersion } from './policy-version.ts';
import { relationFacts } from './relation-facts.ts';
import { seeColumns } from './see-columns.ts';
import type { AccessRequest } from './types.ts';

const plain = makeTemplate(`
devices: {d: {}}
streams: {s: {from: d, purposes: [q], fields: {a: {type: number}, b: {type: number}, c: {type: number, class: location}}}}
people: {r: {query: [s], purposes: [q], masks: {s.c: "round:1"}}}
`);
const request: AccessRequest = {
  subject: { id: 'p', kind: 'person', roles: ['r'], standing: 'good', deviceType: null },
  action: 'query',
  resource: { type: 'view', name: 's' },
  purpose: 'q',
  context: {},
};

function see(policies: string | null) {
  const template =
    policies === null ? plain : { ...plain, digest: policies, policies: [{ file: 'f.cedar', text: policies }] };
  const asked: string[] = [];
  const version = new PolicyVersion(template, new CedarEngine());
  const counting = Object.create(version, {
    ask: { value: (call: Parameters<PolicyVersion['ask']>[0]) => (asked.push(call.resource.id), version.ask(call)) },
  }) as PolicyVersion;
  const facts = relationFacts(template, 's') ?? assert.fail();
  const columns = (facts.columns ?? []).filter(({ name }) => ['a', 'b', 'c'].includes(name));
  const seen = seeColumns(request, facts, columns, [...template.people.values()], template, counting);
  return { asked, shown: seen.visible.map(({ name, mask }) => `${name}:${mask ?? ''}`), ...seen };
}

test('seeColumns() asks once for columns of one class that no policy names', () => {
  const { asked, shown, policies } = see(null);
  assert.deepEqual(
    [asked, shown],
    [
      ['s.a', 's.c'],
      ['a:', 'b:', 'c:round:1'],
    ],
  );
  assert.deepEqual(policies, ['people.r.sees', 'people.r.masks.s.c']);
});

test('seeColumns() lets a policy of a file hide, show and mask a column', () => {
  const forbidden = see('forbid (principal, action == Action::"see", resource == Column::"s.b");');
  assert.deepEqual(
    [forbidden.shown, forbidden.hidden],
    [['a:', 'c:round:1'], [{ name: 'b', class: 'operational', why: 'policy' }]],
  );
  assert.deepEqual(see('permit (principal, action == Action::"see", resource == Column::"s.c");').shown[2], 'c:');
  const masked = '@mask("hash") permit (principal, action == Action::"see", resource == Column::"s.c");';
  assert.deepEqual(see(masked).shown[2], 'c:round:1');
});
