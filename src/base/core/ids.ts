import type { Clock, Random } from './ports.ts';

/**
 * A new id that sorts by time of making: 12 hex digits of epoch milliseconds, then 20 of randomness.
 * Unique without coordination; carries no information but its time.
 */
export function makeId(clock: Clock, random: Random): string {
  const ms = Math.floor(clock.now() / 1_000);
  return ms.toString(16).padStart(12, '0') + random.bytes(10).toHex();
}

/** Names of devices, streams, fields, views, roles and purposes: bounded, safe in topics, paths, SQL and logs. */
export const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Device names may hold dots and colons besides, as serial numbers and MAC addresses do. */
export const DEVICE_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;
