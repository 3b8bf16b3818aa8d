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
  assert.deepEqual(
    stateIdentity({ kind: 'device', device, ...known }, { address: '192.0.2.1', own: false }, 'https', 'MFkw'),
    {
      kind: 'device',
      name: 'truck-7',
      ...known,
      key: 'MFkw',
      address: '192.0.2.1',
      listener: 'https',
    },
  );
  const nowhere = { address: undefined, own: false };
  assert.equal(stateIdentity({ kind: 'client', name: 'operator', ...known }, nowhere, 'https').name, 'operator');
  assert.equal(stateIdentity(null, { ...nowhere, own: true }, 'api').own, true);
  assert.deepEqual(stateIdentity(null, nowhere, 'api'), {
    kind: 'none',
    name: null,
    serial: null,
    fingerprint: null,
    key: null,
    address: '',
    listener: 'api',
  });
});
