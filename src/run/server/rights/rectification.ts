import { formatMicros } from '#base/core/index.ts';
import type { Json, Micros } from '#base/core/index.ts';
import { tokenDomainOf } from '#declare/template/index.ts';
import type { Stream, Template } from '#declare/template/index.ts';
import type { Rectification } from '#assure/privacy/index.ts';
import { judgeValue } from '#flow/ingest/index.ts';
import { ServerError } from '../errors.ts';

/** What somebody asks to be corrected. */
export interface AskedRectification {
  readonly stream: string;
  /** Values by field, as in a reading; texts stand for numbers and booleans too. */
  readonly set: Readonly<Record<string, Json>>;
  /** Times of the readings, the last left out; null at an end that is open. */
  readonly from: Micros | null;
  readonly to: Micros | null;
}

/** Fields that one request corrects. */
const MOST_FIELDS = 16;

/**
 * Judges what is to be corrected: a declared field each, that does not name the person, with a value that a reading might
 * bring.
 *
 * @throws {ServerError} SERVER_SUBJECT_INVALID
 */
export function judgeRectification(
  { stream: name, set, from, to }: AskedRectification,
  template: Template,
): Rectification {
  const stream = template.streams.get(name);
  if (stream === undefined || stream.subject === null) {
    const found = stream === undefined ? 'no stream has this name' : 'its readings are about nobody';
    throw invalid(`Cannot correct ${name.slice(0, 64)}: ${found}`, 'Name a stream that declares its `subject`');
  }
  const entries = Object.entries(set);
  if (entries.length === 0 || entries.length > MOST_FIELDS) {
    throw invalid(`Cannot correct ${name}: ${entries.length} fields are named`, `Name 1 to ${MOST_FIELDS} fields`);
  }
  if (from !== null && to !== null && from >= to) {
    const span = `${formatMicros(from)} to ${formatMicros(to)}`;
    throw invalid(`Cannot correct ${name}: from ${span} lies no time`, 'Name an end that is later than the beginning');
  }
  return {
    stream: name,
    values: entries.map(([field, value]) => judgeField(stream, field, value, template)),
    from,
    to,
  };
}

function judgeField(stream: Stream, name: string, given: Json, { limits }: Template) {
  const field = stream.fields.find((each) => each.name === name);
  const place = `${stream.name}.${name.slice(0, 64)}`;
  if (field === undefined || field.withheld === true || field.class === 'secret') {
    const stored = stream.fields.map((each) => each.name).join(', ');
    throw invalid(`Cannot correct ${place}: no such field is stored`, `Stored are: ${stored}`);
  }
  if (name === stream.subject || tokenDomainOf(stream.name, field) !== null) {
    const why = name === stream.subject ? 'it names the person' : 'it is stored as a token';
    throw invalid(`Cannot correct ${place}: ${why}`, 'Erase the readings, and have them sent again as they should be');
  }
  const judged = judgeValue(stream, field, limits, meant(given, field.type));
  if ('refused' in judged) {
    throw invalid(`Cannot correct ${place}: a reading with this value is refused as \`${judged.refused}\``, 'Give a value that the template allows'); // prettier-ignore
  }
  return { column: name, value: judged.stored };
}

/** A text from a command line as what it says; `null` is nothing. */
function meant(given: Json, type: string): Json {
  if (typeof given !== 'string' || type === 'text' || type === 'time') return given === 'null' ? null : given;
  if (given === 'null') return null;
  if (type === 'boolean') return given === 'true' ? true : given === 'false' ? false : given;
  const number = Number(given);
  return given.trim() === '' || !Number.isFinite(number) ? given : number;
}

function invalid(message: string, hint: string): ServerError {
  return new ServerError('SERVER_SUBJECT_INVALID', message, { hint });
}
