import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeTemplate } from '../../../test/support/make-template.ts';
import { hasCode } from '#base/core/index.ts';
import { DecisionPoint } from './decision-point.ts';
import { explainDecision, requireAllowed } from './explain.ts';
import type { AccessRequest } from './types.ts';

const point = new DecisionPoint();
const template = makeTemplate('people: {a: {may: [audit], purposes: []}}');
const request = (roles: string[]): AccessRequest => ({
  subject: { id: 'p1', kind: 'person', roles, standing: 'good', deviceType: null },
  action: 'audit',
  resource: { type: 'platform', name: '*' },
  purpose: null,
  context: {},
});

test('explainDecision() names who, what, why and the rule', () => {
  const allowed = request(['a']);
  assert.equal(
    explainDecision(allowed, point.decide(allowed, template)),
    'p1 may audit platform:*: a rule grants it (people.a.may)',
  );
  const denied = { ...request([]), purpose: 'x' };
  assert.equal(
    explainDecision(denied, point.decide(denied, template)),
    'p1 may not audit platform:* for x: nothing grants it (default-deny)',
  );
});

test('requireAllowed() throws one code for every denial, without the reason', () => {
  requireAllowed(request(['a']), point.decide(request(['a']), template));
  assert.throws(
    () => requireAllowed(request([]), point.decide(request([]), template)),
    (error) => hasCode(error, 'POLICY_DENIED') && error instanceof Error && !error.message.includes('grants'),
  );
});
