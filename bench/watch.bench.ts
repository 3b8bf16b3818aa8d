import { loadavg } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BehaviourProfile, DeviceJudge, DeviceWatch, planStream } from '#watch/detect/index.ts';
import { readEvents } from '#run/cli/index.ts';
import { BulkPublisher } from '#run/twin/index.ts';
import { request } from 'node:https';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import { makeTemplate } from '../test/support/make-template.ts';
import { absolute, besidePeer, median } from './support/measurement.ts';
import type { Bench, Measurement } from './support/measurement.ts';
import { PUMP_TEMPLATE, pumpPayloads, startPumps } from './support/platform-fleet.ts';
import type { Pumps } from './support/platform-fleet.ts';
import { runLoadProcess } from './support/run-load.ts';

const WATCHED = `${PUMP_TEMPLATE}detect: { pump: { budget: 1 false alarm per device per week } }\n`;
const CONNECTIONS = 10;
const ROUNDS = 3;
const SECONDS = 4;
const RATE = 50_000;
/** Devices that send one wild reading each while the load runs. */
const WILD = 100;
const LEARNING = 260;
const PAYLOADS = pumpPayloads(20_000);
const DEVICES = 10_000;
/** Seconds between two readings of a simulated device: an hour of them is more than what is kept of its past. */
const INTERVAL_SECONDS = 4;
const KIB = 1_024;

/** What the watch costs: the share of readings that is left with it, from acknowledgement to alert, memory of a device. */
export const bench: Bench = async (note) => [
  ...(await besideNone(note)),
  ...(await toAlert(note)),
  ...memoryOfDevices(note),
];

/** Acknowledged readings a second with the watch and without, in turns. */
async function besideNone(note: (text: string) => void): Promise<readonly Measurement[]> {
  await using plain = await startPumps(CONNECTIONS);
  await using watched = await startPumps(CONNECTIONS, {}, WATCHED);
  const rates = { plain: [] as number[], watched: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const without = await load(plain, null, SECONDS);
    rates.plain.push(without.perSecond);
    await settle(plain);
    const beside = await load(watched, null, SECONDS);
    rates.watched.push(beside.perSecond);
    await settle(watched);
    note(
      `round ${round + 1}: ${Math.round(beside.perSecond)} beside ${Math.round(without.perSecond)} a second, ` +
        `load average ${loadavg()[0]?.toFixed(1)}`,
    );
  }
  const { watch } = await watched.weir.status();
  const shed = (watch?.shed ?? 0) / Math.max(1, watch?.readings ?? 0);
  return [
    besidePeer('watch: ingest with it, beside without', 'readings/s', median(rates.watched), median(rates.plain), {
      atLeast: 0.75,
    }),
    absolute('watch: readings that not all detectors judged', 'share', shed, null),
  ];
}

/** Waits until what was sent is sealed or judged, so that one round does not burden the next. */
async function settle({ weir }: Pumps): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { tail, watch } = await weir.status();
    const judged = watch === null || watch.lagMs < 1_000 || tries > 40;
    if (tail.rows < 100_000 && judged) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function load({ weir, pumps }: Pumps, rate: number | null, seconds: number) {
  return runLoadProcess({
    port: weir.address.ports.mqtt,
    authority: pumps[0]?.authority ?? '',
    connections: pumps
      .slice(0, CONNECTIONS)
      .map(({ key, certificate, name }) => ({ key, certificate, clientId: name })),
    window: 100,
    topic: 'streams/pump',
    payloads: PAYLOADS,
    warmUpSeconds: 1,
    seconds,
    rate,
  });
}

