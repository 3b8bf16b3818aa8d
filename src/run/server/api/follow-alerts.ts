import { encodeUtf8 } from '#base/core/index.ts';
import { isOfProber } from '#watch/respond/index.ts';
import type { Alert, AlertBook } from '#watch/respond/index.ts';
import { showAlert } from './alert-form.ts';

/** A line that keeps the connection open while nothing happens. */
const ALIVE = encodeUtf8(': nothing new\n\n');
const ALIVE_EVERY_MS = 15_000;
/** Alerts that a follower may be behind before it has to come again. */
export const MOST_BEHIND = 10_000;

export interface FollowOptions {
  /** The id of the last event that was received; null, or what is none, begins now. */
  readonly after: string | null;
  /** Alone those of which this holds when they are told. */
  readonly which: (alert: Alert) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Alerts as they are raised and change, as server-sent events, without those of the prober. The id of an event is when its alert changed: whoever
 * comes again with the last one gets what changed since, so that nothing is left out.
 *
 * @see WHATWG HTML, server-sent events
 */
export async function* followAlerts(
  alerts: Pick<AlertBook, 'onChange' | 'changedAfter'>,
  { after, which, signal }: FollowOptions,
): AsyncGenerator<Uint8Array> {
  const waiting: Alert[] = [];
  let rouse: (() => void) | null = null;
  // Heard before what was missed is read: between the two nothing is lost, and what comes twice is the same.
  using _heard = alerts.onChange((alert) => {
    if (isOfProber(alert)) return;
    waiting.push(alert);
    rouse?.();
  });
  signal.addEventListener('abort', () => rouse?.());
  yield ALIVE;
  const since = after === null ? NaN : Number(after);
  if (Number.isSafeInteger(since)) {
    for await (const alert of alerts.changedAfter(since)) {
      if (signal.aborted) return;
      if (!isOfProber(alert) && which(alert)) yield eventOf(alert);
    }
  }
  while (!signal.aborted) {
    if (waiting.length > MOST_BEHIND) return;
    const next = waiting.splice(0);
    for (const alert of next) if (which(alert)) yield eventOf(alert);
    if (next.length > 0) continue;
    const quiet = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), ALIVE_EVERY_MS);
      rouse = () => {
        clearTimeout(timer);
        resolve(false);
      };
      if (waiting.length > 0 || signal.aborted) rouse();
    });
    rouse = null;
    if (quiet) yield ALIVE;
  }
}

function eventOf(alert: Alert): Uint8Array {
  return encodeUtf8(`id: ${alert.changed}\nevent: alert\ndata: ${JSON.stringify(showAlert(alert))}\n\n`);
}
