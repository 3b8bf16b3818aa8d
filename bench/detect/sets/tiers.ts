import { readdirSync } from 'node:fs';
import {
  DearerTiers,
  DeviceWatch,
  INTERVAL,
  rateOfPart,
  STANDARD_DETECTORS,
  STANDARD_TIERS,
} from '#watch/detect/index.ts';
import type { DeviceRows, TierRule, WatchPlan } from '#watch/detect/index.ts';
import { STANDARD_DRIFT } from '#watch/drift/index.ts';
import type { DetectBench, SetRow } from '../bench-set.ts';
import { dataPath, readText } from '../data/corpus.ts';
import { matrixWithout, numbersOf, parseTable } from '../data/read-table.ts';

/** Everything goes through all tiers. */
const EVERYTHING: TierRule = { suspicious: 1, sample: 1, processor: 1 };
const RULES: Readonly<Record<string, TierRule | null>> = {
  'cheap alone': null,
  'tiers, as standard': STANDARD_TIERS,
  'tiers, a tenth up': { ...STANDARD_TIERS, suspicious: 0.1 },
  everything: EVERYTHING,
};
const BUDGET = { alarms: 1, seconds: 3_600 };

/** What tiers find and cost beside running every detector on everything: SKAB, its files as devices of one stream. */
export const tiers: DetectBench = ({ note }) => {
  const free = parseTable(readText(dataPath('skab', 'anomaly-free', 'anomaly-free.csv.gz')), ';');
  const normal = matrixWithout(free, 'datetime');
  const files = ['valve1', 'valve2', 'other'].flatMap((folder) =>
    readdirSync(dataPath('skab', folder))
      .toSorted()
      .map((file) => parseTable(readText(dataPath('skab', folder, file)), ';')),
  );
  const rows: SetRow[] = [];
  const recalls = new Map<string, readonly [recall: number, ms: number]>();
  for (const [name, rule] of Object.entries(RULES)) {
    note(name);
    const fields = free.header.slice(1);
    const plan: WatchPlan = {
      stream: 's',
      inputs: fields.map((name) => ({ name, form: 'number' })),
      sources: fields.map((_, i) => i),
      features: [],
      fields: [...fields, INTERVAL].map((field) => ({
        name: field,
        unit: null,
        shown: true,
        resolution: field === INTERVAL ? 0.1 : 0,
      })),
      detectors: STANDARD_DETECTORS,
      drift: { rule: STANDARD_DRIFT, fields: [] },
      budget: BUDGET,
      quietSeconds: 60,
      ...(rule === null ? {} : { tiers: rule }),
    };
    const dearer = rule === null ? null : new DearerTiers(plan.fields.length, rateOfPart(plan), rule, processorMs);
    const begun = processorMs();
    const first = new DeviceWatch('normal', plan);
    const alarms = new Set(first.take(rowsOf(normal.values, normal.width, 0), dearer).map(({ id }) => id)).size;
    let [found, there, falseFiles] = [0, 0, 0];
    for (const [i, table] of files.entries()) {
      const { values, width } = matrixWithout(table, 'datetime', 'anomaly', 'changepoint');
      const labels = numbersOf(table, 'anomaly');
      const watch = new DeviceWatch(`file ${i}`, plan);
      const told = watch.take(rowsOf(values, width, 1e6 * (i + 1)), dearer);
      const odd = (from: number, to: number): boolean =>
        labels.some((label, row) => label === 1 && at(row, i) >= from && at(row, i) <= to);
      there += 1;
      if (told.some(({ start, end }) => odd(start, end))) found += 1;
      if (told.some(({ start, end }) => !odd(start, end))) falseFiles += 1;
    }
    const ms = processorMs() - begun;
    const [principal, neighbours] = dearer?.figures ?? [];
    recalls.set(name, [found / there, dearer?.busyMs ?? 0]);
    rows.push({
      name,
      figures: [
        found,
        there,
        alarms,
        falseFiles,
        principal?.judged ?? 0,
        neighbours?.judged ?? 0,
        dearer?.busyMs ?? 0,
        ms,
      ],
    });
  }
  const [ours, all] = [recalls.get('tiers, as standard')!, recalls.get('everything')!];
  return {
    columns: [
      'files found',
      'of',
      'alarms on normal',
      'files with a false',
      'to 2nd tier',
      'to 3rd',
      'dearer ms',
      'all ms',
    ],
    rows,
    bars: [
      { name: 'recall beside everything', ours: ours[0] / Math.max(all[0], 1e-9), must: 0.95, aim: 1 },
      { name: 'dearer time saved', ours: 1 - ours[1] / Math.max(all[1], 1e-9), must: 0.5, aim: 0.9 },
    ],
    protocol: [
      'SKAB: the run without anomalies as a first device, then each file as a device of its own on the same stream, from nothing learnt.',
      'Found: a finding overlaps rows that are labelled; budget 1 an hour; time is that of the processor, of one process, first to last.',
    ],
  };
};

/** Milliseconds that this thread has had of a processor: those of the clock are others' too where a machine is busy. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function at(row: number, file: number): number {
  return (1_700_000_000 + 1e6 * (file + 1) + row) * 1e6;
}

function rowsOf(values: Float64Array, width: number, offset: number): DeviceRows {
  const count = values.length / width;
  const block = new Float64Array(count * (width + 1));
  for (let row = 0; row < count; row++) block.set(values.subarray(row * width, (row + 1) * width), row * (width + 1));
  return {
    values: block,
    times: Float64Array.from({ length: count }, (_, i) => (1_700_000_000 + offset + i) * 1e6),
    count,
  };
}