/** Milliseconds from acknowledgement of a wild reading to its alert, as whoever follows hears it. */
async function toAlert(note: (text: string) => void): Promise<readonly Measurement[]> {
  await using fleet = await startPumps(CONNECTIONS + WILD, {}, WATCHED);
  const { weir, pumps } = fleet;
  const devices = pumps.slice(CONNECTIONS);
  const topic = 'streams/pump';
  const publishers = await Promise.all(
    devices.map((credential) =>
      BulkPublisher.connect({
        credential,
        host: 'localhost',
        port: weir.address.ports.mqtt,
        window: 100,
        onOutcome: () => {},
      }),
    ),
  );
  for (const [i, publisher] of publishers.entries()) {
    for (let at = 0; at < LEARNING; at++) await publisher.publish(topic, Buffer.from(PAYLOADS[i * 50 + at]!));
    await publisher.flush();
  }
  const heard = new Map<string, number>();
  const reply = await follow(weir);
  const following = (async () => {
    for await (const { data } of readEvents(reply)) {
      const { device } = JSON.parse(data) as { device: string };
      if (!heard.has(device)) heard.set(device, performance.now());
    }
  })().catch(() => {});
  const loading = load(fleet, RATE, 12);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const acknowledged = new Map<string, number>();
  for (const [i, publisher] of publishers.entries()) {
    // Those that were told already, as of the silence since they learnt, tell nothing of this.
    if (heard.has(devices[i]!.name)) continue;
    const wild = (PAYLOADS[i] ?? '').replace(/"voltage":[\d.]+/, '"voltage":399');
    await publisher.publish(topic, Buffer.from(wild));
    await publisher.flush();
    acknowledged.set(devices[i]!.name, performance.now());
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  const { perSecond } = await loading;
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  reply.destroy();
  await following;
  for (const publisher of publishers) await publisher[Symbol.asyncDispose]();
  const delays = [...acknowledged]
    .flatMap(([device, at]) => (heard.has(device) ? [heard.get(device)! - at] : []))
    .toSorted((a, b) => a - b);
  const { watch } = await weir.status();
  note(
    `${acknowledged.size} wild readings at ${Math.round(perSecond)} a second, load average ${loadavg()[0]?.toFixed(1)}, ` +
      `${heard.size} devices told of, ${watch?.readings} readings judged, ${watch?.shed} shed, ${Math.round(watch?.lagMs ?? 0)} ms behind`,
  );
  const at = (share: number): number =>
    delays[Math.min(delays.length - 1, Math.floor(share * delays.length))] ?? Infinity;
  return [
    absolute('watch: wild readings that were told', 'share', delays.length / acknowledged.size, { atLeast: 0.9 }),
    absolute('watch: acknowledgement to alert, median', 'ms', at(0.5), null),
    absolute('watch: acknowledgement to alert, p99', 'ms', at(0.99), { atMost: 250 }),
  ];
}

async function follow({ layout, address }: Pumps['weir']): Promise<IncomingMessage> {
  const [key, cert, ca] = await Promise.all([
    readFile(join(layout.operator, 'operator.key')),
    readFile(join(layout.operator, 'operator.crt')),
    readFile(join(layout.identity, 'ca.crt')),
  ]);
  return new Promise((resolve, reject) => {
    request(new URL('/v1/alert-events', address.https), { key, cert, ca, agent: false }, resolve)
      .once('error', reject)
      .end();
  });
}

/**
 * Bytes of a device at ten fields, live and as a snapshot, and whether an hour of simulated time adds to them: the first
 * hour fills what is kept of the past, the second must not add.
 */
function memoryOfDevices(note: (text: string) => void): readonly Measurement[] {
  const fields = Array.from({ length: 10 }, (_, i) => `f${i}: { type: number, range: [0, 100] }`);
  const template = makeTemplate(`devices: { d: {} }\nstreams: { s: { from: d, fields: { ${fields.join(', ')} } } }\n`);
  const plan = planStream(template.streams.get('s')!, { alarms: 1, seconds: 604_800 });
  const before = memory();
  const judge = new DeviceJudge(plan);
  const peers = new BehaviourProfile(plan.fields.length);
  const watches = Array.from({ length: DEVICES }, (_, i) => new DeviceWatch(`device-${i}`, plan, judge));
  const width = plan.fields.length;
  const count = 30;
  const values = new Float64Array(count * width);
  const times = new Float64Array(count);
  let state = 1;
  let rows = 0;
  const began = process.threadCpuUsage();
  const run = (from: number, to: number): void => {
    for (let at = from; at < to; at += count) {
      for (let i = 0; i < count; i++) times[i] = (1_700_000_000 + INTERVAL_SECONDS * (at + i)) * 1e6;
      for (const watch of watches) {
        for (let i = 0; i < values.length; i++) {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          values[i] = 50 + state / 2 ** 32;
        }
        watch.take({ values, times, received: times, count }, null, false, { peers });
        rows += count;
      }
    }
  };
  const hour = 3_600 / INTERVAL_SECONDS;
  run(0, hour);
  const first = memory() - before;
  run(hour, 2 * hour);
  const second = memory() - before;
  const { user, system } = process.threadCpuUsage(began);
  const perSecond = (rows * width) / ((user + system) / 1e6);
  note(`${DEVICES} devices, ${rows} readings of ${width} values`);
  return [
    absolute('watch: memory of a device at 10 fields', 'KiB', second / DEVICES / KIB, { atMost: 16 }),
    absolute('watch: snapshot of a device at 10 fields', 'KiB', watches[0]!.snapshot().length / KIB, { atMost: 16 }),
    absolute('watch: after an hour more of 10,000 devices, over before', 'times', second / first, { atMost: 1.02 }),
    absolute('watch: values through all that the cheap tier does', 'values/s', perSecond, null),
  ];
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are in use, garbage left out. */
function memory(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
