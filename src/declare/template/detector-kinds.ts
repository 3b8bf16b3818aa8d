/**
 * What a kind of detector is shown: `values`, each by itself; `series`, the readings of one device in their order;
 * `windows`, the latest readings of any device of the stream.
 */
export type DetectorSight = 'values' | 'series' | 'windows';

/** Bounds of a setting. */
export interface SettingTerms {
  readonly least: number;
  readonly greatest: number;
  readonly whole: boolean;
}

/** What a template can say of a kind of detector. */
export interface DetectorTerms {
  readonly sees: DetectorSight;
  /** Numbers that a stream has to have for it: two where it looks at how they go together. */
  readonly numbers: 1 | 2;
  readonly settings: Readonly<Record<string, SettingTerms>>;
}

/** A kind of detector that is to judge a stream. */
export interface DetectorChoice {
  readonly kind: string;
  /** Fields that it judges; absent where all are. */
  readonly fields?: readonly string[];
  /** Readings of a window; absent where as many as it has by itself. */
  readonly window?: number;
  /** Settings that differ from the standard ones; absent where none does. */
  readonly settings?: Readonly<Record<string, number>>;
}

/** Readings of a window at most. */
export const MOST_WINDOW = 8;
/** What is judged where nothing is named. */
export const STANDARD_GROUP = 'standard';

const whole = (least: number, greatest: number): SettingTerms => ({ least, greatest, whole: true });
const real = (least: number, greatest: number): SettingTerms => ({ least, greatest, whole: false });
const values = (settings: DetectorTerms['settings'] = {}): DetectorTerms => {
  return { sees: 'values', numbers: 1, settings: { memory: whole(10, 1e9), ...settings } };
};
const series = (settings: DetectorTerms['settings'], numbers: 1 | 2 = 1): DetectorTerms => {
  return { sees: 'series', numbers, settings };
};
const windows = (settings: DetectorTerms['settings'], numbers: 1 | 2 = 1): DetectorTerms => {
  return { sees: 'windows', numbers, settings };
};

/** The kinds that a template can name. Bounds are the kinds' own, or narrower where memory would grow beyond reason. */
export const DETECTOR_KINDS: Readonly<Record<string, DetectorTerms>> = {
  'robust-z': values(),
  'ewma-chart': values({ weight: real(0.001, 1) }),
  'cusum-chart': values({ slack: real(0, 10), most: real(1, 1e6) }),
  'page-hinkley-chart': values({ slack: real(0, 10), fading: real(0.5, 1) }),
  'jump-check': values(),
  'stuck-check': values(),
  'scale-check': values({ weight: real(0.001, 1) }),
  'seasonal-forecaster': series({ period: whole(1, 10_080), level: real(0, 1), season: real(0, 1), trend: real(0, 1) }),
  'spectral-residual': series({
    length: whole(16, 1024),
    smooth: whole(1, 64),
    judged: whole(1, 512),
    ahead: whole(0, 8),
  }),
  'sequence-surprisal': series({ levels: whole(4, 30), first: whole(2, 1e6), memory: whole(16, 1e9) }),
  'window-neighbours': series({
    length: whole(1, 64),
    neighbours: whole(1, 64),
    memory: whole(8, 20_000),
    baseline: whole(10, 1e9),
  }),
  'replay-check': series({ memory: whole(10, 1e9), history: whole(16, 20_000) }),
  'half-space-trees': series({ trees: whole(1, 100), depth: whole(1, 12), window: whole(10, 100_000) }),
  'autoencoder-ensemble': series(
    {
      memory: whole(10, 1e9),
      first: whole(10, 20_000),
      fields: whole(1, 100),
      hidden: real(0.1, 1),
      rate: real(0.0001, 1),
    },
    2,
  ),
  'windowed-components': series({
    length: whole(1, 20),
    first: whole(2, 20_000),
    memory: whole(2, 20_000),
    every: whole(1, 1e9),
    mean: whole(1, 1_000),
  }),
  'series-ensemble': series({ first: whole(16, 20_000), memory: whole(16, 20_000), every: whole(1, 1e9) }),
  'principal-components': windows({ explained: real(0.01, 1) }, 2),
  'robust-covariance': windows({ core: real(0.5, 1) }, 2),
  hbos: windows({ bins: whole(2, 1000) }),
  ecod: windows({ grid: whole(16, 4096) }),
  copod: windows({ grid: whole(16, 4096) }),
  'k-means': windows({ clusters: whole(1, 100) }),
  'isolation-forest': windows({ trees: whole(1, 500), sample: whole(2, 512) }),
  'nearest-neighbours': windows({ neighbours: whole(1, 64), known: whole(1, 2048) }),
  'tabular-ensemble': windows({}),
};

/** Several kinds by one name. */
export const DETECTOR_GROUPS: Readonly<Record<string, readonly string[]>> = {
  [STANDARD_GROUP]: [
    'robust-z',
    'ewma-chart',
    'jump-check',
    'stuck-check',
    'scale-check',
    'principal-components',
    'nearest-neighbours',
  ],
  charts: ['robust-z', 'ewma-chart', 'cusum-chart', 'page-hinkley-chart'],
  checks: ['jump-check', 'stuck-check', 'scale-check'],
  ensemble: ['series-ensemble'],
};

/** All names that a template can give, those of groups first. */
export const DETECTOR_NAMES: readonly string[] = [...Object.keys(DETECTOR_GROUPS), ...Object.keys(DETECTOR_KINDS)];

/** The kinds that a name stands for. */
export function kindsNamed(name: string): readonly string[] {
  return Object.hasOwn(DETECTOR_GROUPS, name) ? DETECTOR_GROUPS[name]! : [name];
}
