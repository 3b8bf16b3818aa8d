import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMqttEndpoint } from '../../../test/support/mqtt-endpoint.ts';
import type { MqttEndpoint } from '../../../test/support/mqtt-endpoint.ts';
import { BulkPublisher } from './bulk-publisher.ts';
import type { Outcome } from './bulk-publisher.ts';

async function open(
  { credential, port }: MqttEndpoint,
  window: number,
): Promise<BulkPublisher & { outcomes: Outcome[] }> {
  const outcomes: Outcome[] = [];
  const onOutcome = (outcome: Outcome): void => void outcomes.push(outcome);
  const publisher = await BulkPublisher.connect({ credential, host: 'localhost', port, window, onOutcome });
  return Object.assign(publisher, { outcomes });
}

test('BulkPublisher tells of each reading what became of it', async (t) => {
  const endpoint = await startMqttEndpoint(t, (payload) =>
    payload === '7' ? { code: 0x83, text: 'range: too much' } : { code: 0 },
  );
  await using publisher = await open(endpoint, 4);
  for (let i = 0; i < 200; i++) await publisher.publish('streams/a', Buffer.from(String(i)));
  await publisher.flush();
  assert.equal(publisher.outcomes.length, 200);
  assert.deepEqual(publisher.unacknowledged, []);
  const [refused, ...others] = publisher.outcomes.filter(({ code }) => code !== 0);
  assert.deepEqual([refused?.text, refused?.payload.toString(), others.length], ['range: too much', '7', 0]);
  assert.deepEqual(
    endpoint.messages.map(({ payload }) => Number(payload)),
    Array.from({ length: 200 }, (_, i) => i),
  );
});

test('BulkPublisher sends long payloads whole', async (t) => {
  const endpoint = await startMqttEndpoint(t);
  await using publisher = await open(endpoint, 10);
  const lengths = [0, 100, 130, 16_500, 200_000];
  for (const length of lengths) await publisher.publish('streams/a', Buffer.alloc(length, 'x'));
  await publisher.flush();
  assert.deepEqual(
    endpoint.messages.map(({ payload }) => payload.length),
    lengths,
  );
});

test('BulkPublisher keeps what was not acknowledged when the connection went', async (t) => {
  const endpoint = await startMqttEndpoint(t, (_, index) => (index === 5 ? 'cut' : { code: 0 }));
  await using publisher = await open(endpoint, 2);
  await assert.rejects(
    async () => {
      for (let i = 0; i < 50; i++) await publisher.publish('streams/a', Buffer.from(String(i)));
    },
    { code: 'TWIN_CONNECTION_LOST' },
  );
  await assert.rejects(publisher.flush(), { code: 'TWIN_CONNECTION_LOST' });
  const open_ = publisher.unacknowledged.map(({ payload }) => Number(payload.toString()));
  const done = publisher.outcomes.length;
  assert.ok(open_.length > 0);
  assert.deepEqual(
    open_,
    Array.from({ length: open_.length }, (_, i) => done + i),
  );
});

test('BulkPublisher says why it is not let in', async (t) => {
  const refusing = await startMqttEndpoint(t, undefined, 0x87);
  await assert.rejects(open(refusing, 1), { code: 'TWIN_CONNECT_REFUSED', message: /0x87/ });
  const other = await startMqttEndpoint(t);
  await assert.rejects(open({ ...other, credential: refusing.credential }, 1), { code: 'TWIN_CONNECT_REFUSED' });
});
