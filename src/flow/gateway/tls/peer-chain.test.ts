import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { peerChain } from './peer-chain.ts';

test('peerChain() gives what was shown in order, ends at what signed itself, and is bounded', async (t) => {
  const { identity } = await openTrust(t);
  const { root, issuing } = identity.certificates;
  const [top, middle] = [new X509Certificate(root), new X509Certificate(issuing[0] ?? '')];
  const linked = (raw: Buffer, above?: unknown) => ({ raw, issuerCertificate: above }) as unknown as X509Certificate;
  const self = linked(top.raw);
  Object.assign(self, { issuerCertificate: self });
  const socket = (leaf: X509Certificate | undefined) => ({ getPeerX509Certificate: () => leaf });
  assert.deepEqual(peerChain(socket(linked(middle.raw, self))), [middle.raw, top.raw]);
  assert.deepEqual(peerChain(socket(linked(middle.raw))), [middle.raw]);
  assert.deepEqual(peerChain(socket(undefined)), []);
  let long = linked(Buffer.of(0));
  for (let at = 1; at < 100; at += 1) long = linked(Buffer.of(at), long);
  assert.equal(peerChain(socket(long)).length, 8);
});
