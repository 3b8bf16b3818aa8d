import { beginBaseline, learnBaseline, nextUniform, standardise } from '#learn/features/index.ts';
import type { BaselineState, RandomState } from '#learn/features/index.ts';
import { BASELINE_MEMORY } from '../charts/baseline-memory.ts';
import { defineIncremental } from '../define-detector.ts';
import { descend, reconstruct, scratchFor } from '../numeric/autoencoder.ts';
import type { AutoencoderScratch, AutoencoderShape } from '../numeric/autoencoder.ts';
import { clusterFields } from '../numeric/field-clusters.ts';
import { columnMedians, rowsOf, tameRows } from '../rows.ts';

type NetsState = BaselineState & {
  /** The first rows, from which it is learnt which fields go together. */
  readonly first: Float64Array;
  /** Rows of them that came; all of them once the nets are drawn. */
  filled: number;
  /** The cluster of each field. */
  readonly cluster: Int32Array;
  readonly weights: Float64Array;
  readonly biases: Float64Array;
  /** Mean error of each net of a cluster, which puts them on one scale for the last net. */
  readonly errors: Float64Array;
};

type NetsOptions = {
  readonly memory: number;
  readonly first: number;
  readonly fields: number;
  readonly hidden: number;
  readonly rate: number;
};

/** A value this many spreads away is at the border of what the nets take in. */
const SPREADS = 5;
/** Over how many rows the mean error of a net is taken. */
const ERROR_MEMORY = 1000;

/**
 * An ensemble of small autoencoders, learning online: each reproduces some fields that go together, and a last one the
 * errors of the others. What is unlike all that came before cannot be reproduced.
 *
 * As in the paper, but for the scale: fields are put between 0 and 1 by their running robust baseline instead of by the
 * least and greatest value ever seen, which a single wild value would spoil for ever. The score is the error of the
 * last net, and where an error itself lies beyond its scale, what it lies beyond adds to that.
 *
 * @see Mirsky et al., "Kitsune: an ensemble of autoencoders for online network intrusion detection" (NDSS 2018)
 */
export const autoencoderEnsemble = defineIncremental({
  name: 'autoencoder-ensemble',
  version: 1,
  cost: 'moderate',
  options: {
    memory: BASELINE_MEMORY,
    first: { standard: 250, least: 10, greatest: 100_000, whole: true, about: 'rows before nets are drawn' },
    fields: { standard: 10, least: 1, greatest: 100, whole: true, about: 'fields of a net at most' },
    hidden: { standard: 0.75, least: 0.1, greatest: 1, whole: false, about: 'hidden units for each input' },
    rate: { standard: 0.1, least: 1e-4, greatest: 1, whole: false, about: 'of learning' },
  },
  fieldOrder: 'seeded',
  rowOrder: 'matters',
  stateBytes(width, options) {
    const { clusters, weights, biases } = roomFor(width, options);
    return 8 * (width * (options.first + 3) + weights + biases + clusters) + 4 * width;
  },
  begin({ width, options }): NetsState {
    const { clusters, weights, biases } = roomFor(width, options);
    return {
      ...beginBaseline(width),
      first: new Float64Array(options.first * width),
      filled: 0,
      cluster: new Int32Array(width),
      weights: new Float64Array(weights),
      biases: new Float64Array(biases),
      errors: new Float64Array(clusters),
    };
  },
  learn(state, rows, { options, random }) {
    const nets = openNets(state, options);
    for (let row = 0; row < rows.count; row++) takeRow(state, nets, rows.values, row * rows.width, options, random);
  },
  score(state, rows, scores, { options }) {
    const nets = openNets(state, options);
    for (let row = 0; row < rows.count; row++) scores[row] = errorOf(state, nets, rows.values, row * rows.width, 0);
  },
  step(state, rows, scores, { options, random }) {
    const nets = openNets(state, options);
    for (let row = 0; row < rows.count; row++) {
      scores[row] = takeRow(state, nets, rows.values, row * rows.width, options, random);
    }
  },
  typical: (state) => state.centre,
  fault: ({ cluster, errors }) =>
    cluster.some((number) => number < 0 || number >= errors.length) ? 'a field is in no cluster' : undefined,
});

/** Nets that can be at most, and what their weights and biases take. */
function roomFor(width: number, options: NetsOptions): { clusters: number; weights: number; biases: number } {
  const clusters = Math.min(width, 2 * Math.ceil(width / options.fields));
  const [ofField, ofCluster] = [hiddenOf(Math.min(width, options.fields), options), hiddenOf(clusters, options)];
  return {
    clusters,
    weights: width * ofField + clusters * ofCluster,
    biases: clusters * (ofField + 1) + width + ofCluster,
  };
}

