import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { DecisionPoint } from './decision-point.ts';
import { beyondScope, purposesInScope } from './scope.ts';
import type { AccessRequest, Scope, Subject } from './types.ts';

const point = new DecisionPoint();
const template = makeTemplate(`
devices: {d: {}}
streams:
  a: {from: d, purposes: [care, quality], fields: {x: {type: number}}}
  b: {from: d, purposes: [care], fields: {x: {type: number}}}
people: {r: {query: [a, b], purposes: [care, quality], may: [audit, prove]}}
`);
const OPEN: Scope = { actions: null, views: null, purposes: null };

function ask(scope: Scope | null, request: Partial<AccessRequest> = {}): AccessRequest {
  const subject: Subject = {
    id: 'p1',
    kind: 'service',
    roles: ['r'],
    standing: 'good',
    deviceType: null,
    ...(scope === null ? {} : { scope }),
  };
  return { subject, action: 'query', resource: { type: 'view', name: 'a' }, purpose: 'care', context: {}, ...request };
}

const audit = { action: 'audit', resource: { type: 'platform', name: '*' }, purpose: null } as const;
const onB = { resource: { type: 'view', name: 'b' } } as const;

const CASES: readonly (readonly [string, Scope | null, Partial<AccessRequest>, string])[] = [
  ['no scope', null, {}, 'granted'],
  ['an open scope', OPEN, {}, 'granted'],
  ['an action inside', { ...OPEN, actions: ['query'] }, {}, 'granted'],
  ['an action outside', { ...OPEN, actions: ['query'] }, audit, 'beyond-scope'],
  ['no action at all', { ...OPEN, actions: [] }, {}, 'beyond-scope'],
  ['a view inside', { ...OPEN, views: ['a'] }, {}, 'granted'],
  ['a view outside, like one that does not exist', { ...OPEN, views: ['a'] }, onB, 'not-granted'],
  ['views do not narrow what is no data', { ...OPEN, views: ['a'] }, audit, 'granted'],
  ['a purpose inside', { ...OPEN, purposes: ['care'] }, {}, 'granted'],
  ['a purpose outside', { ...OPEN, purposes: ['quality'] }, {}, 'purpose-not-granted'],
  ['data without a purpose', { ...OPEN, purposes: ['care'] }, { purpose: null }, 'purpose-not-granted'],
  ['what needs no purpose', { ...OPEN, purposes: ['care'] }, audit, 'granted'],
  ['more than the holder has', { ...OPEN, actions: ['administer'] }, {}, 'beyond-scope'],
];

test('decide() grants within the scope of the credential and never beyond', () => {
  for (const [name, scope, request, reason] of CASES) {
    assert.equal(point.decide(ask(scope, request), template).reason, reason, name);
  }
  const administer = ask(
    { ...OPEN, actions: ['administer'] },
    { action: 'administer', resource: { type: 'platform', name: '*' }, purpose: null },
  );
  assert.equal(point.decide(administer, template).effect, 'deny');
});

test('decideQuery() keeps to the scope too, for it is asked without decide()', () => {
  for (const [name, scope, request, reason] of CASES) {
    const { subject, action, resource, purpose } = ask(scope, request);
    if (action !== 'query') continue;
    assert.equal(point.decideQuery(subject, resource.name, purpose, template).reason, reason, name);
  }
});

test('beyondScope() finds nothing where no scope is, purposesInScope() leaves what is allowed', () => {
  assert.equal(beyondScope(ask(null)), null);
  assert.deepEqual(purposesInScope(ask(null).subject, ['care', 'x']), ['care', 'x']);
  assert.deepEqual(purposesInScope(ask({ ...OPEN, purposes: ['care'] }).subject, ['care', 'x']), ['care']);
});
