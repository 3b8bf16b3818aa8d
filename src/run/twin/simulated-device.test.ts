import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../test/support/eventually.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { startMqttEndpoint } from '../../../test/support/mqtt-endpoint.ts';
import { SimulatedDevice } from './simulated-device.ts';

test('SimulatedDevice publishes numbered readings that fit its stream, and wrong ones as often as asked', async (t) => {
  const template = makeTemplate(`
devices: { reefer: {} }
streams:
  water: { from: reefer, rate: { sustained: 100/s, burst: 100 }, fields: { level: { type: number, range: [0, 10] } } }
`);
  const stream = template.streams.get('water');
  assert.ok(stream !== undefined);
  for (const faultRatio of [0, 1]) {
    const endpoint = await startMqttEndpoint(t);
    const { credential, port } = endpoint;
    const device = new SimulatedDevice({ credential, host: 'localhost', port, streams: [stream], seed: 1, faultRatio });
    device.start(50);
    await eventually(
      () => endpoint.messages.length,
      (count) => count >= 10,
    );
    await device.stop();
    const readings = endpoint.messages.map(({ payload }) => JSON.parse(payload) as { seq: number; level: number });
    assert.ok(readings.length >= 10);
    assert.ok(readings.every(({ level }) => (level >= 0 && level <= 10) === (faultRatio === 0)));
    assert.ok(readings.every(({ seq }, i) => i === 0 || seq === (readings[i - 1]?.seq ?? 0) + 1));
    const { sent } = device;
    await sleep(100);
    assert.equal(device.sent, sent, 'a stopped device is silent');
  }
});
