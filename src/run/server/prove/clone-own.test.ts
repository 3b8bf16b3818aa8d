import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { dial } from './dial-own.ts';
import { cloneOwn } from './clone-own.ts';
import type { MqttAnswer, MqttClient } from './mqtt-client.ts';

test('cloneOwn() is two in each way, and says what was told', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { key, certificate } = await identity.inventory.renew('_probe', 60_000 as never, 'test');
  const from: (string | undefined)[] = [];
  const sent: number[] = [];
  const trial = await cloneOwn({
    identity,
    address: () => ({
      pid: 1,
      mqtt: 'mqtts://localhost:9',
      https: 'https://localhost:9',
      api: 'https://localhost:9',
      ports: { mqtt: 9, https: 9, api: 9 },
      demo: true,
    }),
    credential: { key, certificate },
    open: async (_credential, localAddress): Promise<MqttAnswer> => {
      from.push(localAddress);
      return { admitted: true, client: { [Symbol.dispose]: () => {} } as unknown as MqttClient };
    },
    publish: async (_topic, payloads) => {
      sent.push(...payloads.map((text) => (JSON.parse(text) as { seq: number }).seq));
      return [];
    },
    now: () => '',
    told: async (device, why) =>
      why === 'seq' ||
      audit.events.some(
        ({ action, resource, reason }) => action === 'clone-alert' && resource === `device:${device}` && reason === why,
      ),
    within: (ask) => ask(),
    graceMs: 1,
    timeoutMs: 50,
    dial,
  });
  assert.deepEqual(trial, {
    first: true,
    second: true,
    quiet: true,
    noticed: false,
    // Nothing listens there.
    noticedOverHttps: false,
    countersNoticed: true,
    keyNoticed: true,
  });
  assert.deepEqual(from, [undefined, undefined, '127.0.0.2']);
  const [ahead, behind] = [sent.filter((_, at) => at % 2 === 0), sent.filter((_, at) => at % 2 === 1)];
  for (const counter of [ahead, behind])
    assert.ok(counter.every((seq, at) => at === 0 || seq === counter[at - 1]! + 1));
  assert.ok(Math.max(...behind) < Math.min(...ahead));
});
