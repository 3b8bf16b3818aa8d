import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTarget, parseTarget, requireSerial } from './revoke-target.ts';
import type { RevokeTarget } from './revoke-target.ts';

test('parseTarget() reads what formatTarget() wrote', () => {
  const targets: RevokeTarget[] = [
    { kind: 'device', name: 'a:b.c' },
    { kind: 'serial', serial: '0A' },
    { kind: 'type', type: 'reefer' },
    { kind: 'issuer', generation: 12 },
  ];
  for (const target of targets) assert.deepEqual(parseTarget(formatTarget(target)), target);
  for (const other of ['', 'device:', 'person:p1', 'authority:issuing:x', 'authority:root', 'device-type:']) {
    assert.equal(parseTarget(other), null, other);
  }
});

test('requireSerial() takes what people copy, and nothing else', () => {
  assert.equal(requireSerial('0a:bc'), '0ABC');
  for (const wrong of ['', 'x', '0', 'a b', '00'.repeat(21)]) {
    assert.throws(() => requireSerial(wrong), { code: 'IDENTITY_REVOCATION_INVALID' }, wrong);
  }
});
