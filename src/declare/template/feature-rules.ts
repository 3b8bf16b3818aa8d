import type { CheckContext } from './check-context.ts';
import { FEATURE_WORDS, featureWord } from './feature-words.ts';
import type { FeatureRule, FeatureSource } from './feature-words.ts';
import { asList } from './partial.ts';
import type { DeepPartial } from './partial.ts';
import { parseDuration } from './quantities.ts';
import type { StreamSource } from './schema.ts';
import type { SourcePath } from './source-node.ts';

type FeatureText = NonNullable<StreamSource['features']>[string];

const TYPES: Readonly<Record<Exclude<FeatureSource, 'nothing'>, readonly string[]>> = {
  number: ['number', 'integer'],
  category: ['text', 'boolean', 'integer'],
};
const NAMED: Readonly<Record<Exclude<FeatureSource, 'nothing'>, string>> = {
  number: 'numbers',
  category: 'texts, truths and whole numbers',
};
/** Keys that are no settings. */
const OWN = ['kind', 'of', 'from', 'at'];

/** Features with every default filled in, in the order in which they are written. */
export function buildFeatures(features: NonNullable<StreamSource['features']>): ReadonlyMap<string, FeatureRule> {
  return new Map(
    Object.entries(features).map(([name, text]) => {
      const settings = Object.entries(featureWord(text.kind).settings).map(([key, { standard }]) => {
        return [key, settingOf(text, key) ?? standard ?? 0] as const;
      });
      const { kind, of = null, at = null } = text;
      return [name, { name, kind, of, from: asList(text.from), at, settings: Object.fromEntries(settings) }];
    }),
  );
}

/** Checks the features of a stream: that each names fields that are there and fit, and what its kind asks for. */
export function checkFeatureRules(context: CheckContext, path: SourcePath, stream: DeepPartial<StreamSource>): void {
  const fields = stream.fields ?? {};
  for (const [name, feature] of Object.entries(stream.features ?? {})) {
    const place = [...path, 'features', name];
    if (Object.hasOwn(fields, name)) {
      context.atKey(
        place,
        'TEMPLATE_FIELD_CONFLICT',
        `a field is named \`${name}\` already: name the feature otherwise`,
      );
    }
    if (feature?.kind !== undefined) checkOne(context, place, feature, fields);
  }
}

type Fields = DeepPartial<StreamSource['fields']>;

function checkOne(context: CheckContext, path: SourcePath, feature: DeepPartial<FeatureText>, fields: Fields): void {
  const { kind, of, at } = feature;
  if (kind === undefined || !Object.hasOwn(FEATURE_WORDS, kind)) return;
  const { of: source, settings, takes } = featureWord(kind);
  const from = asList(feature.from);
  const lacks = (key: string, what: string): void =>
    context.atKey([...path, 'kind'], 'TEMPLATE_FIELD_CONFLICT', `a feature of kind ${kind} ${what}: add \`${key}\``);
  const refuses = (key: string): void =>
    context.atKey([...path, key], 'TEMPLATE_FIELD_CONFLICT', `a feature of kind ${kind} has no \`${key}\``);

  if (source !== 'nothing' && of === undefined) lacks('of', 'is computed of a field');
  if (source === 'nothing' && of !== undefined) refuses('of');
  if (takes.includes('from') && from.length === 0) lacks('from', 'is told from other fields');
  if (!takes.includes('from') && feature.from !== undefined) refuses('from');
  if (!takes.includes('at') && at !== undefined) refuses('at');
  if (from.includes(of ?? '')) {
    context.at([...path, 'from'], 'TEMPLATE_FIELD_CONFLICT', `\`${of}\` is told from other fields than itself`);
  }
  if (of !== undefined && source !== 'nothing') checkField(context, [...path, 'of'], of, fields, source);
  for (const [index, name] of from.entries()) {
    const place = typeof feature.from === 'string' ? [...path, 'from'] : [...path, 'from', index];
    checkField(context, place, name, fields, 'number');
  }
  if (at !== undefined) checkTime(context, [...path, 'at'], at, fields);
  for (const key of Object.keys(feature)) {
    if (!OWN.includes(key) && !Object.hasOwn(settings, key)) refuses(key);
  }
  for (const [key, { standard }] of Object.entries(settings)) {
    if (standard === null && !Object.hasOwn(feature, key)) lacks(key, `says its \`${key}\``);
  }
}

function checkField(
  context: CheckContext,
  path: SourcePath,
  name: string,
  fields: Fields,
  source: Exclude<FeatureSource, 'nothing'>,
): void {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  const known = Object.entries(fields)
    .filter(([, other]) => other?.class !== 'secret' && TYPES[source].includes(other?.type ?? ''))
    .map(([other]) => other);
  if (field === undefined) context.unknown(path, 'field', name, known);
  else if (field.class === 'secret') {
    context.at(path, 'TEMPLATE_FIELD_CONFLICT', `\`${name}\` is a secret, of which nothing is stored`);
  } else if (field.type !== undefined && !known.includes(name)) {
    const message = `it is computed of ${NAMED[source]}; \`${name}\` is of type ${field.type}`;
    context.at(path, 'TEMPLATE_FIELD_CONFLICT', message);
  }
}

function checkTime(context: CheckContext, path: SourcePath, name: string, fields: Fields): void {
  const times = Object.entries(fields).filter(([, field]) => field?.type === 'time');
  if (!times.some(([known]) => known === name)) {
    context.unknown(
      path,
      'field of times',
      name,
      times.map(([known]) => known),
    );
  }
}

function settingOf(text: FeatureText, key: string): number | undefined {
  const written = (text as Readonly<Record<string, unknown>>)[key];
  if (typeof written === 'number') return written;
  const duration = typeof written === 'string' ? parseDuration(written) : null;
  return duration === null ? undefined : duration / 1_000;
}
