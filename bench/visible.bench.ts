import { loadavg } from 'node:os';
import { disposableFolder } from '../test/support/tmp.ts';
import { machineMs } from './support/load-generator.ts';
import type { Load, LoadResult } from './support/load-generator.ts';
import { absolute, besidePeer } from './support/measurement.ts';
import type { Bench, Measurement } from './support/measurement.ts';
import { startMosquitto } from './support/mosquitto.ts';
import {
  countStored,
  pumpPayloads,
  PUMP_TEMPLATE,
  startPumps,
  WORKER_TEMPLATE,
  workerPayloads,
} from './support/platform-fleet.ts';
import type { Pumps } from './support/platform-fleet.ts';
import { runLoadProcess } from './support/run-load.ts';
import { makeServerCertificate } from './support/server-certificate.ts';
import { missingFor } from './support/visibility.ts';
import type { Ask } from './support/visibility.ts';

const SECONDS = 40;
const CONNECTIONS = 10;
const WINDOW = 100;
const PERSONS = 2_000;
/** How long is gone on asking after the last acknowledgement. */
const AFTERWARDS_MS = 2_000;
const ASK_EVERY_MS = 500;
const PEER_PORT = 28_884;

/**
 * From acknowledgement to being counted while readings come at full speed for long, and afterwards, with a subject and
 * without; and how many are taken a second over all that time, beside Mosquitto over as long.
 */
export const bench: Bench = async (note) => {
  const measurements: Measurement[] = [];
  for (const { what, template, payloads } of [
    { what: 'with a subject', template: WORKER_TEMPLATE, payloads: workerPayloads(20_000, PERSONS) },
    { what: 'without', template: PUMP_TEMPLATE, payloads: pumpPayloads(20_000) },
  ]) {
    await using fleet = await startPumps(CONNECTIONS, {}, template);
    // First the peer, beside a platform that has nothing to do: afterwards it would have segments to merge.
    const theirs = await ofPeer(fleet, payloads);
    const { asks, result } = await flooded(fleet, payloads, note);
    const lags = asks.map((ask) => missingFor(ask, result.curve)).toSorted((a, b) => a - b);
    const end = result.curve.at(-1)?.atMs ?? 0;
    const after = asks.filter(({ askedMs }) => askedMs > end).map((ask) => missingFor(ask, result.curve));
    const took = asks.map(({ askedMs, answeredMs }) => answeredMs - askedMs).toSorted((a, b) => a - b);
    note(
      `${what}: ${asks.length} counts, the median after ${took[took.length >> 1]?.toFixed(0)} ms, the longest after ` +
        `${took.at(-1)?.toFixed(0)} ms; most that one lacked was ${lags.at(-1)?.toFixed(0)} ms old, ` +
        `${Math.max(0, ...after).toFixed(0)} ms after the flood`,
    );
    const p99 = lags[Math.min(lags.length - 1, Math.floor(lags.length * 0.99))] ?? NaN;
    measurements.push(
      absolute(`visible: ${what}, p99 of what a count lacks`, 'ms', p99, null),
      absolute(`visible: ${what}, most that a count lacks`, 'ms', lags.at(-1) ?? NaN, { atMost: 1_000 }),
      besidePeer(`visible: ${what}, taken over ${SECONDS} s`, 'readings/s', result.perSecond, theirs.perSecond, {
        atLeast: 2.5,
      }),
    );
  }
  return measurements;
};

/** The same load for as long at Mosquitto. */
async function ofPeer(fleet: Pumps, payloads: readonly string[]): Promise<LoadResult> {
  await using folder = await disposableFolder();
  const { certificate, key, pem } = await makeServerCertificate(folder.path);
  const authority = fleet.pumps[0]?.files.authority ?? '';
  await using _peer = await startMosquitto({ authority, certificate, key }, PEER_PORT);
  return await runLoadProcess({ ...loadOf(fleet, payloads), port: PEER_PORT, authority: pem });
}

async function flooded(
  fleet: Pumps,
  payloads: readonly string[],
  note: (text: string) => void,
): Promise<{ readonly asks: readonly Ask[]; readonly result: LoadResult }> {
  const { weir } = fleet;
  const asks: Ask[] = [];
  const run: { result: LoadResult | null } = { result: null };
  const loading = runLoadProcess(loadOf(fleet, payloads)).then((result) => (run.result = result));
  for (let untilMs = Infinity; machineMs() < untilMs;) {
    if (run.result !== null) untilMs = Math.min(untilMs, machineMs() + AFTERWARDS_MS);
    const askedMs = machineMs();
    const [row] = await weir.query('select count(*)::double as n from pump');
    asks.push({ askedMs, answeredMs: machineMs(), readings: Number(row?.['n'] ?? 0) });
    // Seldom: asking how a platform is looks at every process of the machine.
    if (asks.length % 20 === 0) {
      const { pace, tail } = await weir.status();
      note(
        `${asks.at(-1)?.readings} counted, ${tail.rows} not sealed, ${pace.behindMs} ms behind, ` +
          `${pace.allowedPerSecond ?? 'any number'} a second allowed, held back ${pace.heldBackSeconds.toFixed(1)} s so far`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  const result = await loading;
  const stored = await countStored(weir, result.total);
  if (stored < result.total) throw new Error(`${result.total} were acknowledged and ${stored} are stored`);
  note(`${stored} stored of ${result.total} acknowledged, load average ${loadavg()[0]?.toFixed(1)}`);
  return { asks, result };
}

function loadOf({ weir, pumps }: Pumps, payloads: readonly string[]): Load {
  return {
    port: weir.address.ports.mqtt,
    authority: pumps[0]?.authority ?? '',
    connections: pumps.map(({ key, certificate, name }) => ({ key, certificate, clientId: name })),
    window: WINDOW,
    topic: 'streams/pump',
    payloads,
    warmUpSeconds: 0,
    seconds: SECONDS,
    rate: null,
  };
}
