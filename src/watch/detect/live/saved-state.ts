import { DetectError } from '../errors.ts';
import type { StateArray } from '#learn/features/index.ts';

/** A decoded state of one device. */
export type SavedState = ReadonlyMap<string, number | StateArray>;

/** @throws {DetectError} DETECT_STATE_UNFIT */
export function savedNumber(device: string, state: SavedState, name: string): number {
  const value = state.get(name);
  if (typeof value !== 'number') throw stateUnfit(device, `${name} is missing`);
  return value;
}

/** @throws {DetectError} DETECT_STATE_UNFIT */
export function fillSaved(device: string, state: SavedState, name: string, into: Float64Array | Float32Array): void {
  const value = state.get(name);
  if (!fitsInto(value, into)) throw stateUnfit(device, `${name} does not fit`);
  into.set(value);
}

/** Whether a saved array can be gone on from: what was in double precision before can be in single. */
export function fitsInto(
  value: number | StateArray | undefined,
  into: Float64Array | Float32Array,
): value is Float64Array | Float32Array {
  return (
    typeof value === 'object' &&
    (value instanceof Float64Array || value.constructor === into.constructor) &&
    value.length === into.length
  );
}

/** What a state says that cannot be gone on from. */
export function stateUnfit(device: string, what: string): DetectError {
  return new DetectError('DETECT_STATE_UNFIT', `Cannot restore the baseline of ${device}: ${what}`, {
    hint: 'It is learnt anew',
  });
}
