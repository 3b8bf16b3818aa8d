import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessRequest } from './types.ts';
import { reasonOfDefault, reasonOfForbid } from './why-denied.ts';

const request: AccessRequest = {
  subject: { id: 'd', kind: 'device', roles: [], standing: 'good', deviceType: 'pump' },
  action: 'publish',
  resource: { type: 'stream', name: 's' },
  purpose: null,
  context: { about: { name: 'other', type: 'pump' } },
};

test('reasonOfForbid() knows the policies of the platform; any other just forbids', () => {
  assert.equal(reasonOfForbid('streams.s.posture', request), 'posture');
  assert.equal(reasonOfForbid('policies.x', request), 'forbidden');
  assert.equal(
    reasonOfForbid('forbid-standing', { ...request, subject: { ...request.subject, standing: 'revoked' } }),
    'revoked',
  );
  assert.equal(reasonOfForbid('forbid-own-proposal', request), 'context-missing');
  assert.equal(reasonOfForbid('forbid-own-proposal', { ...request, context: { proposer: 'd' } }), 'own-proposal');
});

test('reasonOfDefault() tells what a device would need', () => {
  assert.equal(reasonOfDefault(request), 'not-spoken-for');
  assert.equal(reasonOfDefault({ ...request, context: {} }), 'context-missing');
  assert.equal(reasonOfDefault({ ...request, context: { about: { name: 'd', type: 'pump' } } }), 'not-granted');
  assert.equal(reasonOfDefault({ ...request, action: 'audit' }), 'not-granted');
});
