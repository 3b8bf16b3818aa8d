import { nextNormal, seedRandom } from '#learn/features/index.ts';
import {
  autoencoderEnsemble,
  cusumChart,
  ewmaChart,
  halfSpaceTrees,
  robustZ,
  rowsOf,
  sliceRows,
} from '#watch/detect/index.ts';
import type { IncrementalDetector, Rows } from '#watch/detect/index.ts';
import { absolute, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';

const ROUNDS = 5;
const FIELDS = 10;
const ROWS = 200_000;
/** Rows of one device that come together, such as a batch of the journal has them. */
const BLOCK = 32;
/** Devices whose detectors take turns in the cheap tier, so that their state does not stay in the nearest cache. */
const DEVICES = 1000;

/** Detectors that see every value, on one core: rows scored and learnt, in blocks as a batch has them. */
export const bench: Bench = async (note) => {
  const rows = normalRows(ROWS, FIELDS);
  const cheap = [robustZ, ewmaChart, cusumChart].map((kind) => {
    const devices = Array.from({ length: DEVICES }, () => kind.create(FIELDS));
    return { name: kind.name, bytes: devices[0]!.snapshot().length, rate: rateOf(devices, rows) * FIELDS };
  });
  for (const { name, rate, bytes } of cheap) note(`${name}: ${Math.round(rate)} values/s, ${bytes} bytes a device`);
  // All three over the same values, one after the other: the rates add up as resistances do.
  const tier = 1 / cheap.reduce((sum, { rate }) => sum + 1 / rate, 0);
  const trees = halfSpaceTrees.create(FIELDS, { trees: 10, depth: 8 });
  return [
    absolute('detectors: robust z, scored and learnt', 'values/s', cheap[0]!.rate, null),
    absolute('detectors: cheap tier, three charts', 'values/s', tier, { atLeast: 2_000_000 }),
    absolute(
      'detectors: cheap tier, state of a device of 10 fields',
      'bytes',
      cheap.reduce((sum, { bytes }) => sum + bytes, 0),
      { atMost: 16_384 },
    ),
    absolute('detectors: half-space trees, 10 of depth 8, 10 fields', 'rows/s', rateOf([trees], rows), {
      atLeast: 500_000,
    }),
    absolute(
      'detectors: autoencoder ensemble, 10 fields, scored and learnt',
      'rows/s',
      rateOf([autoencoderEnsemble.create(FIELDS)], rows),
      { atLeast: 100_000 },
    ),
    // As many features as KitNET's paper takes of a packet.
    absolute(
      'detectors: autoencoder ensemble, 115 fields, scored and learnt',
      'rows/s',
      rateOf([autoencoderEnsemble.create(115)], normalRows(ROWS / 10, 115)),
      null,
    ),
  ];
};

/**
 * Rows a second of this thread's processor time through detectors that take turns, each a block at a time; the median
 * of the rounds. Processor time, because that is what one core gives, whatever else the machine does.
 */
function rateOf(detectors: readonly IncrementalDetector[], rows: Rows): number {
  const scores = new Float64Array(BLOCK);
  const blocks = Array.from({ length: rows.count / BLOCK }, (_, i) => sliceRows(rows, i * BLOCK, (i + 1) * BLOCK));
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = process.threadCpuUsage();
    for (const [i, block] of blocks.entries()) detectors[i % detectors.length]!.step(block, scores);
    // The first round compiles.
    const { user, system } = process.threadCpuUsage(began);
    if (round > 0) rates.push(rows.count / ((user + system) / 1e6));
  }
  return median(rates);
}

function normalRows(count: number, width: number): Rows {
  const random = seedRandom(1);
  return rowsOf(
    Float64Array.from({ length: count * width }, () => nextNormal(random)),
    width,
  );
}
