/** Times that are usual in a way of their own: all conditions that are given hold. */
export interface Calendar {
  readonly name: string;
  /** Time zone of the database of IANA. */
  readonly zone: string;
  /** Days of the week, 0 for Sunday; null for all. */
  readonly days: readonly number[] | null;
  /** Spans of the day in minutes from midnight, the end left out; one that ends before it begins goes over midnight. */
  readonly hours: readonly (readonly [from: number, to: number])[] | null;
  /** Days such as `2026-12-24`, or spans of them, both ends in; null for all. */
  readonly dates: readonly (readonly [from: string, to: string])[] | null;
  /** Days that are none of them. */
  readonly except: readonly (readonly [from: string, to: string])[];
  /** A cycle of so many milliseconds in so many parts, from an instant on (epoch milliseconds); null for none. */
  readonly cycle: { readonly every: number; readonly parts: number; readonly from: number } | null;
}

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

export const CALENDAR_PATTERNS = {
  hours: '^([01][0-9]|2[0-4]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]$',
  dates: '^20[0-9]{2}-[01][0-9]-[0-3][0-9](/20[0-9]{2}-[01][0-9]-[0-3][0-9])?$',
} as const;

/** A span such as `06:00-18:00` in minutes from midnight. */
export function parseHours(text: string): readonly [from: number, to: number] {
  const [from = 0, to = 0] = text.split('-').map((time) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    return 60 * hours + minutes;
  });
  return [from, to];
}

/** A day, or a span of days such as `2026-08-01/2026-09-30`. */
export function parseDates(text: string): readonly [from: string, to: string] {
  const [from = text, to = from] = text.split('/');
  return [from, to];
}
