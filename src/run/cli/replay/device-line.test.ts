import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '#run/twin/index.ts';
import { startMqttEndpoint } from '../../../../test/support/mqtt-endpoint.ts';
import type { MqttEndpoint } from '../../../../test/support/mqtt-endpoint.ts';
import { DeviceLine } from './device-line.ts';

async function play(endpoint: MqttEndpoint, count: number, patienceMs = 60_000) {
  const outcomes: Outcome[] = [];
  const away: boolean[] = [];
  let reconnects = 0;
  await using line = await DeviceLine.open({
    credential: endpoint.credential,
    host: 'localhost',
    port: endpoint.port,
    window: 3,
    patienceMs,
    onAway: (is) => void away.push(is),
    beforeReconnect: async () => void (reconnects += 1),
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  for (let i = 0; i < count; i++) await line.publish('streams/a', Buffer.from(String(i)));
  await line.flush();
  return { outcomes, reconnects, away };
}

const numbers = (outcomes: readonly Outcome[]): readonly number[] =>
  outcomes.map(({ payload }) => Number(payload.toString())).toSorted((a, b) => a - b);

test('DeviceLine sends again what was not acknowledged when the connection was lost', async (t) => {
  const endpoint = await startMqttEndpoint(t, (_, index) => (index === 4 || index === 13 ? 'cut' : { code: 0 }));
  const { outcomes, reconnects, away } = await play(endpoint, 20);
  assert.deepEqual(
    numbers(outcomes),
    Array.from({ length: 20 }, (_, i) => i),
  );
  assert.deepEqual([endpoint.connections(), reconnects], [3, 2]);
  assert.deepEqual(away, [true, false, true, false]);
});

test('DeviceLine sends again what there was no room for, and nothing that was refused for good', async (t) => {
  const full = new Set(['2', '5']);
  const endpoint = await startMqttEndpoint(t, (payload) => {
    if (payload === '3') return { code: 0x83, text: 'range: too much' };
    return full.delete(payload) ? { code: 0x97, text: 'try-later: no room' } : { code: 0 };
  });
  const { outcomes } = await play(endpoint, 8);
  assert.deepEqual(numbers(outcomes), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(
    outcomes.filter(({ code }) => code !== 0).map(({ text }) => text),
    ['range: too much'],
  );
  assert.equal(endpoint.messages.filter(({ payload }) => payload === '3').length, 1);
});

test('DeviceLine gives up once nothing was taken for as long as it has patience', async (t) => {
  const endpoint = await startMqttEndpoint(t, () => 'cut');
  await assert.rejects(play(endpoint, 1, 1_000), { code: 'TWIN_CONNECTION_LOST' });
  assert.ok(endpoint.connections() > 2, 'it tried more than once');
  const full = await startMqttEndpoint(t, () => ({ code: 0x97, text: 'try-later: no room' }));
  const { outcomes } = await play(full, 1, 500);
  assert.deepEqual(
    outcomes.map(({ text }) => text),
    ['try-later: no room'],
  );
});
