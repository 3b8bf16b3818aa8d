import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestPlatform } from './running-platform.ts';
import { SteadyPublisher } from './steady-publisher.ts';

const TEMPLATE = `
devices: { truck: {} }
streams: { climate: { from: truck, rate: 10000/s, fields: { n: { type: integer, range: [0, 100] } } } }
people: { operator: { query: all } }
`;

test('SteadyPublisher knows what was acknowledged and what was refused', async () => {
  await using weir = await startTestPlatform(TEMPLATE);
  const publisher = new SteadyPublisher({
    device: await weir.enrol('truck-1', 'truck'),
    port: () => weir.platform.address.ports.mqtt,
    topic: 'streams/climate',
    payload: (n) => `{"n": ${n}, "seq": ${n}}`,
  });
  while (publisher.refused.size === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await publisher.stop();
  assert.equal(publisher.acknowledged.size, 100);
  assert.deepEqual([...publisher.refused.keys()], [0x83]);
  assert.deepEqual(await weir.query('select count(*)::integer as n from climate'), [{ n: 100 }]);
});
