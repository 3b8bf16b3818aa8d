import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { connect } from 'node:tls';
import { after, before, describe, it } from 'node:test';
import type { ControlOutcome } from '#assure/controls/index.ts';
import { CONTROLS, evidenceKeys, verifyEvidence } from '#assure/controls/index.ts';
import { hasCode, millis } from '#base/core/index.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';

const RULES = 'industry/detection-rules.yaml';
const TEMPLATE = `
rule-files: [${RULES}]
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

/** Refused connections and sign-ins of strangers; a shipped rule waits for ten and for twenty. */
const [STRANGERS, GUESSES] = [12, 24];

async function open(): Promise<TestPlatform> {
  const shipped = await readFile(path.resolve(import.meta.dirname, '../../templates', RULES), 'utf8');
  return startTestPlatform(TEMPLATE, { [RULES]: shipped }, { proveEvery: millis(0) });
}

/** Comes so often to the port of devices without a certificate. */
async function knock({ platform }: TestPlatform, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const socket = connect({ host: 'localhost', port: platform.address.ports.mqtt, rejectUnauthorized: false });
    socket.on('error', () => {});
    await once(socket, 'close');
  }
}

const prove = (platform: TestPlatform, ids: readonly string[] = [], options: object = {}): Promise<Proof> =>
  platform.ask('POST', '/v1/prove', { body: { rows: [], ids }, ...options });

describe('weir prove on a sound platform', () => {
  // The first test needs it fresh.
  let platform: TestPlatform;
  before(async () => void (platform = await open()));
  after(() => platform[Symbol.asyncDispose]());

  it('passes every control, on the stream of the prober alone, and signs what it saw', async () => {
    const run = prove(platform);
    await knock(platform, STRANGERS);
    const { controls, bundle } = await run;
    assert.equal(controls.length, CONTROLS.length);
    // A machine with swap that is not encrypted breaks the one promise that only its owner can keep.
    const exposed = (await platform.status()).exposures;
    assert.deepEqual(
      exposed.filter(({ kind }) => kind !== 'swap'),
      [],
    );
    assert.deepEqual(
      controls
        .filter(({ outcome }) => outcome === 'fail')
        .map(({ id, evidence }) => [id, evidence['exposures'] ?? evidence]),
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
    assert.equal((await platform.ask<{ bundle: string }>('GET', '/v1/prove/last')).bundle, bundle);

    // Nothing of it is in what users see.
    const scientist = await platform.addUser('ada', ['scientist']);
    const listed = await platform.ask<{ views: { name: string }[] }>('GET', '/v1/views', { token: scientist });
    assert.ok(listed.views.length > 0 && listed.views.every(({ name }) => name !== '_probe'));
    await assert.rejects(platform.query('select * from _probe', { token: scientist }));
    const { devices } = await platform.ask<{ devices: { name: string }[] }>('GET', '/v1/devices');
    assert.ok(devices.every(({ name }) => name === '_probe' || !name.startsWith('_')));
    const { users } = await platform.ask<{ users: { name: string }[] }>('GET', '/v1/users');
    assert.ok(users.every(({ name }) => !name.startsWith('_')));
    assert.deepEqual(await platform.query(`select device from _refusals union all select device from _clones`), []);
    assert.deepEqual((await platform.status()).refusedConnections, { 'no-certificate': STRANGERS });

    // The rules saw strangers while it ran, from the same machine, and of the prober nothing: what the log has up to
    // the guessed tokens was judged once they are an alert.
    for (let i = 0; i < GUESSES; i++) await platform.call('GET', '/v1/me', { token: `weir_${'A'.repeat(40)}${i}` });
    const alerts = await eventually(
      async () => (await platform.ask<{ alerts: { sentence: string }[] }>('GET', '/v1/alerts')).alerts,
      (found) => found.some(({ sentence }) => sentence.includes(`${GUESSES} sign-ins`)),
    );
    // It is told at the tenth, or of as many as came within the same second.
    const [knocked = '', guessed] = alerts.map(({ sentence }) => sentence).toSorted();
    assert.equal(alerts.length, 2);
    const tried = Number(/^127\.0\.0\.0\/24 tried (\d+) connections within 5m that were refused$/.exec(knocked)?.[1]);
    assert.ok(tried >= 10 && tried <= STRANGERS, knocked);
    assert.equal(guessed, `127.0.0.0/24 was refused ${GUESSES} sign-ins within 5m: tokens or passwords are guessed`);
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
