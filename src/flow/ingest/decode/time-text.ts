import { parseRfc3339 } from '#base/core/index.ts';

/**
 * Reads an RFC 3339 time as `parseRfc3339` does, and the form that most devices send (`2026-01-31T12:00:00.5Z`, the
 * zone always Z) without a regular expression or an object.
 *
 * @returns epoch microseconds, or null
 */
export function parseTimeText(text: string): number | null {
  const length = text.length;
  // 4-, 7-, 10T, 13:, 16: and a final Z; whatever is otherwise goes the general way.
  if (
    length < 20 ||
    length > 30 ||
    length === 21 ||
    text.charCodeAt(4) !== 0x2d ||
    text.charCodeAt(7) !== 0x2d ||
    text.charCodeAt(10) !== 0x54 ||
    text.charCodeAt(13) !== 0x3a ||
    text.charCodeAt(16) !== 0x3a ||
    text.charCodeAt(length - 1) !== 0x5a
  ) {
    return parseRfc3339(text);
  }
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  // The 29th and later days, and leap seconds, depend on more than their digits. A digit that is none made NaN.
  const usual =
    month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && minute <= 59 && second <= 59 && year >= 1;
  const fraction = usual ? microsOf(text, length) : Number.NaN;
  if (Number.isNaN(fraction)) return parseRfc3339(text);
  return ((daysBefore(year, month, day) * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000 + fraction;
}

function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Digits behind the point as microseconds, those past the sixth cut off. */
function microsOf(text: string, length: number): number {
  if (length === 20) return 0;
  if (text.charCodeAt(19) !== 0x2e) return Number.NaN;
  let micros = 0;
  for (let at = 20; at < 26 || at < length - 1; at++) {
    const digit = at < length - 1 ? text.charCodeAt(at) - 0x30 : 0;
    if (digit < 0 || digit > 9) return Number.NaN;
    if (at < 26) micros = micros * 10 + digit;
  }
  return micros;
}

/** Days from 1970-01-01 to a date of the Gregorian calendar (H. Hinnant, days_from_civil). */
function daysBefore(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
