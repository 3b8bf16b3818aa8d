import type { Option } from '../detector.ts';

/** The setting that all charts share: over how many values they follow what is normal. */
export const BASELINE_MEMORY = {
  standard: 3600,
  least: 10,
  greatest: 1e9,
  whole: true,
  about: 'values over which the baseline follows slow change',
} as const satisfies Option;
