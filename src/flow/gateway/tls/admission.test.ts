import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { admit } from './admission.ts';
import type { AdmissionKnowledge } from './admission.ts';
import type { CertificateFacts } from './peer-certificate.ts';

const FACTS: CertificateFacts = {
  issued: true,
  notBefore: micros(1_000),
  notAfter: micros(2_000),
  usages: ['1.3.6.1.5.5.7.3.2'],
  names: 'URI:urn:weir:d1:device:truck-7',
  serial: '0A',
  fingerprint: 'aa',
};
const NOW = micros(1_500);

function knowledge(change: { flags?: number; serials?: string[]; revoked?: string[] } = {}): AdmissionKnowledge {
  const truck = { index: 3, name: 'truck-7', type: 'reefer', speaksFor: [], serials: change.serials ?? null };
  return {
    deployment: 'd1',
    devices: { find: (name) => (name === 'truck-7' ? truck : null) },
    flags: { revoked: 1, disabled: 2, contained: 4, load: (index) => (index === 3 ? (change.flags ?? 0) : 0) },
    isRevoked: (serial) => change.revoked?.includes(serial) ?? false,
  };
}

test('admit() names a device of the inventory', () => {
  const result = admit(FACTS, NOW, knowledge({ serials: ['0A'] }));
  assert.ok(result.admitted && result.identity.kind === 'device');
  assert.equal(result.identity.device.index, 3);
});

test('admit() names a client, which is in no inventory of devices', () => {
  const result = admit({ ...FACTS, names: 'URI:urn:weir:d1:client:operator' }, NOW, knowledge());
  assert.ok(result.admitted && result.identity.kind === 'client');
  assert.equal(result.identity.name, 'operator');
});

test('admit() tells every refusal apart', () => {
  const cases: [string, CertificateFacts | null, AdmissionKnowledge][] = [
    ['no-certificate', null, knowledge()],
    ['wrong-issuer', { ...FACTS, issued: false, notAfter: micros(1) }, knowledge()],
    ['expired', { ...FACTS, notAfter: micros(1_499) }, knowledge()],
    ['not-yet-valid', { ...FACTS, notBefore: micros(1_501) }, knowledge()],
    ['wrong-usage', { ...FACTS, usages: ['1.3.6.1.5.5.7.3.1'] }, knowledge()],
    ['wrong-usage', { ...FACTS, usages: [] }, knowledge()],
    ['wrong-name', { ...FACTS, names: 'URI:urn:weir:d2:device:truck-7' }, knowledge()],
    ['wrong-name', { ...FACTS, names: '' }, knowledge()],
    ['wrong-name', { ...FACTS, names: `${FACTS.names}, DNS:example.com` }, knowledge()],
    ['wrong-name', { ...FACTS, names: 'URI:urn:weir:d1:robot:truck-7' }, knowledge()],
    ['wrong-name', { ...FACTS, names: 'URI:urn:weir:d1:device:' }, knowledge()],
    ['unknown', { ...FACTS, names: 'URI:urn:weir:d1:device:truck-8' }, knowledge()],
    ['revoked', FACTS, knowledge({ revoked: ['0A'] })],
    ['revoked', FACTS, knowledge({ flags: 3 })],
    ['disabled', FACTS, knowledge({ flags: 2 })],
    ['contained', FACTS, knowledge({ flags: 4 })],
    ['superseded', FACTS, knowledge({ serials: ['0B'] })],
  ];
  for (const [reason, facts, known] of cases) assert.deepEqual(admit(facts, NOW, known), { admitted: false, reason });
});

test('admit() takes both ends of the validity as valid', () => {
  assert.ok(admit(FACTS, micros(1_000), knowledge()).admitted);
  assert.ok(admit(FACTS, micros(2_000), knowledge()).admitted);
});
