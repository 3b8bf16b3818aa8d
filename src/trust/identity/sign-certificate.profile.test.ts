import assert from 'node:assert/strict';
import { X509Certificate, createHash } from 'node:crypto';
import { test } from 'node:test';
import { days } from '#base/core/index.ts';
import { DECLARED, openTrust } from '../../../test/support/open-trust.ts';
import { childrenOf, readDer, sequenceOf } from './certificates/der.ts';
import { readOid } from './certificates/der-values.ts';
import { parsePemCertificates } from './certificates/pem-certificates.ts';
import type { ParsedCertificate } from './certificates/parse-certificate.ts';

/** Certificates of every kind that the platform gives, with addresses at which their state can be asked. */
async function given(t: Parameters<typeof openTrust>[0]): Promise<Record<string, ParsedCertificate>> {
  const declared = {
    ...DECLARED,
    certificate: () => ({ life: days(30), renewBefore: days(10) }),
    statusUrl: () => 'http://weir.example.com:8080',
  };
  const { identity } = await openTrust(t, { declared });
  const { certificate } = await identity.inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'test');
  const server = await identity.serverCertificate(['weir.example.com']);
  const [device, issuing] = parsePemCertificates(certificate);
  const [listener] = parsePemCertificates(server.certificate);
  const [root] = parsePemCertificates(identity.certificates.root);
  assert.ok(device && issuing && listener && root);
  return { device, issuing, listener, root };
}

const [EC_KEY, P256, ECDSA_SHA256] = ['1.2.840.10045.2.1', '1.2.840.10045.3.1.7', '1.2.840.10045.4.3.2'];
const [SERVER_AUTH, CLIENT_AUTH] = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];
const [DIGITAL_SIGNATURE, KEY_CERT_SIGN, CRL_SIGN] = [1 << 0, 1 << 5, 1 << 6];
/** Extensions by what they are, and whether they are critical. @see RFC 5280 sections 4.2.1 and 4.2.2 */
const LEAF_EXTENSIONS = [
  ['2.5.29.19', true],
  ['2.5.29.15', true],
  ['2.5.29.14', false],
  ['2.5.29.35', false],
  ['2.5.29.37', false],
  ['2.5.29.31', false],
  ['2.5.29.46', false],
  ['1.3.6.1.5.5.7.1.1', false],
  ['2.5.29.17', false],
] as const;

/** The extensions of a certificate in their order, with whether they are critical. */
function extensionsOf({ der }: ParsedCertificate): (readonly [string, boolean])[] {
  const last = sequenceOf(sequenceOf(readDer(der))[0]).at(-1);
  assert.equal(last?.tag, 0xa3, 'version 3 with extensions');
  return sequenceOf(childrenOf(last)[0]).map((extension) => {
    const parts = sequenceOf(extension);
    return [readOid(parts[0]), parts.length === 3] as const;
  });
}

