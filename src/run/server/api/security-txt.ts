import { formatMicros, micros } from '#base/core/index.ts';

/** Days for which what is served today can be relied on; less than a year, as the RFC recommends. */
const VALID_DAYS = 180;
const DAY_US = 86_400_000_000;

/**
 * Where to report a weakness, for whoever finds one.
 *
 * @param contact URIs, the preferred one first
 * @param now epoch microseconds
 * @see RFC 9116 section 2.5
 */
export function securityTxt(contact: readonly string[], now: number): string {
  const lines = contact.map((uri) => `Contact: ${uri}`);
  return [...lines, `Expires: ${formatMicros(micros(now + VALID_DAYS * DAY_US))}`, 'Preferred-Languages: en', ''].join(
    '\n',
  );
}
