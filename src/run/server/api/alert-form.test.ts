import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Alert } from '#watch/respond/index.ts';
import { correlate } from '#watch/respond/index.ts';
import { ALERT, INCIDENT, RULE, showAlert, showIncident, showRule } from './alert-form.ts';

const FOUND: Alert = {
  id: 'a1',
  device: null,
  stream: null,
  rule: {
    name: 'guessed-tokens',
    about: { address: '203.0.113.0/24' },
    devices: [],
    addresses: ['203.0.113.0/24'],
    actors: [],
    total: 20,
    events: [
      {
        index: 7,
        time: 1_000_000,
        action: 'sign-in',
        outcome: 'denied',
        reason: 'token-unknown',
        actor: 'anonymous',
        resource: 'platform:api',
        count: 20,
      },
    ],
  },
  techniques: ['T0812'],
  detectors: [{ name: 'guessed-tokens', score: 20, limit: 20, readings: 1 }],
  start: 1_000_000,
  end: 2_000_000,
  open: true,
  severity: 'high',
  budget: null,
  baseline: null,
  causes: [],
  nearest: null,
  evidence: [],
  sentence: 'tokens were guessed',
  state: 'new',
  raised: 3_000_000,
  changed: 3_000_000,
  answers: [],
};

const ajv = new Ajv2020({ strict: false, validateFormats: false });

test('showAlert(), showIncident() and showRule() give what their forms say', () => {
  const shown = showAlert(FOUND);
  assert.ok(ajv.validate(ALERT, shown), ajv.errorsText());
  assert.deepEqual([shown.rule?.events[0]?.time, shown.techniques], ['1970-01-01T00:00:01Z', ['T0812']]);
  const { rule: _rule, techniques: _techniques, ...plain } = FOUND;
  assert.deepEqual([showAlert(plain).rule, showAlert(plain).techniques], [null, []]);
  const [incident] = correlate([FOUND]).map(showIncident);
  assert.ok(ajv.validate(INCIDENT, incident), ajv.errorsText());
  assert.deepEqual([incident?.addresses, incident?.steps[0]?.kind], [['203.0.113.0/24'], 'rule']);
  const rule = showRule({
    version: 1,
    kind: 'muted',
    device: null,
    stream: null,
    field: null,
    rule: { name: 'guessed-tokens', about: '{}' },
    mostTimes: 2,
    from: 0,
    until: null,
    by: 'person:x',
    reason: null,
    at: 0,
    alert: 'a1',
    reverted: null,
  });
  assert.ok(ajv.validate(RULE, rule), ajv.errorsText());
});
