import { millis } from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';

const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
  ['y', 31_557_600_000],
]);

const UNIT_BYTES = new Map([
  ['B', 1],
  ['KiB', 1_024],
  ['MiB', 1_048_576],
  ['GiB', 1_073_741_824],
]);

const PERIOD_WORDS = new Map([
  ['second', 's'],
  ['minute', 'm'],
  ['hour', 'h'],
  ['day', 'd'],
  ['week', 'w'],
  ['month', null],
  ['year', 'y'],
]);

/** A month in a budget counts thirty days. */
const MONTH_MS = 30 * 86_400_000;

/** The forms of quantities, as sources of regular expressions; the schema carries the same ones. */
export const QUANTITY_PATTERNS = {
  duration: '^[0-9]{1,9}(\\.[0-9]{1,3})?(ms|s|m|min|h|d|w|y)$',
  rate: '^[0-9]{1,9}(\\.[0-9]{1,6})?/(ms|s|m|min|h|d)$',
  size: '^[0-9]{1,12}(B|KiB|MiB|GiB)$',
  budget: '^[0-9]{1,6} false alarms? per device per ([0-9]{1,3} )?(second|minute|hour|day|week|month|year)s?$',
} as const;

/** A duration such as `30d`, `12h`, `5m`, `1.5s`, `2y` (a year is 365.25 days); null where the text is none. */
export function parseDuration(text: string): Millis | null {
  if (!new RegExp(QUANTITY_PATTERNS.duration).test(text)) return null;
  const unit = text.replace(/^[0-9.]+/, '');
  return millis(Math.round(Number.parseFloat(text) * (UNIT_MS.get(unit) ?? Number.NaN)));
}

/** A rate such as `2/s` or `10/min`, as a number per second; null where the text is none or it is zero. */
export function parseRate(text: string): number | null {
  if (!new RegExp(QUANTITY_PATTERNS.rate).test(text)) return null;
  const [count = '', unit = ''] = text.split('/');
  const perSecond = Number(count) / ((UNIT_MS.get(unit) ?? Number.NaN) / 1_000);
  return perSecond > 0 ? perSecond : null;
}

/** A size such as `64KiB`, in bytes; null where the text is none. */
export function parseSize(text: string): number | null {
  if (!new RegExp(QUANTITY_PATTERNS.size).test(text)) return null;
  const unit = text.replace(/^[0-9]+/, '');
  return Number.parseInt(text, 10) * (UNIT_BYTES.get(unit) ?? Number.NaN);
}

/** A budget such as `1 false alarm per device per week`; null where the text is none. */
export function parseBudget(text: string): { alarms: number; per: Millis } | null {
  if (!new RegExp(QUANTITY_PATTERNS.budget).test(text)) return null;
  const [before = '', after = ''] = text.split(' per device per ');
  const times = Number.parseInt(after, 10);
  const word = after.replace(/^[0-9]+ /, '').replace(/s$/, '');
  const unit = PERIOD_WORDS.get(word);
  const ms = unit === null ? MONTH_MS : UNIT_MS.get(unit ?? '');
  if (ms === undefined) return null;
  return { alarms: Number.parseInt(before, 10), per: millis(ms * (Number.isNaN(times) ? 1 : Math.max(1, times))) };
}

/** A duration in the largest unit that writes it as a whole number, such as `7d`. */
export function formatDuration(duration: Millis): string {
  for (const unit of ['y', 'w', 'd', 'h', 'm', 's']) {
    const size = UNIT_MS.get(unit) ?? 1;
    if (duration >= size && duration % size === 0) return `${duration / size}${unit}`;
  }
  return `${duration}ms`;
}

/** A size in the largest unit that writes it as a whole number, such as `64KiB`. */
export function formatSize(size: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB']) {
    const bytes = UNIT_BYTES.get(unit) ?? 1;
    if (size >= bytes && size % bytes === 0) return `${size / bytes}${unit}`;
  }
  return `${size}B`;
}
