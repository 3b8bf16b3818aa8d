import { PROBE_DEVICE, PROBE_STREAM } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import type { PublishOutcome, TamperTrial } from '#assure/controls/index.ts';
import type { Inventory } from '#trust/identity/index.ts';
import type { AlertBook } from '#watch/respond/index.ts';
import { PROVER } from './run-credentials.ts';

/** What the trial reaches of the platform. */
export interface TamperParts {
  readonly inventory: Pick<Inventory, 'contain' | 'enable'>;
  readonly alerts: Pick<AlertBook, 'list'>;
  /** Whether the watch runs. */
  readonly watched: () => Promise<boolean>;
  readonly publish: (topic: string, payloads: readonly string[]) => Promise<readonly PublishOutcome[]>;
  /** Whether a new session of the device is let in. */
  readonly admitted: () => Promise<boolean>;
  readonly now: () => string;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether the log has had a sign of tampering of a device since a time. */
  readonly told: (device: string, kind: string, since: string) => Promise<boolean>;
  /** Asks until it is so, or for some seconds. */
  readonly within: (ask: () => Promise<boolean>) => Promise<boolean>;
}

const TOPIC = `streams/${PROBE_STREAM}`;
/** MQTT 5: not authorised. */
const NOT_AUTHORIZED = 0x87;
const STARTS = 7;

/**
 * Sends as the device `_probe` what a device sends whose case is open, and that starts again and again, and looks for
 * an alert and an entry of each; then keeps its readings apart, cuts it off, and lets it go on.
 */
export async function tamperOwn(parts: TamperParts): Promise<TamperTrial> {
  const { inventory, publish, admitted, watched, within } = parts;
  const isWatched = await watched();
  const [began, since] = [parts.clock.now(), parts.now()];
  if (isWatched) {
    const opened = [JSON.stringify({ n: 1, case_open: true }), JSON.stringify({ n: 1, case_open: false })];
    const starts = Array.from({ length: STARTS }, (_, boots) => JSON.stringify({ n: 1, boots }));
    await publish(TOPIC, [...opened, ...starts]);
  }
  const seen = (kind: string): Promise<boolean> =>
    within(async () => (await isAlert(parts, kind, began)) && (await parts.told(PROBE_DEVICE, kind, since)));
  const caseOpen = isWatched && (await seen('case-open'));
  const bootLoop = isWatched && (await seen('boot-loop'));
  const code = async (): Promise<number> => (await publish(TOPIC, [JSON.stringify({ n: 1 })]))[0]?.code ?? 0;
  try {
    await inventory.contain(PROBE_DEVICE, 'quarantined', PROVER);
    const apart = (await within(async () => (await code()) === NOT_AUTHORIZED)) && (await admitted());
    await inventory.contain(PROBE_DEVICE, 'contained', PROVER);
    const cut = await within(async () => !(await admitted()));
    await inventory.enable(PROBE_DEVICE, PROVER);
    const released = await within(async () => (await admitted()) && (await code()) < 128);
    return { watched: isWatched, caseOpen, bootLoop, apart, cut, released };
  } finally {
    await inventory.enable(PROBE_DEVICE, PROVER);
  }
}

async function isAlert({ alerts }: TamperParts, kind: string, since: number): Promise<boolean> {
  const found = await alerts.list({ device: PROBE_DEVICE, stream: PROBE_STREAM, since, limit: 100 });
  return found.some(({ violates }) => violates?.kind === kind);
}
