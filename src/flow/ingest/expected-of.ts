import { intakeFields } from '#declare/template/index.ts';
import type { Field, Stream } from '#declare/template/index.ts';
import { REASON } from './reasons.ts';

/** Words, patterns and names are cut at this many characters. */
const MOST_TEXT = 60;
/** Words of an `enum` that are listed. */
const MOST_WORDS = 5;

/**
 * What a stream declares where a refusal says that it was not met: a range, a type, the words of a field. It is made of
 * the declaration alone, so that nothing that was sent is in it, and is at most some 100 characters long.
 *
 * @param reason number of the refusal
 * @param place the field that the refusal names, untrusted; or a place in the payload, or empty
 * @returns null where the declaration has nothing to add
 */
export function expectedOf(stream: Stream, reason: number, place: string): string | null {
  const { accept, rate } = stream;
  switch (reason) {
    case REASON.rate.number:
      return `at most ${rate.perSecond} a second, ${rate.burst} at once`;
    case REASON.clockLate.number:
      return `at most ${accept.late / 1_000} s before its receipt`;
    case REASON.clockEarly.number:
      return `at most ${accept.early / 1_000} s after its receipt`;
    default: {
      const field = intakeFields(stream).find(({ name }) => name === place);
      return field === undefined ? ownOf(reason, place) : ofField(field, reason);
    }
  }
}

function ofField(field: Field, reason: number): string | null {
  switch (reason) {
    case REASON.range.number:
      return rangeOf(field);
    case REASON.step.number:
      return field.step === null ? null : `a change of at most ${field.step.perSecond}${unitOf(field)} a second`;
    case REASON.schemaMissing.number:
    case REASON.schemaType.number:
      return typeOf(field);
    case REASON.schemaEnum.number:
      return field.enum === null ? null : wordsOf(field.enum);
    case REASON.schemaPattern.number:
      return field.pattern === null ? null : `a text that matches ${cut(field.pattern)}`;
    case REASON.schemaLength.number:
      return `a text of at most ${field.maxLength} characters`;
    default:
      return null;
  }
}

/** `time` and `seq` are no declared fields. */
function ownOf(reason: number, place: string): string | null {
  if (reason !== REASON.schemaType.number) return null;
  if (place === 'time') return 'RFC 3339 text or epoch seconds';
  return place === 'seq' ? 'an integer from 0 on' : null;
}

function rangeOf(field: Field): string | null {
  if (field.range === null) return null;
  const [low, high] = field.range.map((bound) => (bound === null ? null : boundOf(field, bound)));
  const unit = unitOf(field);
  if (low === null || low === undefined) return `at most ${high}${unit}`;
  return high === null || high === undefined ? `at least ${low}${unit}` : `from ${low} to ${high}${unit}`;
}

function boundOf(field: Field, bound: number): string {
  return field.type === 'time' ? new Date(bound / 1_000).toISOString() : String(bound);
}

function unitOf({ unit }: Field): string {
  return unit === null ? '' : ` ${cut(unit)}`;
}

function typeOf({ type, nullable }: Field): string {
  const article = type === 'integer' ? 'an' : 'a';
  const words = type === 'time' ? 'RFC 3339 text or epoch seconds' : `${article} ${type}`;
  return nullable ? `${words}, or null` : words;
}

function wordsOf(words: readonly string[]): string {
  const listed = words.slice(0, MOST_WORDS).join(', ');
  return `one of ${cut(listed)}${words.length > MOST_WORDS ? ' and others' : ''}`;
}

function cut(text: string): string {
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT).toWellFormed()}…`;
}
