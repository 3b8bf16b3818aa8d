import { kindsNamed, STANDARD_GROUP } from '#declare/template/index.ts';
import type { DetectorChoice } from '#declare/template/index.ts';
import { cusumChart } from '../charts/cusum-chart.ts';
import { ewmaChart } from '../charts/ewma-chart.ts';
import { pageHinkleyChart } from '../charts/page-hinkley-chart.ts';
import { robustZ } from '../charts/robust-z.ts';
import { seriesEnsemble } from '../combine/series-ensemble.ts';
import { tabularEnsemble } from '../combine/tabular-ensemble.ts';
import { windowedComponents } from '../combine/windowed-components.ts';
import type { CostClass, DetectorKind, FieldwiseDetector, IncrementalDetector } from '../detector.ts';
import { jumpCheck } from '../sensor/jump-check.ts';
import { replayCheck } from '../sensor/replay-check.ts';
import { scaleCheck } from '../sensor/scale-check.ts';
import { stuckCheck } from '../sensor/stuck-check.ts';
import { seasonalForecaster } from '../sequence/seasonal-forecaster.ts';
import { sequenceSurprisal } from '../sequence/sequence-surprisal.ts';
import { spectralResidual } from '../sequence/spectral-residual.ts';
import { windowNeighbours } from '../sequence/window-neighbours.ts';
import { autoencoderEnsemble } from '../tabular/autoencoder-ensemble.ts';
import { copod } from '../tabular/copod.ts';
import { ecod } from '../tabular/ecod.ts';
import { halfSpaceTrees } from '../tabular/half-space-trees.ts';
import { hbos } from '../tabular/hbos.ts';
import { isolationForest } from '../tabular/isolation-forest.ts';
import { kMeans } from '../tabular/k-means.ts';
import { robustCovariance } from '../tabular/robust-covariance.ts';
import { DEARER_DETECTORS } from '../tiers/dearer-tiers.ts';
import type { SeriesKind } from '../tiers/series-tier.ts';
import type { TierKind } from '../tiers/tier-model.ts';

/** A detector that every device of a stream gets. */
export interface WatchedDetector {
  readonly kind: DetectorKind<FieldwiseDetector>;
  /** Scores up to here are never beyond the limit. */
  readonly floor: number;
  /** Whether it sees values as they are, not blurred by their resolution. */
  readonly exact: boolean;
  /** Settings that differ from the standard ones. */
  readonly options?: Readonly<Record<string, number>>;
  /** Present where it sees scores that features gave, and which those are; others do not see them. */
  readonly scores?: { readonly first: number; readonly count: number; readonly stride: number };
  /** Scores before any alarm, where they come too seldom to be learnt as others are. */
  readonly settles?: number;
  /** Present where those scores are −ln of chances, so that little has to be seen to know how rare the next is. */
  readonly chances?: true;
}

/** What judges a stream: values by themselves, the readings of each device in their order, windows of any device. */
export interface ChosenDetectors {
  readonly values: readonly WatchedDetector[];
  readonly series: readonly Omit<SeriesKind, 'columns'>[];
  /** In the order of their cost. */
  readonly windows: readonly TierKind[];
  /** Fields that detectors of series judge where that is not all of them, by the name of the kind. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

/** The floors are what these scores mean by themselves: standard deviations, sums of them, and −ln of a chance. */
const VALUES: readonly WatchedDetector[] = [
  { kind: robustZ, floor: 5, exact: false },
  { kind: ewmaChart, floor: 4, exact: false },
  { kind: cusumChart, floor: 5, exact: false },
  { kind: pageHinkleyChart, floor: 10, exact: false },
  { kind: jumpCheck, floor: 6, exact: false },
  { kind: stuckCheck, floor: 8, exact: true },
  { kind: scaleCheck, floor: 5, exact: false },
];

/** Rarities of the ensemble are −ln of shares of what is usual; where a scale means nothing by itself there is no floor. */
const SERIES: readonly (Pick<SeriesKind, 'floor' | 'bounded' | 'exact' | 'silent'> & {
  readonly kind: DetectorKind<IncrementalDetector>;
})[] = [
  { kind: seasonalForecaster, floor: 5 },
  { kind: spectralResidual, floor: 0 },
  { kind: sequenceSurprisal, floor: 5, bounded: true },
  { kind: windowNeighbours, floor: 0 },
  { kind: replayCheck, floor: 8, exact: true, silent: true },
  { kind: halfSpaceTrees, floor: 0, bounded: true },
  { kind: autoencoderEnsemble, floor: 0 },
  { kind: windowedComponents, floor: 0 },
  { kind: seriesEnsemble, floor: 5, bounded: true },
];

/** What the standard choice has of windows is as that has it. */
const WINDOWS: readonly TierKind[] = [
  ...DEARER_DETECTORS,
  ...[robustCovariance, kMeans].map((kind): TierKind => ({ kind, rows: 1, floor: 0 })),
  ...[hbos, ecod, copod, isolationForest, tabularEnsemble].map((kind): TierKind => {
    return { kind, rows: 1, floor: 0, bounded: true };
  }),
];

const COSTS: readonly CostClass[] = ['cheap', 'moderate', 'dear'];

/** The detectors that a template names; the standard ones where it names none. */
export function chooseDetectors(choices: readonly DetectorChoice[] = standardChoice()): ChosenDetectors {
  const chosen = new Map(choices.map((choice) => [choice.kind, choice]));
  const named = <T extends { readonly kind: { readonly name: string } }>(all: readonly T[]) =>
    all.flatMap((one) => {
      const choice = chosen.get(one.kind.name);
      return choice === undefined ? [] : [{ one, choice }];
    });
  const windows = named(WINDOWS).map(({ one, choice: { window, settings } }): TierKind => {
    const options = { ...one.options, ...settings };
    const more = Object.keys(options).length === 0 ? {} : { options };
    const named = window === undefined && settings === undefined ? {} : { named: true as const };
    return { ...one, ...more, ...named, rows: window ?? one.rows };
  });
  return {
    values: named(VALUES).map(({ one, choice: { settings } }) => ({ ...one, ...optionsOf(settings) })),
    series: named(SERIES).map(({ one, choice: { settings } }) => {
      return { ...one, ...('given' in one.kind.options ? { hour: true as const } : {}), ...optionsOf(settings) };
    }),
    windows: windows.toSorted((a, b) => COSTS.indexOf(a.kind.cost) - COSTS.indexOf(b.kind.cost)),
    fields: new Map(choices.flatMap(({ kind, fields }) => (fields === undefined ? [] : [[kind, fields]]))),
  };
}

/** The kinds of detectors that templates can name, by name. */
export function catalogue(): ReadonlyMap<string, DetectorKind> {
  const all = [...VALUES, ...SERIES, ...WINDOWS].map(({ kind }): DetectorKind => kind);
  return new Map(all.map((kind) => [kind.name, kind]));
}

function standardChoice(): readonly DetectorChoice[] {
  return kindsNamed(STANDARD_GROUP).map((kind) => ({ kind }));
}

function optionsOf(settings: DetectorChoice['settings']): { readonly options?: Readonly<Record<string, number>> } {
  return settings === undefined ? {} : { options: settings };
}
