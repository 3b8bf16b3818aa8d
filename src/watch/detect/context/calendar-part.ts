import { WEEKDAYS } from '#declare/template/index.ts';
import type { Calendar } from '#declare/template/index.ts';

/** What a calendar says of one instant: 0 where it is outside, else the part of its cycle, from 1. */
export type CalendarPart = (micros: number) => number;

const MINUTE_US = 60 * 1e6;
/** Parts that a cycle can have. */
export const MOST_PARTS = 24;

/**
 * Reads a calendar. What it says holds for a minute, so local time is worked out once a minute.
 *
 * @returns a function of epoch microseconds
 */
export function readCalendar(calendar: Calendar): CalendarPart {
  const { days, hours, dates, except, cycle, zone } = calendar;
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const isIn = (micros: number): boolean => {
    const parts = new Map(format.formatToParts(micros / 1_000).map(({ type, value }) => [type, value]));
    const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
    const day = WEEKDAYS.findIndex((name) => parts.get('weekday')?.toLowerCase().startsWith(name) === true);
    const minute = 60 * Number(parts.get('hour')) + Number(parts.get('minute'));
    const within = ([from, to]: readonly [string, string]): boolean => from <= date && date <= to;
    return (
      (days === null || days.includes(day)) &&
      (hours === null ||
        hours.some(([from, to]) => (from <= to ? from <= minute && minute < to : minute >= from || minute < to))) &&
      (dates === null || dates.some(within)) &&
      !except.some(within)
    );
  };
  let [known, said] = [NaN, 0];
  return (micros) => {
    const minute = Math.floor(micros / MINUTE_US);
    if (minute !== known) [known, said] = [minute, isIn(minute * MINUTE_US) ? 1 : 0];
    if (said === 0 || cycle === null) return said;
    const into = (((micros / 1_000 - cycle.from) % cycle.every) + cycle.every) % cycle.every;
    return 1 + Math.min(cycle.parts - 1, Math.floor((into * cycle.parts) / cycle.every));
  };
}
