import { CHANNEL_FEATURES } from '#learn/flows/index.ts';

type ChannelFeature = (typeof CHANNEL_FEATURES)[number];

/** A feature of channels by which command and control differs from other software, and towards which of its ends. */
export interface ChannelSign {
  readonly feature: ChannelFeature;
  readonly column: number;
  readonly towards: 'more' | 'less';
  /** What is said of it, and how its value is shown. */
  readonly name: string;
  readonly unit: string | null;
  readonly shown: (value: number) => number;
  readonly say: (shown: number) => string;
}

const plain = (value: number): number => value;
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const sign = (feature: ChannelFeature, rest: Omit<ChannelSign, 'feature' | 'column'>): ChannelSign => ({
  feature,
  column: CHANNEL_FEATURES.indexOf(feature),
  ...rest,
});

/**
 * The signs of command and control: it calls often and at a steady beat, says the same each time, is not always answered,
 * and looks for its server by names that there are not. Each by itself is harmless; sizes, durations and places are of all
 * kinds and are no sign.
 */
export const CHANNEL_SIGNS: readonly ChannelSign[] = [
  sign('irregularity', {
    towards: 'less',
    name: 'irregularity',
    unit: null,
    shown: Math.expm1,
    say: (spread) => `its intervals differ by ${percent(spread)}`,
  }),
  sign('flows', {
    towards: 'more',
    name: 'calls in ten minutes',
    unit: null,
    shown: (value) => Math.round(Math.expm1(value)),
    say: (calls) => `it calls ${calls} times in ten minutes`,
  }),
  sign('unanswered-share', {
    towards: 'more',
    name: 'unanswered share',
    unit: null,
    shown: plain,
    say: (share) => `${percent(share)} of its calls are not answered`,
  }),
  sign('spread-of-source-bytes', {
    towards: 'less',
    name: 'spread of sizes',
    unit: null,
    shown: plain,
    say: (spread) => `what it sends differs by ${percent(spread)} in size`,
  }),
  sign('failed-dns-share', {
    towards: 'more',
    name: 'failed share of DNS',
    unit: null,
    shown: plain,
    say: (share) => `${percent(share)} of the questions to DNS fail`,
  }),
];

/** The signs of a window of a channel, each the greater the more it is one. */
export function signsOf(values: Float64Array): Float64Array {
  return Float64Array.from(CHANNEL_SIGNS, ({ column, towards }) =>
    towards === 'more' ? values[column]! : -values[column]!,
  );
}
