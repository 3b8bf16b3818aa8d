import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { DEVICE_FLAG } from '#trust/identity/index.ts';
import type { CertificateOutcome } from '#trust/identity/index.ts';
import { admit, admitManufactured } from './admission.ts';
import type { Admission } from './admission.ts';

const TRUCK = { index: 3, name: 'truck-7', type: 'reefer', speaksFor: [], serials: ['0A', '0C'], suspended: ['0D'] };
const DEVICES = { find: (name: string) => (name === 'truck-7' ? TRUCK : null) };
const SERIALS_REVOKED = { has: (serial: string) => serial === '0C' };
const table = (flags: number) => ({ flags: (index: number) => (index === 3 ? flags : 0) });

function good(name: string, change: { kind?: 'client'; serial?: string } = {}): CertificateOutcome {
  const facts = { serial: change.serial ?? '0A', fingerprint: 'aa', notBefore: micros(0), notAfter: micros(1) };
  return { outcome: 'ok', subject: { kind: change.kind ?? 'device', name }, facts };
}

test('admit() names a device of the inventory', () => {
  const result = admit(good('truck-7'), DEVICES, table(DEVICE_FLAG.known), SERIALS_REVOKED);
  assert.ok(result.admitted && result.identity.kind === 'device');
  assert.equal(result.identity.device, TRUCK);
});

test('admit() names a client, which is in no inventory of devices', () => {
  const result = admit(good('operator', { kind: 'client' }), DEVICES, table(0), SERIALS_REVOKED);
  assert.ok(result.admitted && result.identity.kind === 'client');
  assert.equal(result.identity.name, 'operator');
});

test('admit() tells every refusal apart', () => {
  const { known, disabled, revoked, contained } = DEVICE_FLAG;
  const cases: [string, CertificateOutcome, number][] = [
    ['no-certificate', { outcome: 'no-certificate' }, known],
    ['malformed', { outcome: 'malformed' }, known],
    ['wrong-issuer', { outcome: 'wrong-issuer' }, known],
    ['expired', { outcome: 'expired' }, known],
    ['not-yet-valid', { outcome: 'not-yet-valid' }, known],
    ['wrong-eku', { outcome: 'wrong-eku' }, known],
    ['wrong-name', { outcome: 'wrong-name' }, known],
    ['unknown', good('truck-8'), known],
    ['unknown', good('truck-7'), 0],
    ['revoked', good('truck-7'), known | revoked | disabled],
    ['disabled', good('truck-7'), known | disabled],
    ['contained', good('truck-7'), known | contained],
    ['superseded', good('truck-7', { serial: '0B' }), known],
    ['suspended', good('truck-7', { serial: '0D' }), known],
    ['revoked', good('truck-7', { serial: '0C' }), known],
    ['revoked', good('operator', { kind: 'client', serial: '0C' }), 0],
  ];
  for (const [reason, certificate, flags] of cases) {
    assert.deepEqual(admit(certificate, DEVICES, table(flags), SERIALS_REVOKED), { admitted: false, reason });
  }
});

test('admitManufactured() asks the maker only where the certificate is not ours', () => {
  const asked: string[] = [];
  const check = () => {
    asked.push('asked');
    return { outcome: 'ok', manufacturer: 'acme', serial: 'SN-1', fingerprint: 'ff' } as const;
  };
  const result = admitManufactured({ admitted: false, reason: 'wrong-issuer' }, check);
  assert.deepEqual(result, {
    admitted: true,
    identity: { kind: 'manufactured', name: 'acme', serial: 'SN-1', fingerprint: 'ff' },
  });
  const refused: Admission = { admitted: false, reason: 'wrong-issuer' };
  assert.equal(
    admitManufactured(refused, () => ({ outcome: 'refused' })),
    refused,
  );
  asked.length = 0;
  for (const reason of ['revoked', 'expired', 'unknown', 'no-certificate', 'superseded'] as const) {
    assert.deepEqual(admitManufactured({ admitted: false, reason }, check), { admitted: false, reason });
  }
  assert.deepEqual(asked, []);
});
