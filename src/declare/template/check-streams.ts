import { CLASS_RULES, isAboutPeople } from '#base/core/index.ts';
import type { CheckContext } from './check-context.ts';
import { checkAggregate } from './aggregate-rules.ts';
import { FLOW_FIELDS } from './flow-fields.ts';
import { checkFeatureRules } from './feature-rules.ts';
import { asList } from './partial.ts';
import type { DeepPartial } from './partial.ts';
import { TEMPLATE_BOUNDS } from './limits.ts';
import { checkPrivacy } from './privacy-rules.ts';
import { parseDuration, parseRate } from './quantities.ts';
import type { StreamSource } from './schema.ts';
import type { SourcePath } from './source-node.ts';

/** Checks streams: what they come from, whom they are about, how long they are kept, what they are for. */
export function checkStreams(context: CheckContext): void {
  const { source } = context;
  const deviceTypes = Object.keys(source.devices ?? {});
  checkPlaces(context);
  for (const [name, stream] of Object.entries(source.streams ?? {})) {
    checkStream(context, ['streams', name], stream ?? {}, deviceTypes);
  }
  for (const [name, table] of Object.entries(source.tables ?? {})) {
    checkPurposes(context, ['tables', name], table?.fields ?? {}, table?.purposes);
  }
}

/** What is aggregated has a place for its windows beside that for its readings; too many streams are a matter of shape. */
function checkPlaces(context: CheckContext): void {
  const streams = Object.values(context.source.streams ?? {});
  const aggregated = streams.filter((stream) => stream?.aggregate !== undefined).length;
  const most = TEMPLATE_BOUNDS.streams;
  if (streams.length > most || streams.length + aggregated <= most) return;
  context.at(
    ['streams'],
    'TEMPLATE_TOO_LARGE',
    `${streams.length} streams, of which ${aggregated} are aggregated and count twice; at most ${most} are allowed`,
  );
}

function checkStream(
  context: CheckContext,
  path: SourcePath,
  stream: DeepPartial<StreamSource>,
  deviceTypes: readonly string[],
): void {
  const from = asList(stream.from);
  for (const [index, type] of from.entries()) {
    const place = typeof stream.from === 'string' ? [...path, 'from'] : [...path, 'from', index];
    if (!deviceTypes.includes(type)) context.unknown(place, 'device type', type, deviceTypes);
  }
  if (stream.from !== undefined && from.length === 0)
    context.at([...path, 'from'], 'TEMPLATE_VALUE_INVALID', 'name at least one device type');
  checkSubject(context, path, stream);
  checkFlow(context, path, stream);
  checkPrivacy(context, path, stream.privacy);
  checkAggregate(context, path, stream);
  checkFeatureRules(context, path, stream);
  const fields = stream.fields ?? {};
  checkPurposes(context, path, fields, stream.purposes);
  const health = Object.entries(fields).find(
    ([, field]) => field?.class !== undefined && field.class !== 'secret' && CLASS_RULES[field.class].needsBasis,
  );
  if (health !== undefined && stream.basis === undefined) {
    context.atKey(
      [...path, 'fields', health[0], 'class'],
      'TEMPLATE_PURPOSE_MISSING',
      'health data need a lawful `basis` on the stream',
    );
  }
  checkConsent(context, path, stream);
  const { subject } = stream;
  if (subject !== undefined && Object.hasOwn(fields, subject) && fields[subject]?.purposes !== undefined) {
    const message = 'it names the person whom the whole reading is about, so it is for whatever the stream is for';
    context.atKey([...path, 'fields', subject, 'purposes'], 'TEMPLATE_FIELD_CONFLICT', message);
  }
  if (stream['coarsen-time'] !== undefined && durationOf(stream['coarsen-time']) === 0) {
    context.at([...path, 'coarsen-time'], 'TEMPLATE_VALUE_INVALID', 'a grid is longer than nothing');
  }
  const min = durationOf(stream.keep?.min);
  const max = durationOf(stream.keep?.max);
  if (min !== null && max !== null && min > max) {
    context.at([...path, 'keep', 'max'], 'TEMPLATE_VALUE_INVALID', '`max` is shorter than `min`');
  }
  const sustained = typeof stream.rate === 'string' ? stream.rate : stream.rate?.sustained;
  if (sustained !== undefined && parseRate(sustained) === null) {
    context.at([...path, 'rate'], 'TEMPLATE_VALUE_INVALID', 'a rate is above zero');
  }
}

