import { CLASSES } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import { nearestWord } from '#declare/template/index.ts';
import type { FeatureKindWord, FeatureRule, Field } from '#declare/template/index.ts';
import type { Feature } from './feature.ts';
import { kindOf } from './feature-kinds.ts';

import type { PeerField } from './peer-slots.ts';

/** A column that features are computed from. */
export interface FeatureInput {
  readonly name: string;
  /** How its values become numbers: as they are, as any number for each category, as epoch microseconds. */
  readonly form: 'number' | 'category' | 'time';
}

/**
 * What a feature is good for: a `measure` is judged like a field of the reading, a `score` says by itself how unusual
 * a reading is, `context` says when it was.
 */
export type FeatureRole = 'measure' | 'score' | 'context';

/** A feature of a stream, ready to be computed of rows of the plan's inputs. */
export interface PlannedFeature {
  readonly name: string;
  readonly feature: Feature;
  /** Names of its columns. */
  readonly columns: readonly string[];
  readonly unit: string | null;
  readonly role: FeatureRole;
  /** The strictest class of the fields that it is computed of. */
  readonly class: Class;
  /** False where it was found by the types of fields. */
  readonly declared: boolean;
}

export interface FeaturePlan {
  readonly inputs: readonly FeatureInput[];
  readonly features: readonly PlannedFeature[];
  /** Features that cannot be computed, and why. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

/** What is told of a stream, or of a view, to plan its features. */
export interface FeatureFields {
  readonly fields: readonly Pick<Field, 'name' | 'type' | 'unit' | 'class' | 'withheld'>[];
  readonly features?: ReadonlyMap<string, FeatureRule>;
}

/** Categories that are told apart of one field; what comes later is one. */
const SYMBOLS = 12;
/** Fields of categories whose order and timing are looked at where nothing else is said. */
const MOST_CATEGORIES = 4;
const DAY = 86_400;
const ROLES: Readonly<Record<FeatureKindWord, FeatureRole>> = {
  rate: 'measure',
  gap: 'measure',
  arrivals: 'measure',
  phase: 'context',
  slot: 'context',
  median: 'measure',
  spread: 'measure',
  level: 'measure',
  noise: 'measure',
  quantile: 'measure',
  residual: 'measure',
  order: 'score',
  timing: 'score',
  periodicity: 'score',
  peers: 'measure',
};

/**
 * The features of a stream: what its fields give by their types, and what is declared. A pure plan that both the watch
 * and those who ask for features follow.
 *
 * By default: each number and its rate, the time between readings, the time of day; of texts, truths and enumerations
 * their order and timing; and how periodic readings come that hold no numbers, since those are events.
 *
 * @param has whether a column is there; those of a view may be fewer than the stream has
 */
export function planFeatures(stream: FeatureFields, has: (column: string) => boolean = () => true): FeaturePlan {
  const fields = stream.fields.filter(({ class: cls, withheld }) => cls !== 'secret' && withheld !== true);
  const rules = [...defaultRules(fields.filter(({ name }) => has(name))), ...(stream.features?.values() ?? [])];
  const left: { name: string; why: string }[] = [];
  const usable = rules.filter((rule) => {
    const missing = namesOf(rule).find((name) => !has(name) || !fields.some((field) => field.name === name));
    if (missing !== undefined) left.push({ name: rule.name, why: whyNot(missing, fields, has) });
    return missing === undefined;
  });
  const used = new Set(usable.flatMap(namesOf));
  const inputs = fields.filter(({ name }) => used.has(name)).map(({ name, type }) => ({ name, form: formOf(type) }));
  const features = usable.map((rule): PlannedFeature => {
    const feature = featureOf(rule, (name) => inputs.findIndex((input) => input.name === name));
    const classes = namesOf(rule).map((name) => fields.find((field) => field.name === name)?.class ?? 'operational');
    return {
      name: rule.name,
      feature,
      columns: kindOf(feature).columns.map((ending) => `${rule.name}${ending}`),
      unit: unitOf(rule, fields),
      role: rule.kind === 'value' ? 'measure' : ROLES[rule.kind],
      class: classes.reduce<Class>((a, b) => (CLASSES.indexOf(b) > CLASSES.indexOf(a) ? b : a), 'public'),
      declared: stream.features?.has(rule.name) ?? false,
    };
  });
  return { inputs, features, left };
}

/** What has to be known of the devices of a group for features to be computed. */
export function peerFields(features: readonly Feature[]): readonly PeerField[] {
  const found = features.flatMap((one) => (one.kind === 'peers' ? [{ field: one.field, seconds: one.seconds }] : []));
  return found.filter(
    ({ field, seconds }, i) => found.findIndex((one) => one.field === field && one.seconds === seconds) === i,
  );
}

type Rule = Omit<FeatureRule, 'kind'> & { readonly kind: FeatureKindWord | 'value' };

/** No field of a template has a name with a dot, or one that begins with `_`. */
function defaultRules(fields: FeatureFields['fields']): readonly Rule[] {
  const numbers = fields.filter(({ type }) => type === 'number' || type === 'integer');
  const categories = fields.filter(({ type }) => type === 'text' || type === 'boolean');
  const rule = (name: string, kind: Rule['kind'], of: string | null, settings: Rule['settings'] = {}): Rule => {
    return { name, kind, of, from: [], at: null, settings };
  };
  return [
    ...numbers.map(({ name }) => rule(name, 'value', name)),
    ...numbers.map(({ name }) => rule(`${name}.rate`, 'rate', name)),
    rule('_gap', 'gap', null),
    rule('_day', 'phase', null, { period: DAY }),
    ...categories
      .slice(0, MOST_CATEGORIES)
      .flatMap(({ name }) => [
        rule(`${name}.order`, 'order', name, { after: 1, memory: 4_096 }),
        rule(`${name}.timing`, 'timing', name, { period: DAY, slots: 24, memory: 30 }),
      ]),
    ...(numbers.length === 0 && categories.length > 0 ? [rule('_beat', 'periodicity', null, { events: 128 })] : []),
  ];
}

function namesOf({ of, from, at }: Rule): readonly string[] {
  return [...(of === null ? [] : [of]), ...from, ...(at === null ? [] : [at])];
}

function formOf(type: Field['type']): FeatureInput['form'] {
  if (type === 'time') return 'time';
  return type === 'text' || type === 'boolean' ? 'category' : 'number';
}

/** The definition of a rule over numbered inputs. */
function featureOf({ kind, of, from, at, settings }: Rule, numberOf: (name: string) => number): Feature {
  const { over = 0, period = DAY, ...others } = settings;
  const definition = {
    kind,
    ...(of === null ? {} : { field: numberOf(of) }),
    ...(kind === 'residual' ? { from: from.map(numberOf) } : {}),
    ...(at === null ? {} : { at: numberOf(at) }),
    ...(kind === 'arrivals' || kind === 'peers' ? { seconds: over } : {}),
    ...(kind === 'phase' || kind === 'slot' || kind === 'timing' ? { seconds: period } : {}),
    ...(kind === 'order' || kind === 'timing' ? { symbols: SYMBOLS } : {}),
    ...others,
  };
  // A rule was checked against the words of its kind, and these are the words of the kind.
  return definition as Feature;
}

function unitOf({ kind, of }: Rule, fields: FeatureFields['fields']): string | null {
  const unit = fields.find(({ name }) => name === of)?.unit ?? null;
  if (kind === 'gap') return 's';
  if (kind === 'rate') return unit === null ? null : `${unit}/s`;
  return kind === 'order' || kind === 'timing' || kind === 'peers' ? null : unit;
}

function whyNot(missing: string, fields: FeatureFields['fields'], has: (column: string) => boolean): string {
  const nearest = nearestWord(
    missing,
    fields.map(({ name }) => name).filter((name) => has(name)),
  );
  return `there is no column \`${missing}\`${nearest === null ? '' : `; did you mean \`${nearest}\`?`}`;
}
