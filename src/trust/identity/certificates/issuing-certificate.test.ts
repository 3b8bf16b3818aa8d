import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { requireIssuing } from './issuing-certificate.ts';
import { makeCertificate } from './testing.ts';

const NOW = micros(Date.UTC(2026, 5, 1) * 1_000);

test('requireIssuing() takes a certificate below a known root, or one that comes with it', async () => {
  const root = await makeCertificate({ kind: 'root', commonName: 'root' });
  const issuing = await makeCertificate({ kind: 'issuing', commonName: 'issuing' }, root);
  const key = issuing.parsed.publicKey;
  assert.deepEqual(requireIssuing(issuing.certificate, key, [root.parsed], NOW).newRoots, []);
  const both = issuing.certificate + root.certificate;
  assert.deepEqual(
    requireIssuing(both, key, [], NOW).newRoots.map(({ serial }) => serial),
    [root.parsed.serial],
  );
  assert.deepEqual(requireIssuing(both, key, [root.parsed], NOW).newRoots, []);
});

test('requireIssuing() refuses other keys, other roots, other times and roots that allow none below', async () => {
  const root = await makeCertificate({ kind: 'root', commonName: 'root' });
  const twin = await makeCertificate({ kind: 'root', commonName: 'root' });
  const issuing = await makeCertificate({ kind: 'issuing', commonName: 'issuing' }, root);
  const below = await makeCertificate({ kind: 'issuing', commonName: 'below' }, issuing);
  const key = issuing.parsed.publicKey;
  const later = micros(NOW + 200 * 86_400_000_000);
  const cases: [string, () => unknown][] = [
    ['another key', () => requireIssuing(issuing.certificate, root.parsed.publicKey, [root.parsed], NOW)],
    ['no root', () => requireIssuing(issuing.certificate, key, [], NOW)],
    ['a root of that name alone', () => requireIssuing(issuing.certificate, key, [twin.parsed], NOW)],
    ['after its end', () => requireIssuing(issuing.certificate, key, [root.parsed], later)],
    ['below an authority', () => requireIssuing(below.certificate, below.parsed.publicKey, [issuing.parsed], NOW)],
  ];
  for (const [what, take] of cases) assert.throws(take, { code: 'IDENTITY_AUTHORITY_INVALID' }, what);
});
