import { loadavg } from 'node:os';
import { disposableFolder } from '../test/support/tmp.ts';
import { startAckServer } from './support/ack-server.ts';
import { timeDurableWrites } from './support/durable-write.ts';
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
const LATENCY_SECONDS = 4;
const SHAPES = [
  { connections: 10, window: 100, bar: 2.5 },
  { connections: 200, window: 20, bar: 2 },
] as const;
const PAYLOADS = pumpPayloads(20_000);
const PEER_PORT = 8_983;
const ACK_PORT = 8_984;

/** What a load reaches: the platform, or the broker beside it. */
interface Target {
  readonly port: number;
  readonly authority: string;
}

/**
 * Acknowledged readings a second over MQTT QoS 1 and mutual TLS 1.3 beside Mosquitto, in turns; then latency at half that
 * rate, of each at its own, and in turns too.
 */
export const bench: Bench = async (note) => {
  await using folder = await disposableFolder();
  await using fleet = await startPumps(200);
  const { weir, pumps } = fleet;
  const server = await makeServerCertificate(folder.path);
  const authority = pumps[0]?.files.authority ?? '';
  await using _peer = await startMosquitto({ authority, certificate: server.certificate, key: server.key }, PEER_PORT);
  const only = { ...server, authority: pumps[0]?.files.authority ?? '', port: ACK_PORT };
  using _acks = await startAckServer(only);
  const ours: Target = { port: weir.address.ports.mqtt, authority: pumps[0]?.authority ?? '' };
  const peer: Target = { port: PEER_PORT, authority: server.pem };
  const acks: Target = { port: ACK_PORT, authority: server.pem };
  const measurements: Measurement[] = [];
  const run: Run = { weir, pumps, acknowledged: 0, sent: 0 };
  for (const { connections, window, bar } of SHAPES) {
    const disk = timeDurableWrites(folder.path);
    note(`durable writes of 32 KiB take ${disk.p50.toFixed(1)} ms, one in a hundred ${disk.p99.toFixed(1)} ms`);
    const full: { ours: LoadResult[]; peer: LoadResult[] } = { ours: [], peer: [] };
    for (let round = 0; round < ROUNDS; round++) {
      const theirs = await load(run, peer, connections, window, null);
      const mine = await load(run, ours, connections, window, null);
      full.peer.push(theirs);
      full.ours.push(mine);
      note(
        `${connections} connections, round ${round + 1}: ${Math.round(mine.perSecond)} beside ` +
          `${Math.round(theirs.perSecond)} a second, ${mine.perWrite.toFixed(1)} beside ` +
          `${theirs.perWrite.toFixed(1)} readings a write, load average ${loadavg()[0]?.toFixed(1)}`,
      );
      await settle(run, note);
    }
    const [mine, theirs] = [full.ours, full.peer].map((results) => median(results.map(({ perSecond }) => perSecond)));
    const name = `ingest: ${connections} connections, window ${window}`;
    measurements.push(besidePeer(name, 'readings/s', mine ?? NaN, theirs ?? NaN, { atLeast: bar }));
    for (const piece of piecesOf(window, median(full.ours.map(({ perWrite }) => perWrite)))) {
      const [half, theirHalf] = [(mine ?? NaN) / 2, (theirs ?? NaN) / 2];
      const targets = {
        ours: { ...ours, rate: half },
        acks: { ...acks, rate: half },
        peer: { ...peer, rate: theirHalf },
      };
      const p99 = await latencies(run, targets, { connections, window, piece }, note);
      measurements.push(absolute(p99.name, 'ms', p99.value, piece < window >> 1 ? null : { atMost: 20 }));
    }
  }
  return measurements;
};

/**
 * How much of a connection's readings is written at once at half the rate: as much as at the full one, up to half of a
 * window, which leaves room for what is under way and makes as many writes a second as the full rate does; and a quarter of
 * a window, which makes twice as many and has no bar.
 */
function piecesOf(window: number, perWrite: number): readonly number[] {
  return [...new Set([Math.min(Math.round(perWrite), window >> 1), window >> 2])];
}

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
  paced: { readonly rate: number; readonly piece: number } | null,
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
    seconds: paced === null ? SECONDS : LATENCY_SECONDS,
    rate: paced?.rate ?? null,
    ...(paced === null ? {} : { piece: paced.piece }),
  };
  const result = await runLoadProcess(order, run.weir.processors?.store ?? null);
  if (target.port !== PEER_PORT && target.port !== ACK_PORT) {
    run.acknowledged += result.total;
    run.sent += result.sent;
  }
  return result;
}

/**
 * Beside a server that only acknowledges, at the same rate, and the peer at half of its own: what of the wait is the load
 * generator's, the runtime's and the machine's.
 */
async function latencies(
  run: Run,
  targets: Readonly<Record<'ours' | 'acks' | 'peer', Target & { readonly rate: number }>>,
  { connections, window, piece }: { connections: number; window: number; piece: number },
  note: (text: string) => void,
): Promise<{ readonly name: string; readonly value: number }> {
  const p99 = { ours: [] as number[], acks: [] as number[], peer: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const who of ['peer', 'acks', 'ours'] as const) {
      const { latency, perSecond, generatorMicros } = await load(run, targets[who], connections, window, {
        rate: targets[who].rate,
        piece,
      });
      if (latency === null) throw new TypeError('a paced load gave no latencies');
      p99[who].push(latency.p99);
      note(
        `${connections} connections, ${piece} a write, ${who} at ${Math.round(perSecond)} a second: ` +
          `p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms, longest ${latency.max.toFixed(1)} ms, ` +
          `${((generatorMicros * perSecond) / 1e6).toFixed(2)} processors for the load generator`,
      );
    }
    await settle(run, note);
  }
  const name = `ingest: p99 to acknowledgement at half that rate, ${connections} connections, ${piece} a write`;
  note(
    `${name}: ${median(p99.ours).toFixed(1)} ms beside ${median(p99.acks).toFixed(1)} ms of a server that only acknowledges, ` +
      `and ${median(p99.peer).toFixed(1)} ms of the peer at half of its own rate`,
  );
  return { name, value: median(p99.ours) };
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
