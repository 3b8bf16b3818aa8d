import { defineIncremental } from '../define-detector.ts';
import type { OptionsOf } from '../detector.ts';
import { fourier } from '../numeric/fourier.ts';
import type { Rows } from '../rows.ts';

const OPTIONS = {
  length: {
    standard: 64,
    least: 16,
    greatest: 1024,
    whole: true,
    about: 'values of a window, taken down to a power of two',
  },
  smooth: {
    standard: 3,
    least: 1,
    greatest: 64,
    whole: true,
    about: 'amplitudes that the usual one is the mean of, q',
  },
  judged: { standard: 21, least: 1, greatest: 512, whole: true, about: 'saliences that one is held against, z' },
  ahead: { standard: 5, least: 0, greatest: 8, whole: true, about: 'values that are estimated behind the last, κ' },
} as const;

type SpectralOptions = OptionsOf<typeof OPTIONS>;

type SpectralState = {
  /** The latest values of each field, in rings. */
  readonly ring: Float64Array;
  /** Rows that were learnt. */
  readonly rows: Float64Array;
  /** The last value of each field that was there. */
  readonly last: Float64Array;
};

const TINY = 1e-8;
/** Values before the last that its gradient is estimated from, m. */
const GRADIENTS = 5;

/**
 * How salient the last value of a window is: the spectrum of the window without what is usual in it, turned back into a
 * series. The score is how many times it exceeds the mean salience before it: the greatest of the fields.
 *
 * It sees what breaks a rhythm, whatever the rhythm, with nothing learnt but the window.
 *
 * @see Ren et al., "Time-series anomaly detection service at Microsoft" (KDD 2019), section 3.2, equations 1 to 9
 */
export const spectralResidual = defineIncremental({
  name: 'spectral-residual',
  version: 1,
  cost: 'moderate',
  options: OPTIONS,
  fieldOrder: 'free',
  rowOrder: 'matters',
  stateBytes: (width, options) => 8 * (lengthOf(options) * width + width + 1),
  begin: ({ width, options }): SpectralState => ({
    ring: new Float64Array(lengthOf(options) * width),
    rows: new Float64Array(1),
    last: new Float64Array(width),
  }),
  learn(state, rows, { options }) {
    for (let row = 0; row < rows.count; row++) learnRow(state, rows, row, options);
  },
  score(state, rows, scores, { options }) {
    const room = roomOf(options);
    for (let row = 0; row < rows.count; row++) scores[row] = greatestSalience(state, rows, row, options, room);
  },
  step(state, rows, scores, { options }) {
    const room = roomOf(options);
    for (let row = 0; row < rows.count; row++) {
      scores[row] = greatestSalience(state, rows, row, options, room);
      learnRow(state, rows, row, options);
    }
  },
  typical: (state) => state.last,
  explain(state, { values, width }, shares, { options }) {
    const room = roomOf(options);
    for (let i = 0; i < values.length; i++) shares[i] = salienceOf(state, i % width, values[i]!, options, room);
  },
  fault: ({ ring, rows }, width, options) =>
    ring.length === lengthOf(options) * width && rows[0]! >= 0 ? undefined : 'its window does not fit',
});

interface Room {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  readonly logs: Float64Array;
}

function lengthOf({ length }: SpectralOptions): number {
  return 2 ** Math.floor(Math.log2(length));
}

function roomOf(options: SpectralOptions): Room {
  const [real, imaginary, logs] = [0, 0, 0].map(() => new Float64Array(lengthOf(options)));
  return { real: real!, imaginary: imaginary!, logs: logs! };
}

function learnRow(state: SpectralState, { values, width }: Rows, row: number, options: SpectralOptions): void {
  const length = lengthOf(options);
  const place = state.rows[0]! % length;
  for (let field = 0; field < width; field++) {
    const value = values[row * width + field]!;
    // What is missing is as it was.
    if (value === value) state.last[field] = value;
    state.ring[field * length + place] = state.last[field]!;
  }
  state.rows[0] = state.rows[0]! + 1;
}

function greatestSalience(
  state: SpectralState,
  { values, width }: Rows,
  row: number,
  options: SpectralOptions,
  room: Room,
): number {
  let greatest = 0;
  for (let field = 0; field < width; field++) {
    const salience = salienceOf(state, field, values[row * width + field]!, options, room);
    if (salience > greatest) greatest = salience;
  }
  return greatest;
}

/** 0 while there is no whole window, and where the value is missing. */
function salienceOf(
  state: SpectralState,
  field: number,
  value: number,
  options: SpectralOptions,
  { real, imaginary, logs }: Room,
): number {
  const length = lengthOf(options);
  const { smooth, judged, ahead } = options;
  const known = length - 1 - ahead;
  const rows = state.rows[0]!;
  if (value !== value || rows < known) return 0;
  for (let i = 0; i < known; i++) real[i] = state.ring[field * length + ((rows - known + i) % length)]!;
  real[known] = value;
  const scale = extend(real, known, ahead);
  if (scale === 0) return 0;
  imaginary.fill(0);
  fourier(real, imaginary);
  for (let i = 0; i < length; i++) logs[i] = Math.log(Math.max(TINY, Math.hypot(real[i]!, imaginary[i]!)));
  let sum = 0;
  for (let i = 0; i < length; i++) {
    sum += logs[i]! - (i >= smooth ? logs[i - smooth]! : 0);
    const amplitude = Math.exp(logs[i]!);
    const residual = Math.exp(logs[i]! - sum / Math.min(i + 1, smooth));
    real[i] = amplitude > TINY ? (real[i]! * residual) / amplitude : 0;
    imaginary[i] = amplitude > TINY ? (imaginary[i]! * residual) / amplitude : 0;
  }
  fourier(real, imaginary, true);
  const salience = (i: number): number => Math.hypot(real[i]!, imaginary[i]!) / length;
  let mean = 0;
  const from = Math.max(0, known + 1 - judged);
  for (let i = from; i <= known; i++) mean += salience(i) / (known + 1 - from);
  return Math.max(0, (salience(known) - mean) / Math.max(mean, TINY));
}

/**
 * Puts estimated values behind the last one, so that it stands not at the end: a value some steps before, and the
 * gradients up to the one before the last, which is left out as in the authors' program: with it a spike would make a
 * step. Then takes the window to a scale of its own.
 *
 * @returns 0 where all values are equal
 */
function extend(window: Float64Array, last: number, ahead: number): number {
  const before = last - 1;
  let estimated = window[before - GRADIENTS + 1]!;
  for (let i = 1; i <= GRADIENTS; i++) estimated += (window[before]! - window[before - i]!) / i;
  for (let i = 1; i <= ahead; i++) window[last + i] = estimated;
  let [least, most] = [Infinity, -Infinity];
  for (const value of window) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const scale = most - least;
  if (!(scale > 1e-12 * Math.max(Math.abs(least), Math.abs(most)))) return 0;
  for (let i = 0; i < window.length; i++) window[i] = (window[i]! - least) / scale;
  return scale;
}
