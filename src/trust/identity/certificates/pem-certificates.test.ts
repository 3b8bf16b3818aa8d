import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPem, parsePemCertificates, pemBlocks } from './pem-certificates.ts';
import { makeCertificate } from './testing.ts';

test('parsePemCertificates() takes all of a text in order and leaves out what is none', async () => {
  const [a, b] = [
    await makeCertificate({ kind: 'root', commonName: 'a' }),
    await makeCertificate({ kind: 'root', commonName: 'b' }),
  ];
  const junk = formatPem(Uint8Array.of(1, 2, 3));
  const text = `text around\n${a.certificate}${junk}\r\n${b.certificate.replaceAll('\n', '\r\n')}`;
  assert.deepEqual(
    parsePemCertificates(text).map(({ fingerprint }) => fingerprint),
    [a.parsed.fingerprint, b.parsed.fingerprint],
  );
  assert.equal(pemBlocks(text).length, 3);
  assert.deepEqual(parsePemCertificates('nothing'), []);
});

test('formatPem() writes what pemBlocks() reads', () => {
  const der = new Uint8Array(100).map((_, i) => i);
  assert.deepEqual(pemBlocks(formatPem(der)), [der]);
  assert.match(formatPem(der, 'CERTIFICATE REQUEST'), /^-----BEGIN CERTIFICATE REQUEST-----\n[^\n]{64}\n/);
});
