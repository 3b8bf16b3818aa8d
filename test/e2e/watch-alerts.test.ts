import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import type { AlertForm, IncidentForm } from '#run/server/index.ts';
import { BulkPublisher } from '#run/twin/index.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';
import { connectDevice } from './connect-device.ts';

const run = promisify(execFile);
const MAIN = path.resolve(import.meta.dirname, '../../src/run/cli/main.ts');

const TEMPLATE = `
devices:
  reefer: {}
  pump: { tampering: { case-open: cut, replay: quarantine } }
streams:
  climate:
    from: reefer
    rate: { sustained: 1000/s, burst: 5000 }
    fields:
      temperature: { type: number, unit: Cel, range: [-40, 60] }
      humidity: { type: number, unit: '%', range: [0, 100] }
  pump:
    from: pump
    rate: { sustained: 1000/s, burst: 5000 }
    fields:
      inflow: { type: number, range: [0, 500] }
      outflow: { type: number, range: [0, 500] }
      lid: { type: boolean, nullable: true }
      boots: { type: integer, nullable: true }
detect:
  climate: { budget: 1 false alarm per device per week }
  pump:
    signs: { case-open: lid, boot-count: boots }
    physics: ['inflow = outflow within 10 %']
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
    'drift-is-told',
    'windows-silence-their-own',
    'usual-stays-quiet',
    'alerts-explain-themselves',
    'false-alarms-stop',
    'alerts-become-incidents',
    'tampering-is-contained',
    'tiers-keep-their-budget',
    'conditions-are-kept-apart',
    'connections-are-watched',
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
  // How it connected was written at the latest when it ended, and is in the log for rules.
  const connected = () =>
    weir.query(
      "select network, protocol, topics, messages, sessions, lost from _connections where device = 'truck-3' order by time",
    );
  const first = { network: '127.0.0.0/24', protocol: 'mqtt-5', topics: 'climate', messages: 420, sessions: 2, lost: 0 };
  assert.deepEqual(await eventually(connected, (rows) => rows.length > 0), [first]);
  const opened = await weir.query("select sum(count) as n from _log_counts where action = 'open-connection'");
  assert.ok(Number((opened as { n: number }[])[0]?.n) > 0);
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

  // Tampering, through real devices: each sign is told by its name, and contained as the type declares it.
  const sent = async (name: string, payloads: readonly string[]): Promise<readonly number[]> => {
    const { mqtt: port } = weir.platform.address.ports;
    const codes: number[] = [];
    const credential = await weir.enrol(name, 'pump');
    await using publisher = await BulkPublisher.connect({
      credential,
      host: 'localhost',
      port,
      window: 50,
      onOutcome: ({ code }) => codes.push(code),
    });
    for (const payload of payloads) await publisher.publish('streams/pump', Buffer.from(payload));
    await publisher.flush().catch(() => {});
    return codes;
  };
  const kinds = async (device: string): Promise<readonly (string | undefined)[]> =>
    (await weir.ask<{ alerts: AlertForm[] }>('GET', `/v1/alerts?device=${device}`)).alerts.map(
      ({ violates }) => violates?.kind,
    );
  const stateOf = async (device: string): Promise<string> =>
    (await weir.ask<{ status: string }>('GET', `/v1/devices/${device}`)).status;
  const pumping = (from: number, to: number, more: (i: number) => object = () => ({})): readonly string[] => {
    return Array.from({ length: to - from }, (_, i) => {
      // A source for each reading: played again it has the same values.
      const flow = 100 + 20 * nextNormal(seedRandom(from + i));
      return JSON.stringify({ time: BEGIN + from + i, inflow: flow, outflow: flow, ...more(from + i) });
    });
  };

  await sent(
    'opened',
    pumping(0, 3, (i) => ({ lid: i === 2 })),
  );
  assert.deepEqual(
    await eventually(
      () => kinds('opened'),
      (found) => found.length > 0,
    ),
    ['case-open'],
  );
  assert.equal(
    await eventually(
      () => stateOf('opened'),
      (state) => state !== 'enabled',
    ),
    'contained',
  );
  await sent(
    'leaking',
    pumping(0, 5, (i) => (i === 4 ? { outflow: 20 } : {})),
  );
  assert.deepEqual(
    await eventually(
      () => kinds('leaking'),
      (found) => found.length > 0,
    ),
    ['physics'],
  );
  await sent(
    'looping',
    pumping(0, 8, (i) => ({ boots: 40 + i })),
  );
  assert.deepEqual(
    await eventually(
      () => kinds('looping'),
      (found) => found.length > 0,
    ),
    ['boot-loop'],
  );
  assert.equal(await stateOf('looping'), 'enabled');
  // A thousand readings, and two hundred of them again under new times.
  const past = pumping(0, 1_000);
  const again = pumping(500, 700).map((reading, i) =>
    JSON.stringify({ ...JSON.parse(reading), time: BEGIN + 1_000 + i }),
  );
  await sent('replaying', [...past, ...again]);
  assert.ok(
    (
      await eventually(
        () => kinds('replaying'),
        (found) => found.includes('replay'),
      )
    ).includes('replay'),
  );
  assert.equal(
    await eventually(
      () => stateOf('replaying'),
      (state) => state !== 'enabled',
    ),
    'quarantined',
  );
  // Let go on, it sends as before.
  assert.equal((await weir.call('POST', '/v1/devices/replaying/enable', { body: {} })).status, 200);
  assert.equal(await stateOf('replaying'), 'enabled');
});

const RULES = 'industry/detection-rules.yaml';

test('an attack in stages is one incident with its steps in order', async () => {
  const shipped = await readFile(path.resolve(import.meta.dirname, '../../templates', RULES), 'utf8');
  await using weir = await startTestPlatform(`rule-files: [${RULES}]\n${TEMPLATE}`, { [RULES]: shipped });
  const truck = await weir.enrol('truck-3', 'reefer');
  const began = Math.floor(Date.now() / 1_000) - 450;
  const send = async (from: number, values: readonly number[]): Promise<readonly number[]> => {
    const outcomes: number[] = [];
    await using publisher = await BulkPublisher.connect({
      credential: truck,
      host: 'localhost',
      port: weir.platform.address.ports.mqtt,
      window: 100,
      onOutcome: ({ code }) => outcomes.push(code),
    });
    for (const [i, temperature] of values.entries()) {
      const reading = { time: began + from + i, seq: from + i + 1, temperature, humidity: 50 + (i % 7) / 10 };
      await publisher.publish('streams/climate', Buffer.from(JSON.stringify(reading)));
    }
    await publisher.flush();
    return outcomes;
  };
  const random = seedRandom(7);
  await send(
    0,
    Array.from({ length: 420 }, () => -18 + 0.5 * nextNormal(random)),
  );

  // Whoever comes tries the port without a certificate, then guesses tokens.
  for (let i = 0; i < 12; i++) await knock(weir);
  for (let i = 0; i < 24; i++) {
    assert.equal((await weir.call('GET', '/v1/me', { token: `weir_${'A'.repeat(40)}${i}` })).status, 401);
  }
  // A copied certificate is in use beside the device itself, which is then told what it should not be.
  const own = await connectDevice(weir, truck, 'from-127.0.0.1', '127.0.0.1');
  const copy = await connectDevice(weir, truck, 'from-127.0.0.2', '127.0.0.2');
  await eventually(
    () => weir.query('select device from _clones'),
    (found) => found.length > 0,
  );
  for (let i = 0; i < 21; i++) {
    await weir.ask('POST', '/v1/commands', { body: { device: 'truck-3', name: 'open-door', payload: '{}' } });
  }
  await Promise.all([own.endAsync(true), copy.endAsync(true)]);
  // What it says from then on cannot be true, and where it can, it is unlike the device.
  assert.ok(
    (
      await send(
        420,
        Array.from({ length: 24 }, () => 900),
      )
    ).every((code) => code >= 128),
  );
  await send(444, [20]);

  const steps = ({ steps: all }: IncidentForm): readonly string[] =>
    all.map(({ kind, sentence, device }) => (kind === 'alert' ? `unlike itself: ${device}` : sentence));
  const incidents = await eventually(
    async () => (await weir.ask<{ incidents: IncidentForm[] }>('GET', '/v1/incidents')).incidents,
    ([first]) => first !== undefined && steps(first).length >= 7,
  );
  assert.equal(incidents.length, 1);
  const [incident] = incidents;
  assert.ok(incident !== undefined);
  const said = steps(incident);
  const order = [
    /tried \d+ connections/,
    /was refused \d+ sign-ins/,
    /identity of truck-3 is in use twice, from/,
    /truck-3 was sent 20 commands/,
    /truck-3 sent \d+ readings within 10m that cannot be true/,
  ].map((words) => said.findIndex((one) => words.test(one)));
  assert.ok(
    order.every((place, i) => place >= 0 && (i === 0 || place > order[i - 1]!)),
    said.join('\n'),
  );
  assert.ok(said.includes('unlike itself: truck-3'), said.join('\n'));
  assert.deepEqual(
    incident.steps.map(({ start }) => start),
    incident.steps.map(({ start }) => start).toSorted(),
  );
  assert.deepEqual([incident.devices, incident.severity], [['truck-3'], 'critical']);
  for (const id of ['T0846', 'T0849', 'T0855', 'T0856', 'T0859']) assert.ok(incident.techniques.includes(id), id);
  const rule = incident.steps.find(({ sentence }) => /sign-ins/.test(sentence));
  // How the device came in and went is no alert; both are steps.
  await weir.ask('POST', '/v1/revocations', { body: { device: 'truck-3', reason: 'keyCompromise' } });
  const ends = await eventually(
    async () => (await weir.ask<IncidentForm>('GET', `/v1/incidents/${incident.id}`)).steps,
    (all) => all.some(({ sentence }) => sentence.startsWith('revocation')),
  );
  const events = ends.filter(({ kind }) => kind === 'event').map(({ sentence }) => sentence);
  const [came, went] = [/^enrolment.*truck-3/, /^revocation.*truck-3/].map((words) =>
    events.findIndex((one) => words.test(one)),
  );
  assert.ok(came! >= 0 && went! > came!, events.join('\n'));
  assert.deepEqual(
    ends.map(({ start }) => start),
    ends.map(({ start }) => start).toSorted(),
  );
  const alert = await weir.ask<AlertForm>('GET', `/v1/alerts/${rule!.alert}`);
  assert.deepEqual([alert.rule?.name, alert.rule?.events[0]?.action], ['guessed-tokens', 'sign-in']);
});

/** Connects without a certificate, which comes to nothing. */
async function knock(weir: TestPlatform): Promise<void> {
  const { mqtt: port } = weir.platform.address.ports;
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  socket.on('secureConnect', () => socket.write('knock'));
  await once(socket, 'close');
}
