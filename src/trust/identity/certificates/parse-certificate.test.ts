import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCertificate } from './parse-certificate.ts';
import { deviceProfile, makeCertificate } from './testing.ts';

test('parseCertificate() reads what Node reads', async () => {
  const root = await makeCertificate({ kind: 'root', commonName: 'root' });
  const { parsed, certificate } = await makeCertificate(deviceProfile('truck-7'), root);
  const theirs = new X509Certificate(certificate);
  assert.equal(parsed.serial, theirs.serialNumber);
  assert.equal(parsed.fingerprint, theirs.fingerprint256.replaceAll(':', '').toLowerCase());
  assert.equal(parsed.notBefore * 1_000, theirs.validFromDate.getTime());
  assert.equal(parsed.notAfter * 1_000, theirs.validToDate.getTime());
  assert.deepEqual(Buffer.from(parsed.publicKey), theirs.publicKey.export({ type: 'spki', format: 'der' }));
  const { extendedKeyUsage, alternativeNames, basicConstraints, keyUsage } = parsed.extensions;
  assert.deepEqual(extendedKeyUsage, ['1.3.6.1.5.5.7.3.2']);
  assert.deepEqual(alternativeNames, [{ kind: 'uri', value: 'urn:weir:0123456789abcdef:device:truck-7' }]);
  assert.deepEqual([basicConstraints, keyUsage], [{ ca: false, pathLength: null }, 1]);
  assert.deepEqual([parsed.selfIssued, root.parsed.selfIssued], [false, true]);
});

test('parseCertificate() answers null for every truncation, and for bytes behind', async () => {
  const { parsed } = await makeCertificate(deviceProfile('truck-7'));
  for (let length = 0; length < parsed.der.length; length += 1) {
    assert.equal(parseCertificate(parsed.der.subarray(0, length)), null);
  }
  assert.equal(parseCertificate(Buffer.concat([parsed.der, Buffer.of(0)])), null);
  assert.equal(parseCertificate(new Uint8Array(70_000)), null);
});

test('parseCertificate() never throws, whatever is done to a certificate', async () => {
  const { parsed } = await makeCertificate(deviceProfile('truck-7'));
  const { der } = parsed;
  const spot = fc.tuple(fc.nat(der.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(spot, { minLength: 1, maxLength: 8 }), (changes) => {
      const changed = Uint8Array.from(der);
      for (const [at, value] of changes) changed[at] = value;
      const read = parseCertificate(changed);
      if (read !== null) assert.equal(typeof read.serial, 'string');
    }),
    { numRuns: 3_000, seed: 1 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(parseCertificate(bytes), null);
    }),
    { seed: 1 },
  );
});
