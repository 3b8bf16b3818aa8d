import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import type { RandomState } from '#learn/features/index.ts';
import { DriftMonitor, STANDARD_DRIFT } from '#watch/drift/index.ts';
import type { Drift, DriftRule } from '#watch/drift/index.ts';
import type { DetectBench } from '../bench-set.ts';
import { dataPath, readText } from '../data/corpus.ts';
import { matrixWithout, parseTable } from '../data/read-table.ts';

const DAY = 86_400;
const DAYS = 120;
/** Seconds between readings, and readings of a batch. */
const GAP = 30;
const BATCH = 60;
const FIELDS = 5;
/** The third field moves by this many of its own standard deviations of noise, at this day. */
const SHIFT = 2;
const SHIFT_AT = 80;

/** What a field is like where nothing changes. */
type Maker = (random: RandomState, second: number, memory: Float64Array) => number;

const day = (second: number): number => 3 * Math.sin((2 * Math.PI * second) / DAY);
const KINDS: Readonly<Record<string, Maker>> = {
  'normal noise': (random) => nextNormal(random),
  'heavy noise (t, 3 degrees)': (random) =>
    nextNormal(random) / Math.sqrt((nextNormal(random) ** 2 + nextNormal(random) ** 2 + nextNormal(random) ** 2) / 3),
  'wandering over an hour': (random, _, memory) =>
    (memory[0] = 0.99 * memory[0]! + Math.sqrt(1 - 0.99 ** 2) * nextNormal(random)),
  'by the day': (random, second) => day(second) + nextNormal(random),
  'by the day, each warmer or colder': (random, second, memory) => {
    if (memory[1] !== Math.floor(second / DAY)) memory.set([nextNormal(random), Math.floor(second / DAY)]);
    return day(second) + memory[0]! + nextNormal(random);
  },
  'in steps of hours': (random, _, memory) => {
    if (nextUniform(random) < GAP / 3_600) memory[0] = 1 - memory[0]!;
    return 5 * memory[0]! + 0.3 * nextNormal(random);
  },
  'nearly constant': (random) => (nextUniform(random) < 1e-4 ? 1 : 0),
};

/** False alarms of drift beside those that are allowed, and how long a shift takes to be told. */
export const drift: DetectBench = ({ seeds, quick, note }) => {
  const kinds = Object.entries(KINDS);
  const simulated = (quick ? kinds.slice(0, 3) : kinds).map(([name, make]) => {
    let [alarms, days] = [0, 0];
    const delays: number[] = [];
    for (const seed of seeds) {
      const quiet = months(make, seed, { ...STANDARD_DRIFT, apart: 10 * DAY }, Infinity);
      alarms += quiet.found.length;
      days += quiet.watchedDays;
      const shifted = months(make, seed, STANDARD_DRIFT, SHIFT_AT);
      const told = shifted.found.find(({ told: at }) => at >= SHIFT_AT * DAY);
      if (told !== undefined) delays.push((told.told - SHIFT_AT * DAY) / DAY);
    }
    note(`${name}: ${alarms} false alarms, ${days / 10} allowed; told ${delays.length} of ${seeds.length}`);
    return { name, figures: [days / 10, alarms, delays.length / seeds.length, medianOf(delays)] };
  });
  const table = parseTable(readText(dataPath('skab', 'anomaly-free', 'anomaly-free.csv.gz')), ';');
  const { values, width } = matrixWithout(table, 'datetime');
  const skab = new DriftMonitor(namesOf(width), { apart: 1_800, season: 0, blocks: [60, 300], leastValues: 32 });
  const alarms = feed(skab, values.length / width, width, 1, (row, field) => values[row * width + field]!);
  const real = {
    name: 'SKAB, anomaly-free, two an hour',
    figures: [values.length / width / 1_800, alarms.length, null, null],
  };
  return {
    columns: ['false alarms allowed', 'false alarms', 'share of shifts told', 'days until told (median)'],
    rows: [...simulated, real],
    bars: [],
    protocol: [
      `Simulated: ${FIELDS} fields, a reading every ${GAP} s, ${DAYS} days a seed, one false alarm in 10 days allowed while watching.`,
      `The shift: one field of five by ${SHIFT} at day ${SHIFT_AT}, with one false alarm in 90 days allowed, as by default.`,
    ],
  };
};

function months(make: Maker, seed: number, rule: DriftRule, shiftAt: number) {
  const monitor = new DriftMonitor(namesOf(FIELDS), rule);
  const random = seedRandom(seed * 77);
  const memories = Array.from({ length: FIELDS }, () => Float64Array.of(0, -1));
  let watchedFrom = DAYS * DAY;
  const found = feed(monitor, (DAYS * DAY) / GAP, FIELDS, GAP, (row, field) => {
    const second = row * GAP;
    if (field === 0 && row % 1_000 === 0 && monitor.status.watching > 0) watchedFrom = Math.min(watchedFrom, second);
    return make(random, second, memories[field]!) + (field === 2 && second >= shiftAt * DAY ? SHIFT : 0);
  });
  return { found, watchedDays: DAYS - watchedFrom / DAY };
}

function feed(
  monitor: DriftMonitor,
  rows: number,
  width: number,
  gap: number,
  value: (row: number, field: number) => number,
): readonly Drift[] {
  const found: Drift[] = [];
  for (let from = 0; from < rows; from += BATCH) {
    const count = Math.min(BATCH, rows - from);
    const columns = Array.from({ length: width }, () => new Float64Array(count));
    for (let i = 0; i < count; i++) for (let f = 0; f < width; f++) columns[f]![i] = value(from + i, f);
    const times = Float64Array.from({ length: count }, (_, i) => (from + i) * gap * 1e6);
    found.push(
      ...monitor.take({
        stream: 's',
        template: '',
        rows: count,
        columns: [
          { name: 'device', data: { type: 'text', codes: new Uint32Array(count), dictionary: ['a'], nulls: null } },
          { name: 'time', data: { type: 'time', values: times, nulls: null } },
          ...columns.map((own, i) => ({ name: `f${i}`, data: { type: 'number' as const, values: own, nulls: null } })),
        ],
      }),
    );
  }
  return found;
}

function namesOf(width: number): readonly { readonly name: string; readonly declared: string }[] {
  return Array.from({ length: width }, (_, i) => ({ name: `f${i}`, declared: '' }));
}

function medianOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
