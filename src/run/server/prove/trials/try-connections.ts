import { PROBE_DEVICE, TRIAL_CONNECTIONS, TRIAL_STREAM } from '#base/core/index.ts';
import type { ConnectionTrial, PublishOutcome, ToldAlert } from '#assure/controls/index.ts';
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
/** Another network of this machine than that from which all else comes. */
const ELSEWHERE = '127.66.0.1';
/** What no library offers by itself. */
const OTHER_STACK = 'ECDSA+SHA256:RSA-PSS+SHA512';
const READING = JSON.stringify({ level: 1 });
const LONG_READING = JSON.stringify({ level: 1, word: 'x'.repeat(64) });
const MOST_ALERTS = 100;

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
  let made = 0;
  const connect = async (times: number, way: ConnectionWay, payload = READING): Promise<void> => {
    for (let i = 0; i < times; i++) {
      const { code, text } = await parts.connect(way, `streams/${TRIAL_STREAM}`, payload);
      if (code >= 128) throw new Error(`A reading of the prober was refused: ${text ?? code}`);
    }
    made += times;
    await parts.within(async () => {
      const known = (await baseline(PROBE_DEVICE))?.find(({ stream }) => stream === TRIAL_CONNECTIONS);
      return (known?.readings ?? 0) >= made;
    });
    await parts.flush();
  };
  /** What is told of a connection and was not before. */
  const told = async (times: number, way: ConnectionWay, payload?: string): Promise<ToldAlert | null> => {
    const before = new Set((await own()).map(({ id }) => id));
    await connect(times, way, payload);
    const found = (await own()).find(({ id, violates }) => !before.has(id) && times > 1 === (violates !== undefined));
    await parts.pause();
    return found === undefined ? null : shown(found);
  };
  await connect(USUAL, {});
  const quiet = (await own()).length === 0;
  return {
    watched: true,
    quiet,
    network: await told(1, { localAddress: ELSEWHERE }),
    stack: await told(1, { signatureAlgorithms: OTHER_STACK }),
    size: await told(1, {}, LONG_READING),
    loop: await told(LOST, { isLost: true }),
  };
}
