import type { CorrectionTrial } from '#assure/controls/index.ts';
import type { Clock, Json } from '#base/core/index.ts';
import { isSystemName, tokenDomainOf } from '#declare/template/index.ts';
import type { Field, Template } from '#declare/template/index.ts';
import { describeStreams } from '../api/describe-streams.ts';
import { ServerError } from '../errors.ts';
import { judgeRectification } from '../rights/rectification.ts';

/**
 * Asks of every stream about persons what would be made of corrections: of the field that names them, of one that is not
 * there, of tokens, of values that no reading may bring, and of values that readings may. Nothing is corrected.
 *
 * @param judge as the platform judges a correction that is asked for
 */
export function tryCorrections(template: Template, clock: Clock, judge = judgeRectification): CorrectionTrial {
  const wrong: string[] = [];
  let tried = 0;
  const ask = (stream: string, field: string, value: Json, mayBe: boolean): void => {
    tried += 1;
    const isTaken = isAllowed(() => judge({ stream, set: { [field]: value }, from: null, to: null }, template));
    if (isTaken !== mayBe) wrong.push(`${stream}.${field}: ${isTaken ? 'taken' : 'refused'}`);
  };
  for (const { name, example } of describeStreams(template, clock)) {
    const { subject, fields } = template.streams.get(name)!;
    if (subject === null || isSystemName(name)) continue;
    ask(name, 'no-such-field', 1, false);
    for (const field of fields) {
      const sound = example[field.name];
      if (sound === undefined) continue;
      const isNamed = field.name === subject || tokenDomainOf(name, field) !== null;
      ask(name, field.name, sound, !isNamed);
      ask(name, field.name, unsound(field), false);
    }
  }
  return { tried, wrong };
}

/** A value that no reading may bring: of another type, or longer than is taken. */
function unsound({ type, maxLength }: Field): Json {
  return type === 'text' ? 'x'.repeat(maxLength + 1) : 'no value';
}

function isAllowed(judge: () => unknown): boolean {
  try {
    judge();
    return true;
  } catch (error) {
    if (error instanceof ServerError && error.code === 'SERVER_SUBJECT_INVALID') return false;
    throw error;
  }
}
