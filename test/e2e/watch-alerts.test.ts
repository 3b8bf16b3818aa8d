import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import type { AlertForm } from '#run/server/index.ts';
import { BulkPublisher } from '#run/twin/index.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from '../support/running-platform.ts';

const run = promisify(execFile);
const MAIN = path.resolve(import.meta.dirname, '../../src/run/cli/main.ts');

const TEMPLATE = `
devices: { reefer: {} }
streams:
  climate:
    from: reefer
    rate: { sustained: 1000/s, burst: 5000 }
    fields:
      temperature: { type: number, unit: Cel, range: [-40, 60] }
      humidity: { type: number, unit: '%', range: [0, 100] }
detect:
  climate: { budget: 1 false alarm per device per week }
people:
  scientist: { query: [climate], sees: [operational] }
  operator: { query: all }
`;

const BEGIN = Math.floor(Date.now() / 1_000) - 3_600;

/** Readings at one a second, from an hour ago on; the temperature at some of them is another. */
function readings(from: number, to: number, wild: ReadonlyMap<number, number> = new Map()): readonly Buffer[] {
  const random = seedRandom(from + 1);
  return Array.from({ length: to - from }, (_, i) => {
    const at = from + i;
    const temperature = wild.get(at) ?? -18 + 0.5 * nextNormal(random);
    return Buffer.from(
      JSON.stringify({ time: BEGIN + at, seq: at + 1, temperature, humidity: 50 + nextNormal(random) }),
    );
  });
}

test('what a device sends that is unlike itself becomes an alert that explains itself and outlives what runs', async () => {
  await using weir = await startTestPlatform(TEMPLATE);
  const truck = await weir.enrol('truck-3', 'reefer');
  const publish = async (payloads: readonly Buffer[]): Promise<void> => {
    const { mqtt: port } = weir.platform.address.ports;
    const outcomes: number[] = [];
    await using publisher = await BulkPublisher.connect({
      credential: truck,
      host: 'localhost',
      port,
      window: 100,
      onOutcome: ({ code }) => outcomes.push(code),
    });
    for (const payload of payloads) await publisher.publish('streams/climate', payload);
    await publisher.flush();
    assert.ok(outcomes.every((code) => code < 128));
  };
  const alerts = async (): Promise<readonly AlertForm[]> =>
    (await weir.ask<{ alerts: AlertForm[] }>('GET', '/v1/alerts')).alerts;
  const watchPid = async (): Promise<number | null> =>
    (await weir.status()).processes.find(({ name }) => name === 'watch')?.pid ?? null;
  const readingsSeen = async (): Promise<number> => {
    const answer = await weir.call('GET', '/v1/devices/truck-3/baseline');
    return answer.status === 200
      ? (answer.json<{ baselines: { readings: number }[] }>().baselines[0]?.readings ?? 0)
      : 0;
  };

  // One stream of events is open while it happens.
  const leave = new AbortController();
  const heard = weir.call('GET', '/v1/alert-events', { signal: leave.signal }).catch(() => null);
  await publish(readings(0, 400));
  await publish(readings(400, 420, new Map([[410, 20]])));
  const [alert] = await eventually(alerts, (found) => found.length > 0);
  assert.ok(alert !== undefined);
  assert.deepEqual([alert.device, alert.stream, alert.state], ['truck-3', 'climate', 'new']);
  assert.equal(alert.causes[0]?.field, 'temperature');
  assert.equal(alert.causes[0]?.value, 20);
  assert.match(alert.sentence, /temperature of truck-3 (was|jumped to) 20 Cel.*usual for it is -1\d/);
  assert.equal(alert.evidence.at(-1)?.values['temperature'], 20);
  assert.ok((alert.nearest?.values['temperature'] ?? 0) < -15);
  assert.ok((alert.causes[0]?.wouldPass ?? 20) < 0);

  const show = await run(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    MAIN,
    'alert',
    'show',
    alert.id,
    '--data',
    weir.layout.root,
  ]);
  assert.match(show.stdout, /^temperature \(Cel\) +\d+ % +20 /m);
  const joined = await weir.query(
    'select a.device, a.cause, d.type from _alerts a join _devices d on d.device = a.device',
  );
  assert.deepEqual(joined, [{ device: 'truck-3', cause: 'temperature', type: 'reefer' }]);

  // Killed, it goes on where it was: nothing is doubled, and the baseline is not begun anew.
  const before = await watchPid();
  assert.ok(before !== null);
  process.kill(before, 'SIGKILL');
  await eventually(watchPid, (pid) => pid !== null && pid !== before);
  assert.equal(await eventually(readingsSeen, (seen) => seen === 420), 420);
  assert.equal((await alerts()).length, 1);

  // Controls try it through the device of the prober.
  const ids = [
    'baselines-are-readable',
    'windows-silence-their-own',
    'usual-stays-quiet',
    'alerts-explain-themselves',
    'false-alarms-stop',
    'alerts-become-incidents',
  ];
  const { controls } = await weir.ask<{ controls: { id: string; outcome: string; evidence: unknown }[] }>(
    'POST',
    '/v1/prove',
    { body: { rows: [], ids } },
  );
  for (const { id, outcome, evidence } of controls) assert.equal(outcome, 'pass', `${id} ${JSON.stringify(evidence)}`);
  assert.equal(controls.length, ids.length);

  // So it does after a restart.
  leave.abort();
  await heard;
  await weir.restart();
  assert.equal(await eventually(readingsSeen, (seen) => seen === 420), 420);
  await publish(readings(420, 1_160, new Map([[1_150, 30]])));
  const later = await eventually(alerts, (found) => found.length > 1);
  assert.deepEqual(
    later.map(({ causes }) => causes[0]?.value ?? null),
    [30, 20],
  );
  assert.equal(
    (await weir.call('POST', `/v1/alerts/${alert.id}/answer`, { body: { verdict: 'confirmed' } })).status,
    200,
  );
  assert.equal((await weir.ask<AlertForm>('GET', `/v1/alerts/${alert.id}`)).state, 'confirmed');
});