function hiddenOf(visible: number, { hidden }: NetsOptions): number {
  return Math.max(1, Math.ceil(hidden * visible));
}

/** The nets of a state, and room to run them in; the last reproduces the errors of the others. */
interface Nets {
  drawn: boolean;
  shapes: readonly AutoencoderShape[];
  /** Fields in the order of their clusters. */
  fields: Int32Array;
  readonly input: Float64Array;
  readonly errors: Float64Array;
  readonly scratch: AutoencoderScratch;
}

function openNets(state: NetsState, options: NetsOptions): Nets {
  const width = state.cluster.length;
  const widest = Math.max(width, options.fields, state.errors.length) + 1;
  const nets: Nets = {
    drawn: state.filled >= options.first,
    shapes: [],
    fields: new Int32Array(0),
    input: new Float64Array(widest),
    errors: new Float64Array(state.errors.length),
    scratch: scratchFor(widest),
  };
  layOut(nets, state, options);
  return nets;
}

/** Finds the place of each net's weights and biases, from the clusters alone. */
function layOut(nets: Nets, { cluster }: NetsState, options: NetsOptions): void {
  const count = Math.max(...cluster) + 1;
  nets.fields = Int32Array.from(cluster, (_, field) => field).sort((a, b) => cluster[a]! - cluster[b]! || a - b);
  const shapes: AutoencoderShape[] = [];
  let [weightsAt, biasesAt] = [0, 0];
  for (let i = 0; i <= count; i++) {
    const visible = i < count ? cluster.reduce((sum, own) => sum + Number(own === i), 0) : count;
    const hidden = hiddenOf(visible, options);
    shapes.push({ visible, hidden, weightsAt, biasesAt });
    weightsAt += visible * hidden;
    biasesAt += visible + hidden;
  }
  nets.shapes = shapes;
}

/** Scores a row and learns it. */
function takeRow(
  state: NetsState,
  nets: Nets,
  values: Float64Array,
  at: number,
  options: NetsOptions,
  random: RandomState,
): number {
  const width = state.cluster.length;
  const error = errorOf(state, nets, values, at, options.rate);
  learnBaseline(state, values, at, options.memory);
  if (nets.drawn) return error;
  state.first.set(values.subarray(at, at + width), state.filled * width);
  state.filled += 1;
  if (state.filled === options.first) {
    drawNets(state, nets, options, random);
    for (let row = 0; row < options.first; row++) errorOf(state, nets, state.first, row * width, options.rate);
  }
  return 0;
}

/** Clusters the fields and draws the weights, as far from zero as one over the inputs of a net. */
function drawNets(state: NetsState, nets: Nets, options: NetsOptions, random: RandomState): void {
  const rows = rowsOf(state.first, state.cluster.length);
  state.cluster.set(clusterFields(tameRows(rows, columnMedians(rows)), options.fields));
  layOut(nets, state, options);
  for (const { visible, hidden, weightsAt } of nets.shapes) {
    for (let i = 0; i < visible * hidden; i++) state.weights[weightsAt + i] = (2 * nextUniform(random) - 1) / visible;
  }
  nets.drawn = true;
}

/** The error of the last net for a row; where `rate` is not 0, each net also learns. */
function errorOf(state: NetsState, nets: Nets, values: Float64Array, at: number, rate: number): number {
  if (!nets.drawn) return 0;
  const { shapes, fields, input, errors, scratch } = nets;
  const { weights, biases } = state;
  const last = shapes.length - 1;
  let beyond = 0;
  for (let net = 0, next = 0; net < last; net++) {
    const shape = shapes[net]!;
    let outside = 0;
    for (let i = 0; i < shape.visible; i++) {
      const field = fields[next++]!;
      const place = 0.5 + standardise(state, field, values[at + field]!) / (2 * SPREADS);
      const kept = place < 0 ? 0 : place > 1 ? 1 : place;
      outside += Math.abs(place - kept);
      input[i] = kept;
    }
    const error = reconstruct(shape, weights, biases, input, scratch);
    if (rate > 0) descend(shape, weights, biases, input, scratch, rate);
    const usual = state.errors[net]!;
    // Its usual error is at a quarter of the scale.
    const relative = usual > 0 ? error / (4 * usual) : 0.25;
    errors[net] = relative > 1 ? 1 : relative;
    beyond += Math.max(0, relative - 1) + outside;
    if (rate > 0) state.errors[net] = usual > 0 ? usual + (Math.min(error, 4 * usual) - usual) / ERROR_MEMORY : error;
  }
  const shape = shapes[last]!;
  const error = reconstruct(shape, weights, biases, errors, scratch);
  if (rate > 0) descend(shape, weights, biases, errors, scratch, rate);
  return error + beyond;
}
