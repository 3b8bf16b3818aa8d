import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Posture } from '#declare/policy/index.ts';
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
  assert.equal(publishGuard(makeTemplate(yaml()), nobody), null);
  const query = { 'f.cedar': 'forbid (principal, action == Action::"query", resource);' };
  assert.equal(publishGuard(makeTemplate(yaml('', 'policies: [f.cedar]'), query), nobody), null);
});

test('publishGuard() keeps out whom a policy of a file forbids, and nobody else', () => {
  const forbid = 'forbid (principal == Device::"pump-1", action == Action::"publish", resource);';
  const guard = publishGuard(makeTemplate(yaml('', 'policies: [f.cedar]'), { 'f.cedar': forbid }), (name) =>
    name === 'plc-1' ? plc : pump,
  );
  assert.ok(guard);
  assert.equal(guard(pump, 's', pump), false);
  assert.equal(guard({ ...pump, name: 'pump-2' }, 's', { ...pump, name: 'pump-2' }), true);
  assert.equal(guard(plc, 's', pump), true);
});

test('publishGuard() asks for the posture at each message', () => {
  let posture: Posture | undefined;
  const guard = publishGuard(makeTemplate(yaml('posture: required, ')), () =>
    posture === undefined ? pump : { ...pump, posture },
  );
  assert.ok(guard);
  const may = (now: Posture | undefined) => {
    posture = now;
    return guard(pump, 's', pump);
  };
  assert.deepEqual(
    [may('fresh'), may('stale'), may('fresh'), may('bad'), may('unknown'), may(undefined)],
    [true, false, true, false, false, false],
  );
});
