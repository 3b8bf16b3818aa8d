import type { StrangerTrial } from '#assure/controls/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { BehaviourWatch } from '#watch/detect/index.ts';

const [KNOWN, AFTER] = [6_400, 640];

/**
 * Teaches a device, and lets another kind of device speak in its name.
 *
 * @param stranger the level at which the other one is; the device itself is at 4
 */
export function tryStranger(stranger = 80): StrangerTrial {
  const random = seedRandom(6);
  const watch = new BehaviourWatch(2);
  const take = (level: number): boolean =>
    watch.take(Float64Array.of(level * (1 + 0.1 * nextNormal(random)), Math.log1p(1)), 0, null) !== null;
  let itself = 0;
  for (let i = 0; i < KNOWN; i++) if (take(4)) itself += 1;
  for (let i = 0; i < AFTER; i++) if (take(stranger)) return { itself, strangerAfter: i + 1 };
  return { itself, strangerAfter: null };
}
