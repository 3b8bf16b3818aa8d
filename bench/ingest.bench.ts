import { loadavg } from 'node:os';
import { disposableFolder } from '../test/support/tmp.ts';
import type { Load, LoadResult } from './support/load-generator.ts';
import { absolute, besidePeer, median } from './support/measurement.ts';
import type { Bench, Measurement } from './support/measurement.ts';
import { startMosquitto } from './support/mosquitto.ts';
import { countStored, pumpPayloads, startPumps } from './support/platform-fleet.ts';
import type { Pumps } from './support/platform-fleet.ts';
import { runLoadProcess } from './support/run-load.ts';
import { makeServerCertificate } from './support/server-certificate.ts';

const ROUNDS = 3;
const SECONDS = 4;
const WARM_UP_SECONDS = 1.5;
const LATENCY_SECONDS = 5;
const SHAPES = [
  { connections: 10, window: 100, bar: 2.5 },
  { connections: 200, window: 20, bar: 2 },
] as const;
const PAYLOADS = pumpPayloads(20_000);
const PEER_PORT = 28_883;

/** What a load reaches: the platform, or the broker beside it. */
interface Target {
  readonly port: number;
  readonly authority: string;
}

/** Acknowledged readings a second over MQTT QoS 1 and mutual TLS 1.3 beside Mosquitto, in turns; then latency. */
export const bench: Bench = async (note) => {
  await using folder = await disposableFolder();
  await using fleet = await startPumps(200);
  const { weir, pumps } = fleet;
  const server = await makeServerCertificate(folder.path);
  const authority = pumps[0]?.files.authority ?? '';
  await using _peer = await startMosquitto({ authority, certificate: server.certificate, key: server.key }, PEER_PORT);
  const ours: Target = {
    port: weir.address.ports.mqtt,
    authority: pumps[0]?.authority ?? '',
  };
  const peer: Target = { port: PEER_PORT, authority: server.pem };
  const measurements: Measurement[] = [];
  const run: Run = { weir, pumps, acknowledged: 0, sent: 0 };
  for (const { connections, window, bar } of SHAPES) {
    const rates: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
    for (let round = 0; round < ROUNDS; round++) {
      const theirs = await load(run, peer, connections, window, null);
      const mine = await load(run, ours, connections, window, null);
      rates.peer.push(theirs.perSecond);
      rates.ours.push(mine.perSecond);
      note(
        `${connections} connections, round ${round + 1}: ${Math.round(mine.perSecond)} beside ` +
          `${Math.round(theirs.perSecond)} a second, load average ${loadavg()[0]?.toFixed(1)}`,
      );
      await settle(run, note);
    }
    const name = `ingest: ${connections} connections, window ${window}`;
    measurements.push(
      besidePeer(name, 'readings/s', median(rates.ours), median(rates.peer), { atLeast: bar }),
      ...(await latencies(run, ours, connections, window, median(rates.ours) / 2, note)),
    );
  }
  return measurements;
};

interface Run {
  readonly weir: Pumps['weir'];
  readonly pumps: Pumps['pumps'];
  /** Of all loads on the platform: acknowledged, and sent. */
  acknowledged: number;
  sent: number;
}

async function load(
  run: Run,
  target: Target,
  connections: number,
  window: number,
  rate: number | null,
): Promise<LoadResult> {
  const senders = run.pumps.slice(0, connections);
  const order: Load = {
    port: target.port,
    authority: target.authority,
    connections: senders.map(({ key, certificate, name }) => ({ key, certificate, clientId: name })),
    window,
    topic: 'streams/pump',
    payloads: PAYLOADS,
    warmUpSeconds: WARM_UP_SECONDS,
    seconds: rate === null ? SECONDS : LATENCY_SECONDS,
    rate,
  };
  const result = await runLoadProcess(order);
  if (target.port !== PEER_PORT) {
    run.acknowledged += result.total;
    run.sent += result.sent;
  }
  return result;
}

async function latencies(
  run: Run,
  target: Target,
  connections: number,
  window: number,
  rate: number,
  note: (text: string) => void,
): Promise<readonly Measurement[]> {
  const p99: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { latency, perSecond } = await load(run, target, connections, window, rate);
    if (latency === null) throw new TypeError('a paced load gave no latencies');
    p99.push(latency.p99);
    note(
      `${connections} connections at ${Math.round(perSecond)} a second: p50 ${latency.p50.toFixed(1)} ms, ` +
        `p99 ${latency.p99.toFixed(1)} ms, longest ${latency.max.toFixed(1)} ms`,
    );
    await settle(run, note);
  }
  return [
    absolute(`ingest: p99 to acknowledgement at half that rate, ${connections} connections`, 'ms', median(p99), {
      atMost: 20,
    }),
  ];
}

/** Waits until all is sealed, and holds what is stored against what was acknowledged. */
async function settle(run: Run, note: (text: string) => void): Promise<void> {
  const began = performance.now();
  const stored = await countStored(run.weir, run.acknowledged);
  if (stored < run.acknowledged) throw new Error(`${run.acknowledged} were acknowledged and ${stored} are stored`);
  if (stored > run.sent) throw new Error(`${run.sent} were sent and ${stored} are stored`);
  const { segments } = await run.weir.status();
  note(
    `${stored} stored of ${run.acknowledged} acknowledged and ${run.sent} sent, ${segments.rows} sealed in ` +
      `${segments.count} segments, counted after ${Math.round(performance.now() - began)} ms`,
  );
}
