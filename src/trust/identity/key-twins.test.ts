import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { hours } from '#base/core/index.ts';
import { DECLARED, openTrust } from '../../../test/support/open-trust.ts';
import { makeRequest } from './enrolment/testing.ts';
import type { CloneAnswer } from './identity-context.ts';
import type { KeyTwin } from './key-twins.ts';

const own = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

async function setup(t: Parameters<typeof openTrust>[0], answers: Readonly<Record<string, CloneAnswer>> = {}) {
  const declared = { ...DECLARED, clones: (type: string) => answers[type] ?? 'alert' };
  const trust = await openTrust(t, { declared });
  const { inventory, enrolment } = trust.identity;
  const twins: KeyTwin[] = [];
  inventory.twins.onTwin((twin) => twins.push(twin));
  const enrol = (name: string, type: string, request: Uint8Array) =>
    enrolment.enrol({ name, type }, request, 'person:x');
  const alerts = () => trust.audit.events.filter(({ action }) => action === 'clone-alert');
  return { ...trust, inventory, enrolment, twins, enrol, alerts };
}

test('a key under another name is told, and let pass where the template only alerts', async (t) => {
  const { enrol, twins, alerts, inventory } = await setup(t);
  const key = own();
  await enrol('truck-1', 'reefer', makeRequest({ key }));
  await enrol('truck-2', 'reefer', makeRequest({ key }));
  assert.deepEqual(twins, [{ device: 'truck-2', holder: { kind: 'device', name: 'truck-1' }, answer: 'alert' }]);
  const [alert] = alerts();
  assert.deepEqual(
    [alert?.resource, alert?.reason, alert?.outcome, alert?.detail?.['holder']],
    ['device:truck-2', 'key', 'allowed', 'device:truck-1'],
  );
  assert.equal(inventory.find('truck-2')?.serials.length, 1);
});

test('a device that renews with its own key is no twin', async (t) => {
  const { enrol, twins, inventory, enrolment, identity } = await setup(t, { reefer: 'cut-both' });
  const key = own();
  await enrol('truck-1', 'reefer', makeRequest({ key }));
  const { token } = await enrolment.issueToken('truck-1', 'reefer', hours(1), 'person:x');
  const found = await enrolment.identifyToken(token);
  assert.ok(found.outcome === 'ok');
  await enrolment.complete(found.enrolee, makeRequest({ key }));
  assert.equal(inventory.find('truck-1')?.serials.length, 2);
  await identity.revocations.revoke({ kind: 'device', name: 'truck-1' }, 'keyCompromise', 'person:x');
  assert.deepEqual(twins, []);
  await assert.rejects(enrol('truck-9', 'plc', makeRequest({ key })), { code: 'IDENTITY_KEY_REFUSED' });
});

test('where clones are cut the newer name gets nothing, in every way in, and what let it in stays good', async (t) => {
  for (const answer of ['cut-newer', 'cut-both'] as const) {
    // The stricter of both counts: the type of the older one here.
    const { enrol, enrolment, inventory, twins, alerts } = await setup(t, { reefer: answer });
    const key = own();
    await enrol('truck-1', 'reefer', makeRequest({ key }));
    await enrol('plc-1', 'plc', makeRequest());
    const refused = { code: 'IDENTITY_KEY_REFUSED' };
    await assert.rejects(enrol('plc-2', 'plc', makeRequest({ key })), refused);
    const { token } = await enrolment.issueToken('plc-1', 'plc', hours(1), 'person:x');
    const found = await enrolment.identifyToken(token);
    assert.ok(found.outcome === 'ok');
    await assert.rejects(enrolment.complete(found.enrolee, makeRequest({ key })), refused);
    assert.equal((await enrolment.identifyToken(token)).outcome, 'ok');
    assert.equal(inventory.find('plc-2'), null);
    assert.equal(inventory.find('plc-1')?.serials.length, 1);
    assert.deepEqual(
      twins.map(({ device, answer: given }) => `${device} ${given}`),
      [`plc-2 ${answer}`, `plc-1 ${answer}`],
    );
    assert.deepEqual(
      alerts().map(({ outcome }) => outcome),
      ['denied', 'denied'],
    );
  }
});

test('of two names with one key at the same moment one is found', async (t) => {
  const { enrol, twins, inventory } = await setup(t, { reefer: 'cut-newer' });
  const key = own();
  const outcomes = await Promise.allSettled(['a', 'b'].map((name) => enrol(name, 'reefer', makeRequest({ key }))));
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.equal(twins.length, 1);
  assert.equal(['a', 'b'].filter((name) => inventory.find(name) !== null).length, 1);
});
