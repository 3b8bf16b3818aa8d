import { BEHAVIOUR_WINDOW, BehaviourWatch, STRANGE_WINDOWS } from '#watch/detect/index.ts';
import type { DetectBench, SetRow } from '../bench-set.ts';
import { dataPath, readText } from '../data/corpus.ts';
import { numbersOf, parseTable } from '../data/read-table.ts';

const KINDS = ['fridge', 'gps_tracker', 'modbus', 'thermostat'] as const;
/** Readings that a device is known by, and that a stranger sends in its name. */
const [LEARNT, STRANGE] = [20_000, 640];
/** Places in the other device's readings at which it begins in the name of the first. */
const STARTS = 20;

/** Numbers of a device kind by time, as rows of so many columns; what it has fewer of is missing, what more left out. */
interface Readings {
  readonly kind: string;
  readonly columns: readonly Float64Array[];
  readonly seconds: Float64Array;
  readonly count: number;
}

/** Whether another device behind known credentials is noticed, in how many readings, and how often the device itself is taken for one. */
export const behaviour: DetectBench = ({ note }) => {
  const all = KINDS.flatMap((kind) => read(kind) ?? []);
  const rows: SetRow[] = [];
  let [falseWindows, heldOut, noticed, tried] = [0, 0, 0, 0];
  for (const own of all) {
    note(own.kind);
    const width = own.columns.length;
    const known = Math.min(LEARNT, Math.floor(own.count / 2));
    const learnt = learn(own, width, 0, known);
    // Held out: the second half of its own readings.
    let alarms = 0;
    for (let row = known; row < own.count; row++) if (take(learnt, own, width, row) !== null) alarms += 1;
    const windows = Math.floor((own.count - known) / BEHAVIOUR_WINDOW);
    const delays: number[] = [];
    let trials = 0;
    for (const other of all) {
      if (other === own) continue;
      for (let start = 0; start < STARTS; start++) {
        const from = Math.floor((start * (other.count - STRANGE)) / STARTS);
        const watch = learn(own, width, 0, known);
        trials += 1;
        for (let row = 0; row < STRANGE; row++) {
          if (take(watch, other, width, from + row) === null) continue;
          delays.push(row + 1);
          break;
        }
      }
    }
    delays.sort((a, b) => a - b);
    rows.push({
      name: own.kind,
      figures: [
        windows,
        alarms,
        alarms / windows,
        delays.length / trials,
        delays[Math.floor(delays.length / 2)] ?? null,
      ],
    });
    [falseWindows, heldOut] = [falseWindows + alarms, heldOut + windows];
    [noticed, tried] = [noticed + delays.length, tried + trials];
  }
  return {
    columns: ['windows held out', 'false', 'false a window', 'strangers noticed', 'median readings'],
    rows: [...rows, { name: 'all', figures: [heldOut, falseWindows, falseWindows / heldOut, noticed / tried, null] }],
    bars: [
      { name: `strangers noticed within ${STRANGE} readings`, ours: noticed / tried, must: 0.9, aim: 0.99 },
      {
        name: 'windows of the device itself that are taken for its own',
        ours: 1 - falseWindows / heldOut,
        must: 0.99,
        aim: 0.999,
      },
    ],
    protocol: [
      'Device kinds of TON_IoT, normal rows only, numbers in the order of their columns; the first half of a kind is learnt, the second held out.',
      `A stranger is another kind that sends in its name, at ${STARTS} places; what has no number in a column sends none.`,
      `A device is strange after ${STRANGE_WINDOWS} windows of ${BEHAVIOUR_WINDOW} readings that are both beyond the limit.`,
    ],
  };
};

function learn(own: Readings, width: number, from: number, to: number): BehaviourWatch {
  const watch = new BehaviourWatch(width + 1);
  for (let row = from; row < to; row++) take(watch, own, width, row);
  return watch;
}

function take(watch: BehaviourWatch, of: Readings, width: number, row: number): 'itself' | 'peers' | null {
  const values = new Float64Array(width + 1).fill(NaN);
  for (let i = 0; i < Math.min(width, of.columns.length); i++) values[i] = of.columns[i]![row]!;
  if (row > 0) values[width] = Math.log1p(Math.max(0, of.seconds[row]! - of.seconds[row - 1]!));
  return watch.take(values, 0, null);
}

function read(kind: string): Readings | null {
  const table = parseTable(readText(dataPath('ton-iot', `${kind}.csv.gz`)));
  const [seconds, labels] = [numbersOf(table, 'ts'), numbersOf(table, 'label')];
  const order = Array.from(seconds, (_, i) => i)
    .filter((i) => Number.isFinite(seconds[i]) && labels[i] === 0)
    .toSorted((a, b) => seconds[a]! - seconds[b]!);
  const columns = table.header
    .filter((name) => !['ts', 'date', 'time', 'label', 'type'].includes(name))
    .map((name) => numbersOf(table, name))
    .filter((column) => column.some((value) => !Number.isNaN(value)));
  if (columns.length === 0 || order.length < 2_000) return null;
  const ordered = columns.map((column) => Float64Array.from(order, (i) => column[i]!));
  return { kind, columns: ordered, seconds: Float64Array.from(order, (i) => seconds[i]!), count: order.length };
}
