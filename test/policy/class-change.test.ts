import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../support/make-template.ts';
import { keepOf, regionOf } from '#declare/template/index.ts';
import { DecisionPoint, planTemplate } from '#declare/policy/index.ts';

/** A template in which one word is open: the class of the field `x`. */
const of = (cls: string) =>
  makeTemplate(`region: eu
objects: {main: {region: eu}}
classes:
  personal: {keep: {min: 10d, max: 30d}, mask: hash}
  health: {keep: {max: 7d}, export: never, region: eu}
devices: {d: {}}
streams:
  s:
    from: d
    purposes: [care]
    basis: contract
    keep: {max: 2y}
    fields: {x: {type: text, class: ${cls}}}
people:
  clinic: {query: [s], purposes: [care], sees: [public, operational, personal, health], may: [export]}
  desk: {query: [s], purposes: [care]}
  abroad: {query: [s], purposes: [care], sees: [public, operational, personal, health], region: us}
`);

const decisions = new DecisionPoint();
const subjectWith = (role: string) =>
  ({ id: role, kind: 'person', roles: [role], standing: 'good', deviceType: null }) as const;
const days = (ms: number | null) => (ms === null ? null : ms / 86_400_000);

/** All that follows from the class of `x`. */
function consequences(cls: string) {
  const template = of(cls);
  const stream = template.streams.get('s') ?? assert.fail();
  const seen = (role: string, action: 'query' | 'export' = 'query', purpose: string | null = 'care') => {
    const resource = { type: 'view', name: 's' } as const;
    const decision = decisions.decide({ subject: subjectWith(role), action, resource, purpose, context: {} }, template);
    return (
      decision.obligations?.columns.find(({ name }) => name === 'x')?.mask ??
      (decision.obligations?.columns.some(({ name }) => name === 'x') ? 'clear' : null)
    );
  };
  const column = planTemplate(template, decisions).streams[0]?.columns.find(({ name }) => name === 'x');
  const keep = keepOf(template, stream);
  return {
    domain: column?.keyDomain,
    clinic: seen('clinic'),
    desk: seen('desk'),
    keep: [days(keep.min), days(keep.max)],
    exported: seen('clinic', 'export'),
    'exported without a purpose': seen('clinic', 'export', null),
    abroad: seen('abroad'),
    region: regionOf(template, stream),
  };
}

test('one word of a field changes key domain, masks, retention, export and region rules', () => {
  assert.deepEqual(consequences('public'), {
    domain: 'operational',
    clinic: 'clear',
    desk: 'clear',
    keep: [null, 730.5],
    exported: 'clear',
    'exported without a purpose': 'clear',
    abroad: 'clear',
    region: 'eu',
  });
  assert.deepEqual(consequences('personal'), {
    domain: 'personal',
    clinic: 'clear',
    desk: 'hash',
    keep: [10, 30],
    exported: 'clear',
    'exported without a purpose': null,
    abroad: null,
    region: 'eu',
  });
  assert.deepEqual(consequences('health'), {
    domain: 'health',
    clinic: 'clear',
    desk: null,
    keep: [null, 7],
    exported: null,
    'exported without a purpose': null,
    abroad: null,
    region: 'eu',
  });
});
