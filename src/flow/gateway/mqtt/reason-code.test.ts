import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReasonCode, returnCode } from './reason-code.ts';

test('returnCode() maps what MQTT 3.1.1 can say and nothing else', () => {
  assert.equal(returnCode(ReasonCode.UnsupportedVersion), 1);
  assert.equal(returnCode(ReasonCode.ClientIdInvalid), 2);
  assert.equal(returnCode(ReasonCode.QuotaExceeded), 3);
  assert.equal(returnCode(ReasonCode.NotAuthorized), 5);
  assert.equal(returnCode(ReasonCode.MalformedPacket), null);
});
