import type { Millis } from '#base/core/index.ts';
import { parseDates, parseHours, WEEKDAYS } from './calendar.ts';
import type { Calendar } from './calendar.ts';
import { parsePhysics } from './physics-rule.ts';
import { parseBudget, parseDuration } from './quantities.ts';
import type { TemplateSource } from './schema.ts';
import type { Detection } from './types.ts';

type CalendarSource = NonNullable<TemplateSource['calendars']>[string];

/** What is to be detected, by stream. The source was checked. */
export function buildDetect(source: TemplateSource): ReadonlyMap<string, Detection> {
  return new Map(
    Object.entries(source.detect ?? {}).map(([stream, { budget, drift, tiers, state, calendars, signs, physics }]) => [
      stream,
      {
        stream,
        budget: budget === undefined ? null : parseBudget(budget),
        ...(drift === undefined
          ? {}
          : { drift: { atMostEvery: durationOf(drift['at-most-every']), season: durationOf(drift.season) } }),
        ...(tiers === undefined ? {} : { tiers }),
        ...(state === undefined ? {} : { state }),
        ...(calendars === undefined
          ? {}
          : { calendars: calendars.map((name) => buildCalendar(name, source.calendars?.[name] ?? {})) }),
        ...(signs === undefined ? {} : { signs }),
        ...(physics === undefined
          ? {}
          : { physics: physics.map((text) => parsePhysics(text)).filter((rule) => rule !== null) }),
      },
    ]),
  );
}

function buildCalendar(name: string, { zone, days, hours, dates, except, cycle }: CalendarSource): Calendar {
  return {
    name,
    zone: zone ?? 'UTC',
    days: days?.map((day) => WEEKDAYS.indexOf(day)) ?? null,
    hours: hours?.map(parseHours) ?? null,
    dates: dates?.map(parseDates) ?? null,
    except: except?.map(parseDates) ?? [],
    cycle:
      cycle === undefined
        ? null
        : {
            every: parseDuration(cycle.every) ?? 0,
            parts: cycle.parts,
            from: cycle.from === undefined ? 0 : Date.parse(cycle.from),
          },
  };
}

function durationOf(text: string | undefined): Millis | null {
  return text === undefined ? null : parseDuration(text);
}
