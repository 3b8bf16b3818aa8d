import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { ControlOutcome } from '#assure/controls/index.ts';
import { CONTROLS, evidenceKeys, verifyEvidence } from '#assure/controls/index.ts';
import { hasCode, millis } from '#base/core/index.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';

const TEMPLATE = `
devices: {sensor: {}}
streams:
  climate: {from: sensor, purposes: [quality], fields: {temperature: {type: number, unit: Cel, range: [-40, 60]}}}
  held: {from: sensor, basis: consent, subject: person, purposes: [quality], fields: {person: {type: text, class: identifier}}}
  shared: {from: sensor, privacy: {epsilon: 1}, fields: {temperature: {type: number, range: [-40, 60]}}}
views: {noisy: {from: shared, sql: select temperature from shared, private: true}}
api: {signatures: [administer]}
people: {scientist: {query: all, purposes: [quality]}, auditor: {may: [prove]}}
`;

interface Proof {
  readonly controls: readonly ControlOutcome[];
  readonly bundle: string;
}

const prove = (platform: TestPlatform, ids: readonly string[] = [], options: object = {}): Promise<Proof> =>
  platform.ask('POST', '/v1/prove', { body: { rows: [], ids }, ...options });

describe('weir prove on a sound platform', () => {
  // The first test needs it fresh.
  let platform: TestPlatform;
  before(async () => void (platform = await startTestPlatform(TEMPLATE, {}, { proveEvery: millis(0) })));
  after(() => platform[Symbol.asyncDispose]());

  it('passes every control, on the stream of the prober alone, and signs what it saw', async () => {
    const { controls, bundle } = await prove(platform);
    assert.equal(controls.length, CONTROLS.length);
    // A machine with swap that is not encrypted breaks the one promise that only its owner can keep.
    const exposed = (await platform.status()).exposures;
    assert.deepEqual(
      exposed.filter(({ kind }) => kind !== 'swap'),
      [],
    );
    assert.deepEqual(
      controls.filter(({ outcome }) => outcome === 'fail').map(({ id, evidence }) => [id, evidence['exposures']]),
      exposed.length === 0 ? [] : [['memory-stays-off-disks', exposed]],
    );
    // What the template does not declare gives some promises nothing to hold; the control says so.
    const idle = controls.filter(({ outcome }) => outcome === 'not-applicable');
    assert.ok(idle.every(({ evidence }) => Object.keys(evidence).length > 0));
    assert.ok(!idle.some(({ id }) => id === 'consent-is-asked'), 'the template has such a stream');

    // The bundle believes no key of its own: they are compared with those that the platform publishes.
    const { keys } = await platform.ask<{ keys: string[] }>('GET', '/v1/prove/keys');
    assert.deepEqual(evidenceKeys(bundle), keys);
    const evidence = verifyEvidence(bundle, keys);
    assert.deepEqual(evidence.controls, controls);
    assert.equal(evidence.template.digest, platform.platform.template.digest);
    assert.deepEqual(evidence.log.keys, platform.platform.verifierKeys);
    const changed = bundle.replace(/"payload": "(.{200})(.)/, (_, start: string, letter: string) => {
      return `"payload": "${start}${letter === 'A' ? 'B' : 'A'}`;
    });
    assert.throws(
      () => verifyEvidence(changed, keys),
      (error) => hasCode(error, 'CONTROLS_BUNDLE_UNSIGNED'),
    );

    // The log has the run, and the digest of the very file.
    const findEnd = async (): Promise<string | undefined> => {
      const { entries } = await platform.ask<{ entries: { event: { action: string; digest?: string } }[] }>(
        'GET',
        `/v1/audit/entries?from=${evidence.log.size - 1}&limit=1000`,
      );
      return entries.find(({ event }) => event.action === 'end-prove')?.event.digest;
    };
    // An entry is in the tree within a second.
    const digest = await eventually(findEnd, (found) => found !== undefined);
    assert.equal(digest, createHash('sha256').update(bundle).digest('hex'));

    // Nothing of it is in what users see.
    const scientist = await platform.addUser('ada', ['scientist']);
    const listed = await platform.ask<{ views: { name: string }[] }>('GET', '/v1/views', { token: scientist });
    assert.ok(listed.views.length > 0 && listed.views.every(({ name }) => name !== '_probe'));
    await assert.rejects(platform.query('select * from _probe', { token: scientist }));
    const { devices } = await platform.ask<{ devices: { name: string }[] }>('GET', '/v1/devices');
    assert.ok(devices.every(({ name }) => name === '_probe' || !name.startsWith('_')));
    const { users } = await platform.ask<{ users: { name: string }[] }>('GET', '/v1/users');
    assert.ok(users.every(({ name }) => !name.startsWith('_')));
  });

  it('is for those who may, once at a time, and tells what there is not', async () => {
    const scientist = await platform.addUser('bea', ['scientist']);
    const auditor = await platform.addUser('eve', ['auditor']);
    const refusedAs = (code: string) => (error: unknown) => hasCode(error, code);
    await assert.rejects(prove(platform, [], { token: scientist }), (error) =>
      /DENIED/.test(String((error as { code?: string }).code)),
    );
    await assert.rejects(prove(platform, ['nothing-of-that-name']), refusedAs('API_BODY_INVALID'));
    // Whichever comes first.
    const both = [{ token: auditor }, {}].map((options) => prove(platform, ['requirements-exist'], options));
    const { controls } = await Promise.any(both);
    assert.deepEqual(
      controls.map(({ id, outcome }) => [id, outcome]),
      [['requirements-exist', 'pass']],
    );
    const refusals = (await Promise.allSettled(both)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    assert.equal(refusals.length, 1);
    assert.ok(hasCode(refusals[0], 'API_PROVE_BUSY'), String(refusals[0]));
  });
});
