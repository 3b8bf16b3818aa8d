import { DEARER_DETECTORS } from '../tiers/dearer-tiers.ts';
import type { WatchPlan } from './watch-plan.ts';

/** False alarms a second of each part: the detectors, the dearer tiers, channels, and what tells that the baseline has moved. */
export function rateOfPart({ budget, detectors, tiers, channels, series = [], windows }: WatchPlan): number {
  const ofWindows = tiers === undefined ? 0 : (windows ?? DEARER_DETECTORS).length;
  const further = ofWindows + series.length + (channels === undefined ? 0 : 1);
  const parts = detectors.length + further + 1;
  return budget.alarms / budget.seconds / parts;
}
