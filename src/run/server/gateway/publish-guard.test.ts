import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, systemClock } from '#base/core/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { publishGuard } from './publish-guard.ts';

const yaml = (more = '', top = '') => `
devices: {pump: {}, plc: {speaks-for: [pump]}}
streams: {s: {from: pump, ${more}fields: {x: {type: number}}}}
${top}`;
const pump = { index: 0, name: 'pump-1', type: 'pump', speaksFor: [] };
const plc = { index: 1, name: 'plc-1', type: 'plc', speaksFor: ['pump'] };
const nobody = () => null;

test('publishGuard() is none where ingest says it all', () => {
  assert.equal(publishGuard(makeTemplate(yaml()), nobody, systemClock), null);
  const query = { 'f.cedar': 'forbid (principal, action == Action::"query", resource);' };
  assert.equal(publishGuard(makeTemplate(yaml('', 'policies: [f.cedar]'), query), nobody, systemClock), null);
});

test('publishGuard() keeps out whom a policy of a file forbids, and nobody else', () => {
  const forbid = 'forbid (principal == Device::"pump-1", action == Action::"publish", resource);';
  const template = makeTemplate(yaml('', 'policies: [f.cedar]'), { 'f.cedar': forbid });
  const guard = publishGuard(template, (name) => (name === 'plc-1' ? plc : pump), systemClock);
  assert.ok(guard);
  assert.equal(guard(pump, 's', pump), false);
  assert.equal(guard({ ...pump, name: 'pump-2' }, 's', { ...pump, name: 'pump-2' }), true);
  assert.equal(guard(plc, 's', pump), true);
});

test('publishGuard() asks for the posture at each message', () => {
  let report: { state: 'good' | 'bad'; at: number } | undefined;
  let now = micros(0);
  const template = makeTemplate(yaml('posture: required, ').replace('pump: {}', 'pump: {posture: 1h}'));
  const guard = publishGuard(template, () => (report === undefined ? pump : { ...pump, postureReport: report }), {
    now: () => now,
  });
  assert.ok(guard);
  const may = (state: 'good' | 'bad' | undefined, ageMinutes: number) => {
    now = micros(3_600_000_000_000);
    report = state === undefined ? undefined : { state, at: now - ageMinutes * 60_000_000 };
    return guard(pump, 's', pump);
  };
  assert.deepEqual(
    [may('good', 1), may('good', 61), may('good', 59), may('bad', 0), may('bad', 600), may(undefined, 0)],
    [true, false, true, false, false, false],
  );
});
