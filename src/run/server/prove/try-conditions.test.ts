import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INTERVAL, STANDARD_DETECTORS } from '#watch/detect/index.ts';
import { STANDARD_DRIFT } from '#watch/drift/index.ts';
import { tryConditions } from './try-conditions.ts';

test('tryConditions() sees the same load told outside of its condition alone', () => {
  const { inside, outside } = tryConditions();
  assert.equal(inside, 0);
  assert.ok(outside > 0);
});

test('tryConditions() sees that without conditions nobody tells them apart', () => {
  const field = { unit: null, shown: true, resolution: 0.01 };
  const blind = tryConditions({
    stream: 'trial',
    inputs: [{ name: 'load', form: 'number' }],
    sources: [0],
    features: [],
    fields: [
      { ...field, name: 'load' },
      { ...field, name: INTERVAL },
    ],
    detectors: STANDARD_DETECTORS,
    drift: { rule: STANDARD_DRIFT, fields: [] },
    budget: { alarms: 1, seconds: 604_800 },
    quietSeconds: 60,
  });
  assert.equal(blind.inside, blind.outside);
});
