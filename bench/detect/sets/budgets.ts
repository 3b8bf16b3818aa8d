import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import { DeviceWatch, INTERVAL, STANDARD_DETECTORS } from '#watch/detect/index.ts';
import type { DeviceRows, WatchPlan } from '#watch/detect/index.ts';
import { STANDARD_DRIFT } from '#watch/drift/index.ts';
import type { DetectBench, SetRow } from '../bench-set.ts';
import { dataPath, readText } from '../data/corpus.ts';
import { numbersOf, parseTable } from '../data/read-table.ts';
import type { Table } from '../data/read-table.ts';

/** A stretch in which nothing is wrong: rows of one device in the order of time. */
interface Stretch {
  readonly name: string;
  readonly fields: readonly string[];
  /** Epoch seconds. */
  readonly times: Float64Array;
  /** Row after row. */
  readonly values: Float64Array;
}

const DAY = 86_400;
const MONTH = 30 * DAY;
/** Alarms that a budget allows in a stretch of real data, so that a rate can be told from it. */
const EXPECTED = 20;
/** How far a field moves, in its standard deviations, to see how soon that is told. */
const SHIFT = 10;
/** Readings of a simulated device are so many seconds apart. */
const APART = 10;

/** Whether false alarms stay within budgets where nothing is wrong, and how soon a change at once is told. */
export const budgets: DetectBench = ({ seeds, quick, note }) => {
  const rows: SetRow[] = [];
  const bars: { name: string; ours: number; must: number; aim: number }[] = [];
  const add = (name: string, found: number, allowed: number, delays: readonly number[]): void => {
    const [low, high] = poissonInterval(found);
    const told = delays.filter((delay) => Number.isFinite(delay)).toSorted((a, b) => a - b);
    rows.push({
      name,
      figures: [allowed, found, low, high, told.length, delays.length, told[Math.floor(told.length / 2)] ?? null],
    });
    // Held where the interval of the rate includes the budget or lies below it.
    bars.push({ name, ours: low <= allowed ? 1 : 0, must: 1, aim: 1 });
  };
  for (const stretch of realStretches()) {
    note(stretch.name);
    const seconds = stretch.times.at(-1)! - stretch.times[0]!;
    const budget = stretch.name === 'SKAB' ? { alarms: 10, seconds: 3_600 } : { alarms: EXPECTED, seconds };
    add(stretch.name, alarmsOf(stretch, budget), (seconds * budget.alarms) / budget.seconds, [
      delayOf(stretch, budget),
    ]);
  }
  const weekly = { alarms: 1, seconds: 7 * DAY };
  for (const [kind, make] of Object.entries(SIMULATED)) {
    note(`simulated, ${kind}`);
    let found = 0;
    const delays: number[] = [];
    const used = quick ? seeds.slice(0, 1) : seeds;
    for (const seed of used) {
      const stretch = simulate(kind, make(seed));
      found += alarmsOf(stretch, weekly);
      delays.push(delayOf(stretch, weekly));
    }
    add(`device-months, ${kind}`, found, (used.length * MONTH) / weekly.seconds, delays);
  }
  return {
    columns: ['alarms allowed', 'alarms', '95 % from', 'to', 'changes told', 'of', 'median delay s'],
    rows,
    bars,
    protocol: [
      'Normal rows as streams, from nothing learnt, with the standard detectors and settings; one alert is one alarm.',
      `Budgets: SKAB 10 an hour, other real sets ${EXPECTED} over the stretch, simulated device-months one a week at a reading in ${APART} s.`,
      'The tail is a generalised Pareto one over declustered peaks (decision 47); the interval is exact for a Poisson count.',
      `A change: from nine tenths of the stretch on the first field lies ${SHIFT} of its standard deviations higher.`,
    ],
  };
};

function planOf(fields: readonly string[], budget: WatchPlan['budget']): WatchPlan {
  const period = budget.seconds / budget.alarms;
  return {
    stream: 's',
    inputs: fields.map((name) => ({ name, form: 'number' })),
    sources: fields.map((_, i) => i),
    features: [],
    fields: [...fields, INTERVAL].map((name) => ({
      name,
      unit: null,
      shown: true,
      resolution: name === INTERVAL ? 0.1 : 0,
    })),
    detectors: STANDARD_DETECTORS,
    drift: { rule: STANDARD_DRIFT, fields: [] },
    budget,
    quietSeconds: Math.min(3_600, Math.max(60, period / 1_000)),
  };
}

function alarmsOf(stretch: Stretch, budget: WatchPlan['budget']): number {
  return new Set(findingsOf(stretch, budget).map(({ id }) => id)).size;
}

/** Seconds from a change at once to the first alert that begins after it; Infinity where none does. */
function delayOf(stretch: Stretch, budget: WatchPlan['budget']): number {
  const { fields, times } = stretch;
  const width = fields.length;
  const from = Math.floor(0.9 * times.length);
  const first = Float64Array.from({ length: times.length }, (_, i) => stretch.values[i * width]!);
  const mean = first.reduce((a, b) => a + b, 0) / first.length;
  const spread = Math.sqrt(first.reduce((sum, value) => sum + (value - mean) ** 2, 0) / first.length);
  const values = stretch.values.slice();
  for (let i = from; i < times.length; i++) values[i * width] = values[i * width]! + SHIFT * spread;
  const begin = times[from]! * 1e6;
  const told = findingsOf({ ...stretch, values }, budget).filter(({ end }) => end >= begin);
  return told.length === 0
    ? Infinity
    : Math.max(0, Math.min(...told.map(({ start, end }) => (start >= begin ? start : end))) - begin) / 1e6;
}

