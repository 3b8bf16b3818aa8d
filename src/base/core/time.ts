import { CoreError } from './errors.ts';
import { micros } from './units.ts';
import type { Micros } from './units.ts';
import type { Clock } from './ports.ts';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads an RFC 3339 date and time; digits beyond the microsecond are cut. A leap second reads as the second after.
 *
 * @returns epoch microseconds, or null where the text is no such time or names a day that does not exist
 * @see RFC 3339 section 5.6
 */
export function parseRfc3339(text: string): Micros | null {
  const m = RFC3339.exec(text);
  if (m === null) return null;
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])];
  const [hour, minute, second] = [Number(m[4]), Number(m[5]), Number(m[6])];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return null;
  if (day > new Date(Date.UTC(2000, month, 0)).getUTCDate() && !(month === 2 && day === 29)) return null;
  if (month === 2 && day === 29 && !isLeapYear(year)) return null;
  const zoneHours = Number(m[9] ?? 0);
  const zoneMinutes = Number(m[10] ?? 0);
  if (zoneHours > 23 || zoneMinutes > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const zone = (zoneHours * 60 + zoneMinutes) * 60_000 * (m[8] === '-' ? -1 : 1);
  const fraction = m[7] === undefined ? 0 : Number(m[7].slice(0, 6).padEnd(6, '0'));
  return micros((date.getTime() - zone) * 1_000 + fraction);
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/**
 * Writes a time as RFC 3339 in UTC with six digits of fraction, dropped where they are zero.
 *
 * @throws {CoreError} CORE_TIME_INVALID outside the years 0000 to 9999
 */
export function formatMicros(time: Micros): string {
  const ms = Math.floor(time / 1_000);
  const date = new Date(ms);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999) {
    throw new CoreError('CORE_TIME_INVALID', `Cannot format time: ${time} is outside the years 0000 to 9999`);
  }
  const whole = date.toISOString().slice(0, 19);
  const fraction = (((ms % 1_000) + 1_000) % 1_000) * 1_000 + (time - ms * 1_000);
  return fraction === 0 ? `${whole}Z` : `${whole}.${String(fraction).padStart(6, '0')}Z`;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => micros(Date.now() * 1_000),
  monotonicMs: () => performance.now(),
};