/** What is written over the fields of a flow may not make something else of them. */
function checkFlow(context: CheckContext, path: SourcePath, stream: DeepPartial<StreamSource>): void {
  if (stream.type !== 'flow') return;
  for (const [name, { type }] of Object.entries(FLOW_FIELDS)) {
    const found = stream.fields?.[name]?.type;
    if (found === type) continue;
    const what = found === undefined ? 'left out' : `of type ${found}`;
    const message = `\`${name}\` is of type ${type} in a stream of type flow, and cannot be ${what}`;
    context.at([...path, 'fields', name, 'type'], 'TEMPLATE_FIELD_CONFLICT', message);
  }
}

/** Purposes of a stream that asks for consent: the gateway looks at each for every reading. */
const MOST_CONSENTED = 15;

/** Consent is somebody's, and for something. */
function checkConsent(context: CheckContext, path: SourcePath, stream: DeepPartial<StreamSource>): void {
  if (stream.basis !== 'consent') return;
  const place = [...path, 'basis'];
  const missing = stream.subject === undefined ? 'subject' : (stream.purposes ?? []).length === 0 ? 'purposes' : null;
  if (missing === 'subject')
    context.at(place, 'TEMPLATE_FIELD_CONFLICT', 'consent is somebody’s: name the field of the person as `subject`');
  if (missing === 'purposes')
    context.at(place, 'TEMPLATE_PURPOSE_MISSING', 'consent is for something: `purposes` has to say what for');
  if ((stream.purposes ?? []).length > MOST_CONSENTED) {
    const message = `consent can be asked for ${MOST_CONSENTED} purposes of a stream at most`;
    context.at([...path, 'purposes'], 'TEMPLATE_VALUE_INVALID', message);
  }
}

function checkSubject(context: CheckContext, path: SourcePath, stream: DeepPartial<StreamSource>): void {
  const { subject, fields = {} } = stream;
  if (subject === undefined) return;
  const field = Object.hasOwn(fields, subject) ? fields[subject] : undefined;
  const place = [...path, 'subject'];
  if (field === undefined) return context.unknown(place, 'field', subject, Object.keys(fields));
  if (field.type !== undefined && field.type !== 'text') {
    context.at(
      place,
      'TEMPLATE_FIELD_CONFLICT',
      `the subject is named by a text; \`${subject}\` is of type ${field.type}`,
    );
  }
  const cls = field.class ?? 'operational';
  if (!isAboutPeople(cls)) {
    context.at(
      place,
      'TEMPLATE_FIELD_CONFLICT',
      `\`${subject}\` names a person, so its class is personal, identifier or health, not ${cls}`,
    );
  }
}

function checkPurposes(
  context: CheckContext,
  path: SourcePath,
  fields: DeepPartial<StreamSource['fields']>,
  purposes: readonly string[] | undefined,
): void {
  if (purposes !== undefined && purposes.length > 0) return;
  for (const [name, field] of Object.entries(fields)) {
    const cls = field?.class ?? 'operational';
    if (!isAboutPeople(cls)) continue;
    context.atKey(path, 'TEMPLATE_PURPOSE_MISSING', `\`${name}\` is ${cls}, so \`purposes\` has to say what it is for`);
    return;
  }
}

function durationOf(text: string | undefined): number | null {
  return text === undefined ? null : parseDuration(text);
}
