/** What a feature is computed of: a number, or a category, which is a text, a truth or a whole number. */
export type FeatureSource = 'number' | 'category' | 'nothing';

/** A setting of a kind of feature; a length of time is in seconds. */
export interface FeatureSetting {
  readonly form: 'number' | 'duration';
  /** Null where it has to be written. */
  readonly standard: number | null;
}

/** What a template may say of a kind of feature. */
export interface FeatureWord {
  readonly of: FeatureSource;
  readonly settings: Readonly<Record<string, FeatureSetting>>;
  /** Whether it may be told by a field of times instead of the time of the reading, and whether by other fields. */
  readonly takes: readonly ('at' | 'from')[];
  readonly about: string;
}

const number = (standard: number | null): FeatureSetting => ({ form: 'number', standard });
const seconds = (standard: number | null): FeatureSetting => ({ form: 'duration', standard });
const DAY = 86_400;

/** Kinds of features in the words of a template. The schema, the checks and the plan of features read these. */
export const FEATURE_WORDS = {
  rate: { of: 'number', settings: {}, takes: [], about: 'change since the last value, a second' },
  gap: { of: 'nothing', settings: {}, takes: [], about: 'seconds since the reading before' },
  arrivals: {
    of: 'nothing',
    settings: { over: seconds(null), most: number(256) },
    takes: [],
    about: 'readings within the last time, counted up to `most`: a burst',
  },
  phase: {
    of: 'nothing',
    settings: { period: seconds(DAY) },
    takes: ['at'],
    about: 'where in the period the time lies, as sine and cosine',
  },
  slot: {
    of: 'nothing',
    settings: { period: seconds(DAY), slots: number(24), offset: seconds(0) },
    takes: ['at'],
    about: 'which part of the period the time lies in: hour of the day, day of the week',
  },
  median: { of: 'number', settings: { rows: number(60) }, takes: [], about: 'median of the last values' },
  spread: { of: 'number', settings: { rows: number(60) }, takes: [], about: 'their scaled median absolute deviation' },
  level: {
    of: 'number',
    settings: { memory: number(3_600) },
    takes: [],
    about: 'robust mean, followed as values come',
  },
  noise: { of: 'number', settings: { memory: number(3_600) }, takes: [], about: 'robust standard deviation, likewise' },
  quantile: {
    of: 'number',
    settings: { q: number(null), memory: number(3_600) },
    takes: [],
    about: 'value that a share `q` lies below, by a sketch',
  },
  residual: {
    of: 'number',
    settings: { memory: number(1_000) },
    takes: ['from'],
    about: 'how far the value is from what the fields `from` foretell',
  },
  order: {
    of: 'category',
    settings: { after: number(1), memory: number(4_096) },
    takes: [],
    about: 'how surprising a category is after the one or two before it',
  },
  timing: {
    of: 'category',
    settings: { period: seconds(DAY), slots: number(24), memory: number(30) },
    takes: ['at'],
    about: 'how much rarer a category comes at this time of the period than if it came evenly',
  },
  periodicity: {
    of: 'nothing',
    settings: { events: number(128) },
    takes: ['at'],
    about: 'how strongly the last times repeat with one period, and the period',
  },
  peers: {
    of: 'number',
    settings: { over: seconds(600) },
    takes: [],
    about: 'where the value stands among the other devices of its stream and type, in slots of `over`',
  },
} as const satisfies Readonly<Record<string, FeatureWord>>;

export type FeatureKindWord = keyof typeof FEATURE_WORDS;

/** A declared feature of a stream, every setting filled in. */
export interface FeatureRule {
  readonly name: string;
  readonly kind: FeatureKindWord;
  /** The field that it is computed of; null where that is none. */
  readonly of: string | null;
  /** Fields that it is foretold from. */
  readonly from: readonly string[];
  /** Field of times that counts instead of the time of the reading; null where none does. */
  readonly at: string | null;
  /** Numbers, and lengths of time in seconds. */
  readonly settings: Readonly<Record<string, number>>;
}

/** What a kind of feature may say, seen as any of them. */
export function featureWord(kind: FeatureKindWord): FeatureWord {
  return FEATURE_WORDS[kind];
}
