import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passableHeaders, stateIdentity } from './identity-header.ts';

test('passableHeaders() drops what ends here and what somebody could forge', () => {
  const raw = [
    'Host',
    'x',
    'Accept',
    '*/*',
    'Authorization',
    'Bearer a',
    'Connection',
    'close, X-Secret',
    'X-Secret',
    '1',
    'Keep-Alive',
    '5',
    'TE',
    'trailers',
    'Upgrade',
    'h2c',
    'X-Weir-Identity',
    '{}',
    'x-weir-IDENTITY',
    '{}',
    'X_Weir_Identity',
    '{}',
    'X-Weir-Anything',
    '1',
    'Forwarded',
    'for=1',
    'X-Forwarded-For',
    '1',
    'Transfer-Encoding',
    'chunked',
    'Expect',
    '100-continue',
  ];
  assert.deepEqual(passableHeaders(raw), ['Host', 'x', 'Accept', '*/*', 'Authorization', 'Bearer a']);
});

test('stateIdentity() says who is there', () => {
  const device = { index: 0, name: 'truck-7', type: 'reefer', speaksFor: [], serials: [] };
  const known = { serial: '0A', fingerprint: 'aa' };
  assert.deepEqual(stateIdentity({ kind: 'device', device, ...known }, '192.0.2.1', 'https', 'MFkw'), {
    kind: 'device',
    name: 'truck-7',
    ...known,
    key: 'MFkw',
    address: '192.0.2.1',
    listener: 'https',
  });
  assert.equal(stateIdentity({ kind: 'client', name: 'operator', ...known }, undefined, 'https').name, 'operator');
  assert.deepEqual(stateIdentity(null, undefined, 'api'), {
    kind: 'none',
    name: null,
    serial: null,
    fingerprint: null,
    key: null,
    address: '',
    listener: 'api',
  });
});
