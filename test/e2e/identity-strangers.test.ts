import assert from 'node:assert/strict';
import { test } from 'node:test';
import mqtt from 'mqtt';
import { days } from '#base/core/index.ts';
import { PROBE_CREDENTIAL_KINDS } from '#trust/identity/index.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';
import { openStopped } from './open-stopped.ts';

const TEMPLATE = `
devices: { truck: {} }
streams: { climate: { from: truck, fields: { n: { type: integer } } } }
people: { operator: { query: all, may: [administer, audit, enrol] } }
`;

type Credential = { readonly key: string; readonly certificate: string };

const REASONS: Readonly<Record<string, string>> = {
  'no credential': 'no-certificate',
  'self-signed': 'wrong-issuer',
  'other-authority': 'wrong-issuer',
  'rootless-chain': 'wrong-issuer',
  expired: 'expired',
  'not-yet-valid': 'not-yet-valid',
  'server-only': 'wrong-eku',
  'unknown-device': 'unknown',
  'disabled-device': 'disabled',
};

test('who may not come in is told apart in log and metrics, and hears no difference', async () => {
  await using weir = await startTestPlatform(TEMPLATE);
  const device = await weir.enrol('truck-1', 'truck');
  const credentials = new Map<string, Credential | null>([['no credential', null], ...(await strangers(weir))]);
  assert.deepEqual([...credentials.keys()].sort(), Object.keys(REASONS).sort());
  await weir.restart();

  assert.equal(await attempt(weir, device), 'connected', 'a restart leaves certificates as good as they were');
  const heard = new Map<string, string>();
  for (const [name, credential] of credentials) heard.set(name, await attempt(weir, credential));
  assert.ok(![...heard.values()].includes('connected'), JSON.stringify([...heard]));

  const wanted = new Set(Object.values(REASONS));
  const counted = await eventually(
    async () => (await weir.status()).refusedConnections,
    (counts) => wanted.isSubsetOf(new Set(Object.keys(counts))),
  );
  for (const reason of wanted) assert.ok((counted[reason] ?? 0) > 0, `${reason} in ${JSON.stringify(counted)}`);
  const logged = await eventually(
    async () => {
      const { entries } = await weir.ask<{ entries: unknown[] }>('GET', '/v1/audit/entries?limit=1000');
      const text = JSON.stringify(entries);
      return new Set([...wanted].filter((reason) => text.includes(`"reason":"${reason}"`)));
    },
    (found) => found.size === wanted.size,
  );
  assert.deepEqual(logged, wanted);
});

/** Credentials that are wrong in one way each, made with the platform's own authority while it does not run. */
async function strangers(weir: TestPlatform): Promise<[string, Credential][]> {
  await weir.platform[Symbol.asyncDispose]();
  await using trust = await openStopped(weir.layout);
  const made: [string, Credential][] = [];
  for (const kind of PROBE_CREDENTIAL_KINDS)
    made.push([kind, await trust.identity.probeCredential(kind, days(1), 'weir:test')]);
  return made;
}

/** Connects over MQTT 5: `connected`, or what the client heard instead. */
async function attempt(weir: TestPlatform, credential: Credential | null): Promise<string> {
  const client = mqtt.connect({
    protocol: 'mqtts',
    host: 'localhost',
    port: weir.platform.address.ports.mqtt,
    rejectUnauthorized: false,
    protocolVersion: 5,
    reconnectPeriod: 0,
    connectTimeout: 60_000,
    ...(credential === null ? {} : { key: credential.key, cert: credential.certificate }),
  });
  const { promise, resolve } = Promise.withResolvers<string>();
  client.on('connect', () => resolve('connected'));
  client.on('error', (error) => resolve(error.message));
  client.on('close', () => resolve('closed'));
  const heard = await promise;
  await client.endAsync(true);
  return heard;
}
