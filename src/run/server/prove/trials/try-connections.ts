import { PROBE_DEVICE, TRIAL_CONNECTIONS, TRIAL_STREAM } from '#base/core/index.ts';
import type { ConnectionTrial, PublishOutcome, ToldAlert } from '#assure/controls/index.ts';
import type { KnownBaseline } from '#watch/detect/index.ts';
import type { Alert } from '#watch/respond/index.ts';
import { shown } from './trial-run.ts';
import type { TrialParts } from './trial-run.ts';

/** How one connection of the device is made and ended. */
export interface ConnectionWay {
  /** Address of this machine to connect from. */
  readonly localAddress?: string;
  /** Signature algorithms that are offered, in the form of OpenSSL. */
  readonly signatureAlgorithms?: string;
  /** Whether it ends without a word. */
  readonly isLost?: boolean;
}

/** One that the trial makes, and what is sent over it. */
interface Attempt extends ConnectionWay {
  readonly payload?: string;
}

/** What the trial reaches beside what other trials do. */
export interface ConnectionParts extends Pick<
  TrialParts,
  'alerts' | 'baseline' | 'forget' | 'flush' | 'clock' | 'within'
> {
  /** Connects as the device `_probe`, publishes with QoS 1, and ends the connection. */
  readonly connect: (way: ConnectionWay, topic: string, payload: string) => Promise<PublishOutcome>;
  /** Waits longer than the silence after which an alert of the prober's stream is over. */
  readonly pause: () => Promise<void>;
}

/** Connections that are usual: enough for the detectors of the prober's stream to alarm at all. */
const USUAL = 72;
/** Connections that are lost one after the other: so many are a loop. */
const LOST = 5;
/** Other networks of this machine than that from which all else comes. */
const ELSEWHERE = ['127.66.0.1', '127.67.0.1'];
/** What no library offers by itself. */
const OTHER_STACKS = ['ECDSA+SHA256:RSA-PSS+SHA512', 'ECDSA+SHA256:RSA-PSS+SHA384'];
const READING = JSON.stringify({ level: 1 });
const LONG_READINGS = [64, 256].map((length) => JSON.stringify({ level: 1, word: 'x'.repeat(length) }));
const MOST_ALERTS = 100;
/** How often a machine that has much to do is waited for. */
const WAITS = 3;

/**
 * Connects as the device `_probe` the same way many times, then from another network, with another TLS stack, with a
 * longer payload, and last again and again without goodbye; looks what is told of each.
 */
export async function tryConnections(parts: ConnectionParts): Promise<ConnectionTrial> {
  const { baseline, forget, clock, alerts } = parts;
  if ((await baseline(PROBE_DEVICE)) === null)
    return { watched: false, quiet: false, network: null, stack: null, size: null, loop: null };
  const all = { stream: TRIAL_CONNECTIONS, device: PROBE_DEVICE, from: 0, to: Number.MAX_SAFE_INTEGER };
  await forget([all]);
  const began = clock.now();
  const own = (): Promise<readonly Alert[]> =>
    alerts.list({ device: PROBE_DEVICE, stream: TRIAL_CONNECTIONS, since: began - 1, limit: MOST_ALERTS });
  const known = async (): Promise<KnownBaseline | undefined> =>
    (await baseline(PROBE_DEVICE))?.find(({ stream }) => stream === TRIAL_CONNECTIONS);
  const connect = async (times: number, { payload = READING, ...way }: Attempt): Promise<void> => {
    const before = (await known())?.readings ?? 0;
    let last = 0;
    for (let i = 0; i < times; i++) {
      last = clock.now();
      const { code, text } = await parts.connect(way, `streams/${TRIAL_STREAM}`, payload);
      if (code >= 128) throw new Error(`A reading of the prober was refused: ${text ?? code}`);
    }
    // By number and by time: a row of a connection from before the trial may come while it goes on.
    const isJudged = async (): Promise<boolean> => {
      const now = await known();
      return now !== undefined && now.readings >= before + times && now.until > last;
    };
    // One that is judged late is no connection of which nothing is told, and would be taken for part of the next.
    for (let i = 0; !(await parts.within(isJudged)); i++) {
      const judged = ((await known())?.readings ?? 0) - before;
      if (i === WAITS) throw new Error(`The watch has judged ${judged} of ${times} connections of the prober`);
    }
    await parts.flush();
  };
  /** Of the detector that was asked of the fewest: under a lag the dearer of the cheap ones are not. */
  const judged = async (): Promise<number> => Math.min(...((await known())?.detectors ?? []).map(({ seen }) => seen));
  /** What is told of a connection and was not before. One that was not judged in full is tried again, in another way. */
  const told = async (times: number, ways: readonly Attempt[]): Promise<ToldAlert | null> => {
    for (const way of ways) {
      const [before, seen] = [new Set((await own()).map(({ id }) => id)), await judged()];
      await connect(times, way);
      const found = (await own()).find(({ id, violates }) => !before.has(id) && times > 1 === (violates !== undefined));
      const isWhole = (await judged()) >= seen + times;
      await parts.pause();
      if (found !== undefined) return shown(found);
      if (isWhole) return null;
    }
    return null;
  };
  await connect(USUAL, {});
  const quiet = (await own()).length === 0;
  return {
    watched: true,
    quiet,
    network: await told(
      1,
      ELSEWHERE.map((localAddress) => ({ localAddress })),
    ),
    stack: await told(
      1,
      OTHER_STACKS.map((signatureAlgorithms) => ({ signatureAlgorithms })),
    ),
    size: await told(
      1,
      LONG_READINGS.map((payload) => ({ payload })),
    ),
    loop: await told(LOST, [{ isLost: true }]),
  };
}
