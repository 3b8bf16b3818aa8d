import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GIVEN_REASONS, reasonName, requireReason, REVOCATION_REASONS } from './revocation-reason.ts';

test('requireReason() takes the reasons of the standard but the hold', () => {
  for (const reason of GIVEN_REASONS) assert.equal(requireReason(reason), reason);
  for (const wrong of ['certificateHold', 'removeFromCRL', 'keycompromise', '', '__proto__']) {
    assert.throws(() => requireReason(wrong), { code: 'IDENTITY_REVOCATION_INVALID' });
  }
});

test('reasonName() is the inverse of the table', () => {
  for (const [name, code] of Object.entries(REVOCATION_REASONS)) assert.equal(reasonName(code), name);
  assert.equal(reasonName(7), 'unspecified');
});
