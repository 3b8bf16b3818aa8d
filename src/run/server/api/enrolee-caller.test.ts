import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours } from '#base/core/index.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { VerifiedPeer } from './caller.ts';
import { identifyEnrolee } from './enrolee-caller.ts';

const NOBODY: VerifiedPeer = { kind: 'none', name: null, serial: null, address: '192.0.2.7', listener: 'https' };
const basic = (password: string) => `Basic ${Buffer.from(`any:${password}`).toString('base64')}`;

test('identifyEnrolee() knows devices by their own certificate, their maker’s, or a token', async (t) => {
  const { identity } = await openTrust(t);
  const { enrolment, inventory } = identity;
  const never = (): void => assert.fail('nobody was refused');
  await inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'test');
  const own = await identifyEnrolee({ ...NOBODY, kind: 'device', name: 'truck-1' }, undefined, identity, never);
  assert.deepEqual(
    [own.subject.id, own.subject.kind, own.subject.deviceType, own.enrolee],
    ['truck-1', 'device', 'reefer', null],
  );
  const { token } = await enrolment.issueToken('truck-2', 'reefer', hours(1), 'test');
  const byToken = await identifyEnrolee(NOBODY, basic(token), identity, never);
  assert.deepEqual([byToken.actor, byToken.enrolee?.by], ['device:truck-2', 'token']);
  await enrolment.expected.add([{ manufacturer: 'acme', serial: 'SN-1', name: 'truck-3', type: 'reefer' }], 'test');
  const made = await identifyEnrolee(
    { ...NOBODY, kind: 'manufactured', name: 'acme', serial: 'SN-1' },
    undefined,
    identity,
    never,
  );
  assert.deepEqual([made.actor, made.enrolee?.by], ['device:truck-3', 'manufacturer']);
});

test('identifyEnrolee() refuses for every reason alike, and tells the reason to the log', async (t) => {
  const { identity } = await openTrust(t);
  const { token } = await identity.enrolment.issueToken('truck-2', 'reefer', hours(1), 'test');
  const cases: [VerifiedPeer, string | undefined, string][] = [
    [NOBODY, undefined, 'no-credential'],
    [NOBODY, `Bearer ${token}`, 'no-credential'],
    [NOBODY, basic('nonsense'), 'malformed'],
    [NOBODY, basic(token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))), 'unknown'],
    // A person's certificate is none of a device, whatever stands beside it.
    [{ ...NOBODY, kind: 'client', name: 'operator' }, basic(token), 'no-credential'],
    [{ ...NOBODY, kind: 'manufactured', name: 'acme', serial: 'SN-9' }, basic(token), 'unknown'],
    [{ ...NOBODY, kind: 'device', name: 'gone' }, undefined, 'no-credential'],
  ];
  const messages = new Set<string>();
  for (const [peer, authorization, expected] of cases) {
    const told: string[] = [];
    await assert.rejects(
      identifyEnrolee(peer, authorization, identity, (reason) => told.push(reason)),
      (error: Error & { code: string }) => {
        messages.add(error.message);
        return error.code === 'API_UNAUTHENTICATED';
      },
    );
    assert.deepEqual(told, [expected]);
  }
  assert.equal(messages.size, 1);
});