function findingsOf({ name, fields, times, values }: Stretch, budget: WatchPlan['budget']) {
  const plan = planOf(fields, budget);
  const watch = new DeviceWatch(name, plan);
  const width = fields.length + 1;
  const found = [];
  const most = 1_024;
  for (let from = 0; from < times.length; from += most) {
    const count = Math.min(most, times.length - from);
    const block = new Float64Array(count * width);
    for (let row = 0; row < count; row++) {
      for (let i = 0; i < fields.length; i++) block[row * width + i] = values[(from + row) * fields.length + i]!;
    }
    const rows: DeviceRows = { values: block, times: times.slice(from, from + count).map((time) => time * 1e6), count };
    found.push(...watch.take(rows));
  }
  return found;
}

function realStretches(): readonly Stretch[] {
  const skab = parseTable(readText(dataPath('skab', 'anomaly-free', 'anomaly-free.csv.gz')), ';');
  const occupancy = withIndex(readText(dataPath('occupancy', 'datatraining.txt.gz')));
  return [
    stretchOf('SKAB', skab, 'datetime', skab.header.slice(1)),
    ...['fridge', 'modbus', 'thermostat', 'gps_tracker'].map((device) => {
      const table = parseTable(readText(dataPath('ton-iot', `${device}.csv.gz`)));
      const fields = table.header.filter((name) => !['ts', 'label', 'type'].includes(name));
      return stretchOf(`TON_IoT ${device}`, table, 'ts', fields, 'label');
    }),
    stretchOf('occupancy', occupancy, 'date', ['Temperature', 'Humidity', 'Light', 'CO2', 'HumidityRatio']),
  ];
}

/** The file names no column for the number that each line begins with. */
function withIndex(text: string): Table {
  return parseTable(`line,${text.replaceAll('"', '')}`);
}

/** The normal rows of a table by time; fields that hold no numbers are left out. */
function stretchOf(name: string, table: Table, time: string, wanted: readonly string[], label?: string): Stretch {
  const at = table.header.indexOf(time);
  const seconds = table.cells.map((line) => secondsOf(line[at] ?? ''));
  const labels = label === undefined ? null : numbersOf(table, label);
  const columns = wanted
    .map((field) => [field, numbersOf(table, field)] as const)
    .filter(([, column]) => column.some((value) => !Number.isNaN(value)));
  const order = seconds
    .map((_, i) => i)
    .filter((i) => Number.isFinite(seconds[i]) && (labels === null || labels[i] === 0))
    .toSorted((a, b) => seconds[a]! - seconds[b]!);
  const values = new Float64Array(order.length * columns.length);
  for (const [row, i] of order.entries()) {
    for (const [field, [, column]] of columns.entries()) values[row * columns.length + field] = column[i]!;
  }
  return { name, fields: columns.map(([field]) => field), times: Float64Array.from(order, (i) => seconds[i]!), values };
}

function secondsOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(`${text.replace(' ', 'T')}Z`) / 1_000;
}

/** Signals of a simulated field: with noise that is normal or heavy, that wander, go with the day, or move in steps. */
const SIMULATED: Readonly<Record<string, (seed: number) => () => number>> = {
  'normal noise': (seed) => {
    const random = seedRandom(seed);
    return () => nextNormal(random);
  },
  'heavy noise': (seed) => {
    const random = seedRandom(seed);
    return () => {
      // Student's t with four degrees of freedom.
      const squares = Array.from({ length: 4 }, () => nextNormal(random) ** 2).reduce((a, b) => a + b, 0);
      return nextNormal(random) / Math.sqrt(squares / 4);
    };
  },
  wandering: (seed) => {
    const random = seedRandom(seed);
    let value = 0;
    return () => (value = 0.98 * value + nextNormal(random));
  },
  'by the day': (seed) => {
    const random = seedRandom(seed);
    let step = 0;
    return () => 5 * Math.sin((2 * Math.PI * APART * step++) / (3 * DAY)) + nextNormal(random);
  },
  'in steps': (seed) => {
    const random = seedRandom(seed);
    let level = 0;
    return () => {
      if (nextUniform(random) < 0.002) level = Math.round(4 * nextUniform(random));
      return level + Math.round(nextNormal(random)) / 10;
    };
  },
};

/** A month of three fields of one kind. */
function simulate(name: string, next: () => number): Stretch {
  const count = MONTH / APART;
  return {
    name,
    fields: ['a', 'b', 'c'],
    times: Float64Array.from({ length: count }, (_, i) => 1_700_000_000 + APART * i),
    values: Float64Array.from({ length: 3 * count }, next),
  };
}

/** The exact 95 % interval of the mean of a Poisson count (Garwood 1936), by bisection on its distribution. */
function poissonInterval(count: number): readonly [number, number] {
  const atMost = (mean: number, k: number): number => {
    let [term, sum] = [Math.exp(-mean), 0];
    for (let i = 0; i <= k; i++) {
      sum += term;
      term *= mean / (i + 1);
    }
    return sum;
  };
  const solve = (wanted: number, k: number): number => {
    let [low, high] = [0, 10 * (count + 5)];
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (atMost(middle, k) > wanted) low = middle;
      else high = middle;
    }
    return low;
  };
  return [count === 0 ? 0 : solve(0.975, count - 1), solve(0.025, count)];
}
