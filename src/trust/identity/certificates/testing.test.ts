import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceProfile, makeCertificate } from './testing.ts';

test('makeCertificate() makes certificates that sign each other', async () => {
  const root = await makeCertificate({ kind: 'root', commonName: 'root' });
  const leaf = await makeCertificate(deviceProfile('a'), root);
  assert.deepEqual(leaf.parsed.issuer.parts, root.parsed.subject.parts);
});
