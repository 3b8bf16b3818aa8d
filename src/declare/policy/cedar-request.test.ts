import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { cedarRequest, columnRequest } from './cedar-request.ts';
import { relationFacts } from './relation-facts.ts';
import type { AccessRequest } from './types.ts';

const template = makeTemplate(`
region: eu
devices: {pump: {}, plc: {speaks-for: [pump]}}
streams: {flow: {from: pump, purposes: [q], basis: contract, fields: {x: {type: number}}}}
people: {a: {}}
`);
const request: AccessRequest = {
  subject: {
    id: 'p',
    kind: 'operator',
    roles: ['a', 'nothing'],
    standing: 'good',
    deviceType: null,
    strength: 'bound',
  },
  action: 'query',
  resource: { type: 'view', name: 'flow' },
  purpose: 'q',
  context: { time: 1_750_000_000_000_000, address: '10.0.0.1' },
};

test('cedarRequest() tells Cedar who asks, with the roles that the template has', () => {
  const { principal, resource, entities } = cedarRequest(request, template);
  assert.deepEqual(
    [principal, resource],
    [
      { type: 'Person', id: 'p' },
      { type: 'View', id: 'flow' },
    ],
  );
  assert.deepEqual(
    entities[0]?.parents.map((parent) => ('id' in parent ? parent.id : '')),
    ['a', 'operator', '_operator'],
  );
  assert.deepEqual(entities[1]?.attrs['purposes'], [{ __entity: { type: 'Purpose', id: 'q' } }]);
});

test('cedarRequest() tells of the context what is known, and nothing else', () => {
  assert.deepEqual(cedarRequest(request, template).context, {
    standing: 'good',
    located: 'eu',
    reach: ['eu'],
    purpose: { __entity: { type: 'Purpose', id: 'q' } },
    authentication: { __entity: { type: 'Strength', id: 'bound' } },
    time: { __extn: { fn: 'datetime', arg: '2025-06-15T15:06:40Z' } },
    region: 'eu',
    address: { __extn: { fn: 'ip', arg: '10.0.0.1' } },
  });
  const bare = { ...request, purpose: null, context: { address: 'no address' } };
  assert.deepEqual(Object.keys(cedarRequest(bare, makeTemplate('')).context), ['standing', 'authentication']);
});

test('cedarRequest() tells for which types a device may speak by the template', () => {
  const subject = { id: 'plc-1', kind: 'device', roles: [], standing: 'good', deviceType: 'plc' } as const;
  const publish = { ...request, subject, action: 'publish', resource: { type: 'stream', name: 'flow' } } as const;
  const { entities } = cedarRequest(publish, template);
  assert.deepEqual(entities[0]?.attrs['speaksFor'], [{ __entity: { type: 'DeviceType', id: 'pump' } }]);
  assert.deepEqual(entities[1]?.attrs, { name: 'flow', declared: true });
});

test('columnRequest() tells the class that governs', () => {
  const facts = relationFacts(template, 'flow') ?? assert.fail();
  const { action, entities } = columnRequest(request, facts, { name: 'x', class: 'health' }, template);
  assert.equal(action.id, 'see');
  assert.deepEqual(entities[1]?.attrs, {
    name: 'x',
    view: 'flow',
    class: { __entity: { type: 'Class', id: 'health' } },
    seenAs: { __entity: { type: 'Class', id: 'health' } },
    purposed: true,
    basis: true,
    regions: ['eu'],
    crosses: false,
  });
});
