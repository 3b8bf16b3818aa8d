import type { CheckContext, PartialSource } from './check-context.ts';
import { DETECTOR_KINDS, DETECTOR_NAMES, kindsNamed } from './detector-kinds.ts';
import type { DetectorTerms } from './detector-kinds.ts';
import { positionAt } from './source-node.ts';
import type { SourcePath } from './source-node.ts';

type StreamSource = NonNullable<NonNullable<PartialSource['streams']>[string]>;
type DetectorSource = NonNullable<
  NonNullable<NonNullable<NonNullable<PartialSource['detect']>[string]>['detectors']>[number]
>;

/** Ports of a flow name something and measure nothing. */
const PORTS: readonly string[] = ['source_port', 'destination_port'];

/**
 * Checks what is to judge a stream: that there are such kinds, each once; that they can judge what the stream has; and
 * that their settings exist and are within bounds.
 */
export function checkDetectors(
  context: CheckContext,
  path: SourcePath,
  detectors: readonly (DetectorSource | undefined)[],
  stream: StreamSource,
): void {
  const numbers = numbersOf(stream);
  const seen = new Set<string>();
  for (const [i, said] of detectors.entries()) {
    if (said === undefined) continue;
    const at = [...path, i];
    const name = typeof said === 'string' ? said : said.kind;
    if (name === undefined) continue;
    const nameAt = typeof said === 'string' ? at : [...at, 'kind'];
    if (!DETECTOR_NAMES.includes(name)) {
      unknownKind(context, nameAt, name);
      continue;
    }
    // Groups may have kinds in common; what is said of a kind by itself goes before what a group says.
    if (seen.has(name)) context.at(nameAt, 'TEMPLATE_FIELD_CONFLICT', `\`${name}\` is named a second time`);
    seen.add(name);
    for (const kind of kindsNamed(name)) {
      const terms = DETECTOR_KINDS[kind]!;
      const fields = typeof said === 'string' ? undefined : said.fields?.filter((field) => field !== undefined);
      checkNumbers(context, nameAt, kind, terms, fields?.length ?? numbers.length + featuresOf(stream));
      if (typeof said !== 'string') checkTerms(context, at, kind, terms, said);
    }
    if (typeof said === 'string') continue;
    for (const [place, field] of (said.fields ?? []).entries()) {
      if (field !== undefined) checkField(context, [...at, 'fields', place], field, stream, numbers);
    }
  }
}

function unknownKind({ findings, root }: CheckContext, at: SourcePath, name: string): void {
  // All of them: whoever misspells one looks for what there is.
  const message = `there is no kind of detector \`${name}\`; known: ${DETECTOR_NAMES.join(', ')}`;
  findings.add('TEMPLATE_REFERENCE_UNKNOWN', positionAt(root, at), message, { found: name, known: DETECTOR_NAMES });
}

/** What a stream has to be judged. */
function checkNumbers(context: CheckContext, at: SourcePath, kind: string, terms: DetectorTerms, has: number): void {
  if (has >= terms.numbers) return;
  const why =
    terms.numbers === 1
      ? `\`${kind}\` judges numbers, and the stream has none: texts and truths are judged by their order and timing, which \`features\` declare`
      : `\`${kind}\` judges how numbers go together, and needs two of them: there ${has === 1 ? 'is one' : 'are none'}`;
  context.at(at, 'TEMPLATE_FIELD_CONFLICT', why);
}

function checkField(
  context: CheckContext,
  at: SourcePath,
  field: string,
  { fields = {} }: StreamSource,
  numbers: readonly string[],
): void {
  if (numbers.includes(field)) return;
  if (!Object.hasOwn(fields, field)) return context.unknown(at, 'field', field, numbers);
  context.at(at, 'TEMPLATE_FIELD_CONFLICT', `\`${field}\` is no number that measures something`);
}

/** What is said of a kind beside its name. */
function checkTerms(
  context: CheckContext,
  path: SourcePath,
  kind: string,
  { sees, settings }: DetectorTerms,
  said: Exclude<DetectorSource, string>,
): void {
  if (said.fields !== undefined && sees !== 'series')
    context.at(
      [...path, 'fields'],
      'TEMPLATE_FIELD_CONFLICT',
      `\`${kind}\` judges all numbers of the stream: \`fields\` can be said of kinds that follow single devices`,
    );
  if (said.window !== undefined && sees !== 'windows')
    context.at(
      [...path, 'window'],
      'TEMPLATE_FIELD_CONFLICT',
      `\`${kind}\` judges no windows of the stream: \`window\` can be said of kinds that do`,
    );
  for (const [name, value] of Object.entries(said.settings ?? {})) {
    const at = [...path, 'settings', name];
    const terms = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (terms === undefined) context.unknown(at, `setting of \`${kind}\``, name, Object.keys(settings));
    else if (value !== undefined && !(value >= terms.least && value <= terms.greatest && fits(value, terms.whole)))
      context.at(
        at,
        'TEMPLATE_VALUE_INVALID',
        `\`${name}\` of \`${kind}\` is ${terms.whole ? 'a whole number' : 'a number'} from ${terms.least} to ${terms.greatest}`,
      );
  }
}

function fits(value: number, whole: boolean): boolean {
  return !whole || Number.isInteger(value);
}

/** Fields of a stream that are numbers which measure something. */
function numbersOf({ type, fields = {} }: StreamSource): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const isNumber = field?.type === 'number' || field?.type === 'integer';
    return isNumber && !(type === 'flow' && PORTS.includes(name)) ? [name] : [];
  });
}

/** Features are numbers, too. */
function featuresOf({ features = {} }: StreamSource): number {
  return Object.keys(features).length;
}
