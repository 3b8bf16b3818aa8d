import type { Millis } from '#base/core/index.ts';
import { parseDates, parseHours, WEEKDAYS } from './calendar.ts';
import type { Calendar } from './calendar.ts';
import { parsePhysics } from './physics-rule.ts';
import { DETECTOR_GROUPS, kindsNamed } from './detector-kinds.ts';
import type { DetectorChoice } from './detector-kinds.ts';
import { parseBudget, parseDuration, parseSize } from './quantities.ts';
import type { TemplateSource } from './schema.ts';
import type { Detection } from './types.ts';

type DetectSource = NonNullable<TemplateSource['detect']>[string];
type DetectorSource = NonNullable<DetectSource['detectors']>[number];
type CalendarSource = NonNullable<TemplateSource['calendars']>[string];

/** What is to be detected, by stream. The source was checked. */
export function buildDetect(source: TemplateSource): ReadonlyMap<string, Detection> {
  return new Map(
    Object.entries(source.detect ?? {}).map(
      ([stream, { budget, detectors, drift, tiers, state, calendars, signs, physics }]) => [
        stream,
        {
          stream,
          budget: budget === undefined ? null : parseBudget(budget),
          ...(drift === undefined
            ? {}
            : { drift: { atMostEvery: durationOf(drift['at-most-every']), season: durationOf(drift.season) } }),
          ...(tiers === undefined ? {} : { tiers: buildTiers(tiers) }),
          ...(detectors === undefined ? {} : { detectors: buildDetectors(detectors) }),
          ...(state === undefined ? {} : { state }),
          ...(calendars === undefined
            ? {}
            : { calendars: calendars.map((name) => buildCalendar(name, source.calendars?.[name] ?? {})) }),
          ...(signs === undefined ? {} : { signs }),
          ...(physics === undefined
            ? {}
            : { physics: physics.map((text) => parsePhysics(text)).filter((rule) => rule !== null) }),
        },
      ],
    ),
  );
}

/** The kinds that a list names, each once: what is said of one by itself goes before what a group says. */
function buildDetectors(said: readonly DetectorSource[]): readonly DetectorChoice[] {
  const choices = new Map<string, DetectorChoice>();
  const terms = said.map((one) => (typeof one === 'string' ? { kind: one } : one));
  const [groups, single] = [terms.filter(isGroup), terms.filter((one) => !isGroup(one))];
  for (const { kind, fields, window, settings } of [...groups, ...single]) {
    const more = {
      ...(fields === undefined ? {} : { fields }),
      ...(window === undefined ? {} : { window }),
      ...(settings === undefined ? {} : { settings }),
    };
    for (const one of kindsNamed(kind)) choices.set(one, { kind: one, ...more });
  }
  return [...choices.values()];
}

function isGroup({ kind }: { readonly kind: string }): boolean {
  return Object.hasOwn(DETECTOR_GROUPS, kind);
}

function buildTiers({ memory, ...shares }: NonNullable<DetectSource['tiers']>): NonNullable<Detection['tiers']> {
  const bytes = memory === undefined ? null : parseSize(memory);
  return bytes === null ? shares : { ...shares, memory: bytes };
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
