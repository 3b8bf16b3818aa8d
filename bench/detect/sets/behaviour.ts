import {
  BEHAVIOUR_WINDOW,
  BehaviourWatch,
  FOREIGN_WINDOWS,
  STRANGE_WINDOWS,
  TRAITS,
  TYPE_REJECTS,
  TypeProfiles,
} from '#watch/detect/index.ts';
import type { Strange } from '#watch/detect/index.ts';
import type { DetectBench, SetRow } from '../bench-set.ts';
import { sentinelStrangers } from './iot-sentinel.ts';
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
export const behaviour: DetectBench = ({ seeds, note }) => {
  const all = KINDS.flatMap((kind) => read(kind) ?? []);
  const ways = [
    { name: 'as itself', typed: false, trimmed: true },
    { name: 'and as its type', typed: true, trimmed: true },
    { name: 'and as its type, all columns', typed: true, trimmed: false },
  ];
  const tried = ways.map((way) => ({ ...way, ...tryWay(all, way, note) }));
  const [, typed] = tried;
  note('IoT Sentinel');
  const sentinel = [TYPE_REJECTS, 0.05].map((rejects) => ({ rejects, ...sentinelStrangers(rejects, seeds[0]!) }));
  return {
    columns: ['windows held out', 'false', 'false a window', 'strangers noticed', 'median readings'],
    rows: [
      ...tried.flatMap(({ name, rows }) =>
        rows.map(({ name: kind, figures }) => ({ name: `${name}: ${kind}`, figures })),
      ),
      ...sentinel.map(({ rejects, noticed, rejected }) => ({
        name: `IoT Sentinel, budget ${100 * rejects} %`,
        figures: [null, null, rejected, noticed, null],
      })),
    ],
    bars: [
      { name: `strangers noticed within ${STRANGE} readings`, ours: typed!.noticed, must: 0.9, aim: 0.99 },
      {
        name: 'windows of the device itself that are taken for its own',
        ours: 1 - typed!.falseShare,
        must: 0.99,
        aim: 0.999,
      },
    ],
    protocol: [
      'Device kinds of TON_IoT, normal rows only, numbers in the order of their columns; the first half of a kind is learnt, the second held out.',
      `A stranger is another kind that sends in its name, at ${STARTS} places; what has no number in a column sends none, and more columns than the kind has are left out but in the last way.`,
      `A device is strange after ${STRANGE_WINDOWS} windows of ${BEHAVIOUR_WINDOW} readings beyond the limit, or ${FOREIGN_WINDOWS} that are taken for another kind's: of a kind's own windows ${100 * TYPE_REJECTS} % may be, by trees that have not learnt them.`,
      'IoT Sentinel: a set-up of one of 27 types in the name of each other type, 10 folds; there a window is a set-up and one is enough.',
    ],
  };
};

interface Way {
  readonly typed: boolean;
  readonly trimmed: boolean;
}

function tryWay(all: readonly Readings[], way: Way, note: (text: string) => void) {
  const rows: SetRow[] = [];
  const width = Math.max(...all.map(({ columns }) => columns.length));
  let [falseWindows, heldOut, noticed, tried] = [0, 0, 0, 0];
  const types = new TypeProfiles(TRAITS * (width + 1));
  for (const own of all) learn(own, width, way.typed ? types : undefined);
  const known = types.snapshot();
  const again = (): TypeProfiles | undefined => {
    const restored = new TypeProfiles(TRAITS * (width + 1));
    restored.restore(known);
    return way.typed ? restored : undefined;
  };
  for (const own of all) {
    note(own.kind);
    const half = halfOf(own);
    const learnt = learn(own, width);
    const beside = again();
    // Held out: the second half of its own readings.
    let alarms = 0;
    for (let row = half; row < own.count; row++) {
      if (take(learnt, own.kind, own, width, row, beside) !== null) alarms += 1;
    }
    const windows = Math.floor((own.count - half) / BEHAVIOUR_WINDOW);
    const delays: number[] = [];
    let trials = 0;
    for (const other of all) {
      if (other === own) continue;
      const sent = way.trimmed ? { ...other, columns: other.columns.slice(0, own.columns.length) } : other;
      for (let start = 0; start < STARTS; start++) {
        const from = Math.floor((start * (other.count - STRANGE)) / STARTS);
        const watch = learn(own, width);
        const types = again();
        trials += 1;
        for (let row = 0; row < STRANGE; row++) {
          if (take(watch, own.kind, sent, width, from + row, types) === null) continue;
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
  const falseShare = falseWindows / heldOut;
  rows.push({ name: 'all', figures: [heldOut, falseWindows, falseShare, noticed / tried, null] });
  return { rows, falseShare, noticed: noticed / tried };
}

function halfOf({ count }: Readings): number {
  return Math.min(LEARNT, Math.floor(count / 2));
}

function learn(own: Readings, width: number, types?: TypeProfiles): BehaviourWatch {
  const watch = new BehaviourWatch(width + 1);
  for (let row = 0; row < halfOf(own); row++) take(watch, own.kind, own, width, row, types);
  return watch;
}

function take(
  watch: BehaviourWatch,
  type: string,
  of: Readings,
  width: number,
  row: number,
  types: TypeProfiles | undefined,
): Strange | null {
  const values = new Float64Array(width + 1).fill(NaN);
  for (let i = 0; i < Math.min(width, of.columns.length); i++) values[i] = of.columns[i]![row]!;
  if (row > 0) values[width] = Math.log1p(Math.max(0, of.seconds[row]! - of.seconds[row - 1]!));
  return watch.take(values, 0, { peers: null, type, ...(types === undefined ? {} : { types }) });
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
