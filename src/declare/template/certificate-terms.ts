import { days, millis } from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';
import type { DeviceType } from './types.ts';

const STANDARD_LIFE = days(365);

/**
 * How long certificates of a type of device live, a year by default, and how long before their end they may be renewed,
 * by default a third of that.
 */
export function certificateTerms(type: DeviceType | undefined): {
  readonly life: Millis;
  readonly renewBefore: Millis;
} {
  const life = type?.certificate?.life ?? STANDARD_LIFE;
  return { life, renewBefore: type?.certificate?.renewBefore ?? millis(Math.floor(life / 3)) };
}
