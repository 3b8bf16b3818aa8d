import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeTemplate } from '../../../test/support/make-template.ts';
import { DecisionPoint } from './decision-point.ts';
import { PROBE_SHARE_ROLE, PROBER_ROLE, roleQueries, rolesOf } from './grants.ts';
import type { Subject } from './types.ts';

const point = new DecisionPoint();
const yaml = 'people: {a: {query: all, may: [audit]}, b: {query: [_events], may: [prove]}}';
const template = makeTemplate(yaml);
const subject = (kind: Subject['kind'], roles: string[]): Subject => ({
  id: 'x',
  kind,
  roles,
  standing: 'good',
  deviceType: null,
});

test('rolesOf() gives roles that the template has, in its order', () => {
  assert.deepEqual(
    rolesOf(subject('person', ['b', 'nothing', 'a']), template).map(({ name }) => name),
    ['a', 'b'],
  );
  assert.deepEqual(rolesOf(subject('device', ['a']), template), []);
});

test('rolesOf() gives the operator its own role, declared or standard', () => {
  assert.deepEqual(
    rolesOf(subject('operator', []), template).map(({ name, sees }) => [name, sees]),
    [['operator', ['public', 'operational']]],
  );
  const declared = makeTemplate('people: {operator: {query: [_events]}}');
  assert.deepEqual(
    rolesOf(subject('operator', []), declared).map(({ query }) => query),
    [['_events']],
  );
  assert.deepEqual(rolesOf(subject('person', []), declared), []);
});

test('roleQueries() takes all to mean all but probes', () => {
  const [a, b] = template.people.values();
  assert.ok(a && b);
  assert.ok(roleQueries(a, '_devices', template) && !roleQueries(a, '_probe', template));
  assert.ok(roleQueries(b, '_events', template) && !roleQueries(b, '_devices', template));
});

test('rolesOf() gives the prober its own role, which proves, sees probes and nothing else', () => {
  const prober = subject('person', [PROBER_ROLE]);
  assert.deepEqual(
    rolesOf(prober, template).map(({ name, query, may }) => [name, query, may]),
    [
      [PROBER_ROLE, ['_probe', '_trial', '_trial_flows', '_trial_windows', '_trial_connections'], ['prove']],
      [PROBE_SHARE_ROLE, ['_probe', '_trial'], []],
    ],
  );
  assert.deepEqual(rolesOf(subject('device', [PROBER_ROLE]), template), []);
  assert.equal(point.decideQuery(prober, '_probe', null, template).effect, 'allow');
  assert.equal(point.decideQuery(prober, '_events', null, template).effect, 'deny');
  assert.equal(point.decideQuery(subject('person', ['a']), '_probe', null, template).effect, 'deny');
});
