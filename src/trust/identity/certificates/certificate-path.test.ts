import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPaths } from './certificate-path.ts';
import { deviceProfile, makeCertificate } from './testing.ts';

const USAGE = { usage: '1.3.6.1.5.5.7.3.2' };

test('findPaths() goes by name and signature, and says how far the best path came', async () => {
  const root = await makeCertificate({ kind: 'root', commonName: 'root' });
  const twin = await makeCertificate({ kind: 'root', commonName: 'root' });
  const issuing = await makeCertificate({ kind: 'issuing', commonName: 'issuing' }, root);
  const below = await makeCertificate({ kind: 'issuing', commonName: 'below' }, issuing);
  const leaf = await makeCertificate(deviceProfile('a'), issuing);
  const deep = await makeCertificate(deviceProfile('a'), below);
  const server = await makeCertificate({ kind: 'server', commonName: 's', hosts: ['localhost'] }, issuing);
  const authorities = [below.parsed, issuing.parsed];
  const good = findPaths(leaf.parsed, authorities, [twin.parsed, root.parsed], USAGE);
  assert.ok(good.found);
  assert.deepEqual(
    good.paths.map(({ certificates }) => certificates.map(({ subject }) => subject.parts[0])),
    [['2.5.4.3=a', '2.5.4.3=issuing', '2.5.4.3=root']],
  );
  const fault = (...args: Parameters<typeof findPaths>) => {
    const outcome = findPaths(...args);
    return outcome.found ? 'found' : outcome.fault;
  };
  assert.equal(fault(leaf.parsed, authorities, [], USAGE), 'unknown-issuer');
  assert.equal(fault(leaf.parsed, [], [root.parsed], USAGE), 'unknown-issuer');
  assert.equal(fault(leaf.parsed, authorities, [twin.parsed], USAGE), 'unknown-issuer');
  assert.equal(fault(deep.parsed, authorities, [root.parsed], USAGE), 'chain');
  assert.equal(fault(leaf.parsed, authorities, [root.parsed], { ...USAGE, depth: 0 }), 'chain');
  assert.equal(fault(server.parsed, authorities, [root.parsed], USAGE), 'usage');
  assert.equal(
    fault(
      (await makeCertificate(deviceProfile('b'), leaf)).parsed,
      [leaf.parsed, ...authorities],
      [root.parsed],
      USAGE,
    ),
    'chain',
  );
});

test('findPaths() holds for as long as all of the path does', async () => {
  const root = await makeCertificate({ kind: 'root', commonName: 'root' });
  const issuing = await makeCertificate({ kind: 'issuing', commonName: 'issuing' }, root);
  const leaf = await makeCertificate(deviceProfile('a'), issuing);
  const short = { ...issuing.parsed, notBefore: leaf.parsed.notBefore + 5, notAfter: leaf.parsed.notAfter - 5 };
  const outcome = findPaths(leaf.parsed, [short], [root.parsed], USAGE);
  assert.ok(outcome.found);
  assert.deepEqual([outcome.paths[0]?.notBefore, outcome.paths[0]?.notAfter], [short.notBefore, short.notAfter]);
});

test('findPaths() ends whatever certificates say of each other', async () => {
  const root = await makeCertificate({ kind: 'root', commonName: 'root' });
  const leaf = await makeCertificate(deviceProfile('a'), root);
  // A crowd of authorities that all bear the name of the issuer and did not sign.
  const crowd = Array.from({ length: 5_000 }, () => ({
    ...root.parsed,
    extensions: { ...root.parsed.extensions, subjectKey: null },
  }));
  assert.equal(findPaths({ ...leaf.parsed, der: root.parsed.der }, crowd, [], USAGE).found, false);
});