test('RFC 7925 section 4.4: each rule for the content of certificates', async (t) => {
  const all = await given(t);
  const { device, issuing, listener, root } = all;
  assert.ok(device && issuing && listener && root);

  await t.test('version 3, a positive serial number of its own, at most 20 octets', () => {
    const serials = Object.values(all).map(({ serial }) => serial);
    assert.equal(new Set(serials).size, serials.length);
    for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
    for (const one of Object.values(all)) {
      const [version] = sequenceOf(sequenceOf(readDer(one.der))[0]);
      assert.deepEqual([version?.tag, ...(version?.content ?? [])], [0xa0, 0x02, 0x01, 0x02]);
    }
  });

  await t.test('signed with ECDSA and SHA-256, for keys on P-256 in their uncompressed form', () => {
    for (const one of Object.values(all)) {
      assert.equal(one.signatureAlgorithm, ECDSA_SHA256);
      const [algorithm, bits] = sequenceOf(readDer(one.publicKey));
      assert.deepEqual(sequenceOf(algorithm).map(readOid), [EC_KEY, P256]);
      assert.deepEqual([bits?.content.length, bits?.content[1]], [66, 0x04]);
    }
  });

  await t.test('issuer and subject have names, and each link names the next', () => {
    for (const one of Object.values(all)) assert.ok(one.issuer.parts.length === 1 && one.subject.parts.length === 1);
    for (const [one, above] of [
      [device, issuing],
      [listener, issuing],
      [issuing, root],
      [root, root],
    ] as const) {
      assert.deepEqual(one.issuer, above.subject);
      assert.deepEqual(one.extensions.authorityKey?.keyId, above.extensions.subjectKey);
    }
  });

  await t.test(
    'the chain below the anchor has two certificates, of the three that devices must be able to take',
    () => {
      assert.ok(!issuing.selfIssued && root.selfIssued);
      assert.equal(issuing.extensions.basicConstraints?.pathLength, 0);
    },
  );

  await t.test('a device is named in its alternative name, and so is the server, by host names', () => {
    const text = (one: ParsedCertificate) => new X509Certificate(one.der).subjectAltName ?? '';
    assert.match(text(device), /^URI:urn:weir:[0-9a-f]{16}:device:truck-1$/);
    assert.match(text(listener), /DNS:weir\.example\.com/);
    assert.doesNotMatch(text(listener), /\*/);
  });

  await t.test('basic constraints are critical, and true for authorities alone', () => {
    for (const [one, ca] of [
      [device, false],
      [listener, false],
      [issuing, true],
      [root, true],
    ] as const) {
      assert.equal(one.extensions.basicConstraints?.ca, ca);
      assert.deepEqual(extensionsOf(one)[0], ['2.5.29.19', true]);
    }
  });

  await t.test(
    'key usage: digitalSignature for those that shake hands and answer OCSP, keyCertSign for authorities',
    () => {
      assert.equal(device.extensions.keyUsage, DIGITAL_SIGNATURE);
      assert.equal(listener.extensions.keyUsage, DIGITAL_SIGNATURE);
      assert.equal(issuing.extensions.keyUsage, DIGITAL_SIGNATURE | KEY_CERT_SIGN | CRL_SIGN);
      assert.equal(root.extensions.keyUsage, KEY_CERT_SIGN | CRL_SIGN);
    },
  );

  await t.test('extended key usage: one purpose each, and none for authorities', () => {
    assert.deepEqual(device.extensions.extendedKeyUsage, [CLIENT_AUTH]);
    assert.deepEqual(listener.extensions.extendedKeyUsage, [SERVER_AUTH]);
    for (const one of [issuing, root]) assert.equal(one.extensions.extendedKeyUsage, null);
  });

  await t.test('no other extension than these, and none critical that a small device need not know', () => {
    assert.deepEqual(extensionsOf(device), LEAF_EXTENSIONS);
    assert.deepEqual(extensionsOf(listener), LEAF_EXTENSIONS);
    for (const one of [issuing, root]) assert.deepEqual(extensionsOf(one), LEAF_EXTENSIONS.slice(0, 4));
  });

  await t.test('small: well below what a constrained device buffers', () => {
    assert.ok(device.der.length < 800, `${device.der.length} bytes`);
  });

  await t.test('the life that its type declares, in whole seconds, with two digits of the year before 2050', () => {
    assert.ok(device.notAfter - device.notBefore <= 30 * 86_400 + 301);
    const [, , , , validity] = sequenceOf(sequenceOf(readDer(device.der))[0]);
    assert.deepEqual(
      sequenceOf(validity).map(({ tag, content }) => [tag, content.length]),
      [
        [0x17, 13],
        [0x17, 13],
      ],
    );
  });
});

test('RFC 5280 section 4.2.1.2: key identifiers are the SHA-1 of the key bits, the same in a certificate and below it', async (t) => {
  for (const one of Object.values(await given(t))) {
    const bits = sequenceOf(readDer(one.publicKey))[1]?.content.subarray(1) ?? new Uint8Array();
    const { subjectKey } = one.extensions;
    assert.deepEqual(Buffer.from(subjectKey ?? []), createHash('sha1').update(bits).digest());
  }
});
