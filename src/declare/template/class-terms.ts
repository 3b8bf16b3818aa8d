import { CLASS_RULES, CLASSES, CONNECTIONS_STREAM, EVENTS_STREAM, millis, PROBER_STREAMS } from '#base/core/index.ts';
import type { Class, ClassRule, Millis } from '#base/core/index.ts';
import type { ReferenceTable, Stream, Template } from './types.ts';

/** What follows from each class under a template: the table, and what the template says beyond it. */
export function classRules({ classes }: Pick<Template, 'classes'>): Readonly<Record<Class, ClassRule>> {
  if (classes === undefined) return CLASS_RULES;
  const entries = CLASSES.map((cls): [Class, ClassRule] => [cls, { ...CLASS_RULES[cls], ...classes.get(cls) }]);
  return Object.fromEntries(entries) as Record<Class, ClassRule>;
}

/**
 * How long readings of a stream are kept: within what the stream says and what every class of its fields says. A
 * reading goes as a whole, so the shortest `max` and the longest `min` hold; where they contradict each other it is
 * kept for `min`, which the checks of templates rule out.
 */
export function keepOf(template: Template, { keep, fields }: Stream): { min: Millis | null; max: Millis | null } {
  const rules = classRules(template);
  const keeps = [keep, ...classesOf(fields).map((cls) => rules[cls].keep)];
  const [mins, maxes] = [keeps.flatMap(({ min }) => min ?? []), keeps.flatMap(({ max }) => max ?? [])];
  return {
    min: mins.length === 0 ? null : millis(Math.max(...mins)),
    max: maxes.length === 0 ? null : millis(Math.min(...maxes)),
  };
}

/**
 * The region in which a stream or table has to stay: what a class of its fields asks for, else its own, else the
 * template's; null where none is named. The checks of templates rule out that two classes ask for different ones. What
 * the platform writes of devices stays where the platform is; what its prober sends says nothing of anybody.
 */
export function regionOf(template: Template, relation: Stream | ReferenceTable): string | null {
  if (ABOUT_DEVICES.includes(relation.name)) return mainRegion(template);
  if (PROBER_STREAMS.includes(relation.name)) return null;
  const rules = classRules(template);
  const byClass = classesOf(relation.fields).flatMap((cls) => rules[cls].region ?? []);
  const own = 'region' in relation ? relation.region : undefined;
  return byClass[0] ?? own ?? (template.region === 'unspecified' ? null : template.region);
}

const ABOUT_DEVICES: readonly string[] = [EVENTS_STREAM, CONNECTIONS_STREAM];

/** Where the data directory stands; null where nothing says. */
export function mainRegion({ region, objects }: Pick<Template, 'region' | 'objects'>): string | null {
  return objects?.get('main')?.region ?? (region === 'unspecified' ? null : region);
}

/** Where a place for segments stands; null where nothing says, or there is no such place. */
export function placeRegion(template: Pick<Template, 'region' | 'objects'>, place: string | null): string | null {
  if (place === null) return mainRegion(template);
  const declared = template.objects?.get(place);
  return declared === undefined ? null : (declared.region ?? mainRegion(template));
}

function classesOf(fields: Stream['fields']): readonly Class[] {
  return [...new Set(fields.map((field) => field.class))].filter((cls) => CLASS_RULES[cls].entry !== 'refused');
}
