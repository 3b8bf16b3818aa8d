import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECLARED, openTrust, recordAudit } from './open-trust.ts';

test('openTrust() gives keys and identity that work together, and come back after a restart', async (t) => {
  const trust = await openTrust(t);
  const { deployment } = trust.identity;
  assert.match(deployment, /^[0-9a-f]{16}$/);
  assert.equal((await trust.reopenIdentity()).deployment, deployment);
  assert.ok(trust.audit.events.length > 0);
});

test('recordAudit() keeps events in order, and fails while it is broken', async () => {
  const audit = recordAudit();
  const event = { actor: 'weir:test', action: 'try', resource: 'x', outcome: 'done' } as const;
  assert.deepEqual(await audit.append(event), { index: 0 });
  audit.broken = true;
  await assert.rejects(audit.append(event));
  audit.broken = false;
  assert.deepEqual(await audit.append(event), { index: 1 });
});

test('DECLARED knows its types and roles', () => {
  assert.deepEqual([DECLARED.hasDeviceType('reefer'), DECLARED.hasDeviceType('toaster')], [true, false]);
  assert.deepEqual([DECLARED.speaksFor('plc'), DECLARED.speaksFor('reefer')], [['valve'], []]);
});
