import { days, millis, seconds } from '#base/core/index.ts';
import type { CheckContext } from './check-context.ts';
import type { DeepPartial } from './partial.ts';
import { parseDuration } from './quantities.ts';
import type { StreamSource } from './schema.ts';
import type { SourcePath } from './source-node.ts';
import type { Field, Measure, Stream } from './types.ts';

type AggregateSource = NonNullable<StreamSource['aggregate']>;

const STANDARD_WAIT = seconds(10);
const LONGEST = days(1);
/** Windows of one device that may be open at once: each is held in memory. */
const MOST_OPEN = 1_000;

/** Names of the columns that a window keeps of a field. */
export function measureColumn(field: string, measure: Measure): string {
  return `${field}_${measure}`;
}

/** The fields of a stream's readings as devices send them; those of its rows are `fields`. */
export function intakeFields({ fields, aggregate }: Pick<Stream, 'fields' | 'aggregate'>): readonly Field[] {
  return aggregate?.intake ?? fields;
}

/**
 * What a stream that is aggregated at the door takes in and what it stores: `fields` are those of its rows, and what is
 * neither measured nor told apart by is withheld from the start.
 */
export function buildAggregation(
  source: AggregateSource,
  declared: readonly Field[],
): Pick<Stream, 'fields' | 'aggregate'> {
  const by = source.by ?? [];
  const of = Object.entries(source.of).map(([field, measures]) => ({ field, measures }));
  const used = new Set([...by, ...of.map(({ field }) => field)]);
  const intake = declared.map((field): Field => (used.has(field.name) ? field : { ...field, withheld: true }));
  const find = (name: string): Field[] => declared.filter((field) => field.name === name);
  const fields = [
    ...by.flatMap(find),
    ...of.flatMap(({ field, measures }) => find(field).flatMap((one) => measures.map((each) => measured(one, each)))),
  ];
  return {
    fields,
    aggregate: {
      every: millis(parseDuration(source.every) ?? 0),
      wait: source.wait === undefined ? STANDARD_WAIT : millis(parseDuration(source.wait) ?? 0),
      by,
      of,
      intake,
    },
  };
}

/** The column of a measure: of the field's class, unit and purposes, and in its range. */
function measured(field: Field, measure: Measure): Field {
  const { coarsen: _, ...rest } = field;
  const column = { ...rest, name: measureColumn(field.name, measure), step: null };
  const description = `${WORDS[measure]} ${field.name} in the window`;
  if (measure === 'count') {
    return { ...column, type: 'integer', unit: null, range: [0, null], nullable: false, description };
  }
  return { ...column, type: measure === 'mean' ? 'number' : field.type, description };
}

const WORDS: Readonly<Record<Measure, string>> = {
  mean: 'mean of',
  min: 'least',
  max: 'greatest',
  count: 'number of values of',
};

/** Checks what an aggregation cannot say by its shape. */
export function checkAggregate(context: CheckContext, path: SourcePath, stream: DeepPartial<StreamSource>): void {
  const { aggregate, fields = {}, subject } = stream;
  if (aggregate === undefined) return;
  const at = (parts: readonly (string | number)[], why: string): void =>
    context.at([...path, 'aggregate', ...parts], 'TEMPLATE_VALUE_INVALID', why);
  checkTimes(aggregate, stream, at);
  const known = Object.keys(fields);
  const names = (aggregate.by ?? []).map((name, i) => [name, ['by', i]] as const);
  for (const [name, place] of [...names, ...Object.keys(aggregate.of ?? {}).map((n) => [n, ['of', n]] as const)]) {
    const type = fields[name]?.type;
    if (!Object.hasOwn(fields, name)) context.unknown([...path, 'aggregate', ...place], 'field', name, known);
    else if (place[0] === 'of' && type !== 'number' && type !== 'integer')
      at(place, `only numbers and integers are measured; \`${name}\` is of type ${type ?? 'none'}`);
    else if (place[0] === 'of' && (fields[name]?.class === 'identifier' || fields[name]?.tokenise !== undefined))
      at(place, `\`${name}\` is stored as tokens, which have no mean; name it under \`by\``);
    else if (place[0] === 'by' && (type === 'number' || type === 'time'))
      at(place, `windows are told apart by texts, booleans and integers; \`${name}\` is of type ${type}`);
  }
  for (const [field, measures] of Object.entries(aggregate.of ?? {})) {
    for (const measure of measures ?? []) {
      const column = measureColumn(field, measure);
      if (!(aggregate.by ?? []).includes(column)) continue;
      at(['of', field], `its column \`${column}\` has the name of a field under \`by\``);
    }
  }
  if (subject !== undefined && aggregate.by?.includes(subject) !== true) {
    const message = `\`${subject}\` names the person whom a reading is about, so windows are told apart by it: add it to \`by\``;
    context.atKey([...path, 'aggregate'], 'TEMPLATE_FIELD_CONFLICT', message);
  }
  if (stream['coarsen-time'] !== undefined) {
    const message = 'the times of windows are their beginnings: leave out `coarsen-time`';
    context.atKey([...path, 'coarsen-time'], 'TEMPLATE_FIELD_CONFLICT', message);
  }
}

function checkTimes(
  { every, wait }: DeepPartial<AggregateSource>,
  { accept }: DeepPartial<StreamSource>,
  at: (parts: readonly string[], why: string) => void,
): void {
  const length = every === undefined ? null : parseDuration(every);
  if (length === null) return;
  if (length < 1_000 || length > LONGEST || length % 1_000 !== 0)
    return at(['every'], 'a window is a whole number of seconds long, from 1s to 1d');
  const waits = (wait === undefined ? STANDARD_WAIT : parseDuration(wait)) ?? 0;
  const early = (accept?.early === undefined ? null : parseDuration(accept.early)) ?? 0;
  if ((waits + early) / length > MOST_OPEN)
    at([wait === undefined ? 'every' : 'wait'], `more than ${MOST_OPEN} windows of a device would be open at once`);
}
