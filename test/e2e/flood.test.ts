import assert from 'node:assert/strict';
import { test } from 'node:test';
import mqtt from 'mqtt';
import { ChildPlatform } from '../support/child-platform.ts';
import { eventually } from '../support/eventually.ts';

const TEMPLATE = `
devices: { truck: {} }
streams:
  climate:
    from: truck
    rate: { sustained: 100000/s, burst: 1000000 }
    fields:
      n: { type: integer }
people:
  operator: { query: all }
`;
/** Readings that are under way at once. */
const ROUND = 100;
/** How long the store stands still: several times what readings are meant to take to be seen. */
const STILL_MS = 1_500;

test('while what is acknowledged cannot be seen, acknowledging slows and goes on, and nothing is lost', async (t) => {
  await using weir = await ChildPlatform.start(TEMPLATE);
  const device = await weir.enrol('truck-1', 'truck');
  const client = await mqtt.connectAsync(`mqtts://localhost:${weir.address.ports.mqtt}`, {
    key: device.key,
    cert: device.certificate,
    ca: device.authority,
    clientId: device.name,
    reconnectPeriod: 0,
  });
  t.after(() => client.endAsync(true));
  let sent = 0;
  const round = async (): Promise<void> => {
    const payloads = Array.from({ length: ROUND }, () => `{"n": ${sent}, "seq": ${sent++}}`);
    await Promise.all(payloads.map((payload) => client.publishAsync('streams/climate', payload, { qos: 1 })));
  };
  const counted = async (): Promise<number> => {
    const [row] = await weir.query<{ n: number }>('select count(distinct n)::double as n from climate');
    return row?.n ?? 0;
  };
  await round();
  await eventually(counted, (n) => n === sent);
  const { pace, processes } = await weir.status();
  assert.equal(pace.allowedPerSecond, null);

  const store = processes.find(({ name }) => name === 'store')?.pid ?? 0;
  process.kill(store, 'SIGSTOP');
  try {
    for (const until = performance.now() + STILL_MS; performance.now() < until;) await round();
  } finally {
    process.kill(store, 'SIGCONT');
  }

  assert.equal(await eventually(counted, (n) => n === sent), sent);
  const after = await eventually(
    () => weir.status(),
    (status) => status.pace.allowedPerSecond === null && status.pace.behindMs === 0,
  );
  assert.ok(after.pace.heldBackSeconds > pace.heldBackSeconds, 'nothing was held back');
  assert.deepEqual(after.readings.refused, {});
  assert.equal(after.readings.admitted, sent);
});
