import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessRequest, Subject } from './types.ts';
import { illFormed } from './well-formed.ts';

const person: Subject = { id: 'p', kind: 'person', roles: [], standing: 'good', deviceType: null };
const audit: AccessRequest = {
  subject: person,
  action: 'audit',
  resource: { type: 'platform', name: '*' },
  purpose: null,
  context: {},
};
const agent = (actsFor?: Subject): Subject => ({
  ...person,
  kind: 'agent',
  ...(actsFor === undefined ? {} : { actsFor }),
});

test('illFormed() finds nothing wrong with what the schema knows', () => {
  assert.equal(illFormed(audit), null);
  assert.equal(illFormed({ ...audit, subject: agent(person) }), null);
});

test('illFormed() tells what is wrong', () => {
  const rule = (part: Partial<AccessRequest>) => illFormed({ ...audit, ...part })?.rule;
  assert.equal(rule({ subject: { ...person, id: '' } }), 'forbid-unknown-subject');
  assert.equal(rule({ subject: { ...person, kind: 'alien' as 'person' } }), 'forbid-unknown-subject');
  assert.equal(rule({ subject: agent() }), 'forbid-agent-for-nobody');
  assert.equal(rule({ subject: agent(agent(person)) }), 'forbid-agent-for-nobody');
  assert.equal(rule({ action: 'see' as 'audit' }), 'forbid-unknown-action');
  assert.equal(rule({ resource: { type: 'view', name: 'x' } }), 'forbid-unknown-action');
  assert.equal(rule({ subject: { ...person, kind: 'device' } }), 'forbid-device-beyond-streams');
  assert.equal(rule({ action: 'publish', resource: { type: 'stream', name: 's' } }), 'forbid-others-as-device');
});
