import { formatMicros, micros } from '#base/core/index.ts';
import type { Micros, Millis } from '#base/core/index.ts';
import { StoreError } from './errors.ts';
import type { Expired } from './ports.ts';
import type { Segment } from './segment.ts';
import { receiptOf } from './retention.ts';

/** What the catalogue is about to have in the place of segments. */
export interface Going {
  readonly inputs: readonly Segment[];
  /** Null where nothing takes their place. */
  readonly output: Segment | null;
  /** What is said to go with it; absent where nothing is. */
  readonly expired?: Expired;
}

/** How long readings of a stream have to be kept: null where nothing says, undefined where nobody knows the stream. */
export type LeastKeep = (stream: string) => Millis | null | undefined;

/**
 * Looks a second time, whoever planned it and however: that no reading goes before its least time, and none without
 * being said to go. What a person has a right to have erased goes whatever the least time.
 *
 * @param now epoch microseconds
 * @throws {StoreError} STORE_KEPT_LONGER
 */
export function requireMayGo({ inputs, output, expired }: Going, leastKeep: LeastKeep, now: Micros): void {
  if (expired?.request !== undefined) return;
  const rows = inputs.reduce((sum, input) => sum + input.rows, 0);
  const [first] = inputs;
  if (first === undefined) return;
  const missing = rows - (output?.rows ?? 0) - (expired?.rows ?? 0);
  if (missing !== 0) {
    throw refused(
      first,
      `${rows} rows would become ${output?.rows ?? 0}, and ${expired?.rows ?? 0} are said to go: the numbers do not agree`,
    );
  }
  if (expired === undefined) return;
  const least = leastKeep(first.stream);
  if (least === undefined) throw refused(first, `nobody says any more how long ${first.stream} has to be kept`);
  const allowed = micros(now - (least ?? 0) * 1_000);
  if (expired.keptFrom > allowed + CLOCKS_US && least !== null) {
    throw refused(
      first,
      `what was received from ${formatMicros(allowed)} on has to be kept, and readings up to ${formatMicros(expired.keptFrom)} were to go`,
    );
  }
  const spared = inputs.filter((input) => input.received !== undefined && receiptOf(input).last > allowed + CLOCKS_US);
  const newest = Math.max(...spared.map((input) => receiptOf(input).last));
  if (spared.length > 0 && least !== null && (output?.received?.last ?? -Infinity) < newest) {
    throw refused(first, `its newest readings were received at ${formatMicros(micros(newest))} and have to be kept`);
  }
}

/** Two processes read the clock, which may be set back between them. */
const CLOCKS_US = 1_000_000;

function refused({ id }: Segment, why: string): StoreError {
  return new StoreError('STORE_KEPT_LONGER', `Cannot let readings of segment ${id} go: ${why}`, {
    segment: id,
    hint: 'See how long each stream is kept with `npm run -s weir -- retention plan`',
  });
}
