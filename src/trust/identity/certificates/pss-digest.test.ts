import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { requireProgram } from '../../../../test/support/outside.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { findPaths } from './certificate-path.ts';
import { TAG, readDer } from './der.ts';
import { encodeDer } from './der-writer.ts';
import { parsePemCertificates } from './pem-certificates.ts';
import { pssDigest } from './pss-digest.ts';

test('pssDigest() is that of the standard where none is named, and none is read from another form', () => {
  assert.equal(pssDigest(readDer(encodeDer(TAG.sequence))), '1.3.14.3.2.26');
  for (const wrong of [undefined, readDer(encodeDer(TAG.null)), readDer(encodeDer(TAG.sequence, encodeDer(0xa0)))]) {
    assert.throws(() => pssDigest(wrong));
  }
});

test('findPaths() takes RSASSA-PSS of openssl over a sound digest, and over no other', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const folder = await temporaryFolder(t);
  const run = (line: string) => execFileSync(openssl, line.split(' '), { cwd: folder, stdio: 'ignore' });
  const read = (name: string) => parsePemCertificates(readFileSync(path.join(folder, name), 'utf8'));
  run(
    'req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=ca -addext keyUsage=critical,keyCertSign',
  );
  run('req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj /CN=leaf');
  writeFileSync(path.join(folder, 'ext'), 'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n');
  const outcomeOf = (digest: string) => {
    run(
      `x509 -req -in leaf.csr -CA ca.crt -CAkey ca.key -set_serial 5 -extfile ext -${digest} -sigopt rsa_padding_mode:pss -out ${digest}.crt`,
    );
    const [leaf] = read(`${digest}.crt`);
    assert.ok(leaf, digest);
    return findPaths(leaf, [], read('ca.crt'), { usage: '1.3.6.1.5.5.7.3.2' });
  };
  assert.deepEqual(outcomeOf('sha1'), { found: false, fault: 'weak-key' });
  for (const digest of ['sha256', 'sha384', 'sha512']) assert.equal(outcomeOf(digest).found, true, digest);
});
