import type { Template } from '#declare/template/index.ts';
import {
  planWatch,
  rateOfPart,
  seatsWithin,
  seriesBytes,
  STANDARD_SERIES_BYTES,
  windowBytes,
} from '#watch/detect/index.ts';
import type { CostClass, DetectorKind, WatchPlan } from '#watch/detect/index.ts';
import { formatTable } from './text-table.ts';

/** What one kind of detector costs on a stream. */
export interface DetectorCost {
  readonly stream: string;
  readonly detector: string;
  /** What it sees of the readings. */
  readonly sees: string;
  readonly cost: CostClass;
  /** Bytes for each device, and for all of a stream together. */
  readonly perDevice: number;
  readonly perStream: number;
  /** False alarms of a device that it may raise, of each that the stream may. */
  readonly ofBudget: number;
  /** Devices that there is memory for; null where it does not bound them. */
  readonly devices: number | null;
}

/** What judges each stream that a template has watched, and what that costs. */
export function detectorCosts(template: Template): readonly DetectorCost[] {
  const plans = planWatch(template);
  return [...template.detect.keys()].flatMap((stream) => {
    const plan = plans.get(stream);
    return plan === undefined ? [] : costsOf(plan);
  });
}

/** The same as a table; nothing where nothing is watched. */
export function showDetectorCosts(costs: readonly DetectorCost[]): string {
  if (costs.length === 0) return '';
  return formatTable(
    ['stream', 'judged by', 'which sees', 'cost', 'each device', 'all devices', 'budget'],
    costs.map(({ stream, detector, sees, cost, perDevice, perStream, ofBudget, devices }) => [
      stream,
      detector,
      sees,
      cost,
      perDevice === 0 ? '' : sizeOf(perDevice),
      devices === null ? (perStream === 0 ? '' : sizeOf(perStream)) : `at most ${devices} devices`,
      `1/${Math.round(1 / ofBudget)}`,
    ]),
  );
}

function costsOf(plan: WatchPlan): readonly DetectorCost[] {
  const { stream, detectors, series = [], windows = [], tiers, fields, budget } = plan;
  const width = fields.length;
  const ofBudget = (rateOfPart(plan) * budget.seconds) / budget.alarms;
  const share = tiers?.suspicious ?? 0;
  const all = (kind: DetectorKind): Pick<DetectorCost, 'stream' | 'detector' | 'cost' | 'ofBudget'> => {
    return { stream, detector: kind.name, cost: kind.cost, ofBudget };
  };
  const room = seatsWithin(tiers?.memory ?? STANDARD_SERIES_BYTES, seriesBytes(series));
  return [
    ...detectors.map(({ kind, options, scores }): DetectorCost => {
      const perDevice = kind.create(width, scores ?? options).stateBytes;
      return { ...all(kind), sees: 'every value', perDevice, perStream: 0, devices: null };
    }),
    ...series.map((one): DetectorCost => {
      return { ...all(one.kind), sees: 'every reading', perDevice: seriesBytes([one]), perStream: 0, devices: room };
    }),
    ...(tiers === undefined ? [] : windows).map((one): DetectorCost => {
      const sees = `windows of ${one.rows}, at most ${Number((100 * share).toPrecision(3))} %`;
      return { ...all(one.kind), sees, perDevice: 0, perStream: windowBytes(one, width), devices: null };
    }),
  ];
}

function sizeOf(bytes: number): string {
  const kibibytes = bytes / 1_024;
  return kibibytes < 1_024 ? `${kibibytes.toFixed(1)} KiB` : `${(kibibytes / 1_024).toFixed(1)} MiB`;
}
