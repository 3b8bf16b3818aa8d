import type { Field, Limits, Stream } from '#declare/template/index.ts';
import { coarsenRow } from './checks/coarsen.ts';
import { checkRange } from './checks/range.ts';
import { takeValue } from './checks/schema.ts';
import { reasonOf } from './reasons.ts';
import { CELL, Row } from './row.ts';
import { compileStream, TYPE } from './stream-rules.ts';

/** What a value of a field comes to: as it is stored (times in epoch microseconds), or the word of the reason against it. */
export type JudgedValue = { readonly stored: string | number | boolean | null } | { readonly refused: string };

/**
 * Judges one value as if it came in a reading: type, length, words, pattern, range and grid. Steps and what other fields
 * say are not looked at.
 */
export function judgeValue(stream: Stream, field: Field, limits: Limits, value: unknown): JudgedValue {
  const { aggregate: _, ...rest } = stream;
  const alone = { ...rest, basis: null, subject: null, fields: [field] };
  const row = new Row(compileStream(alone, limits));
  row.reset();
  const reason = takeValue(row, 0, value) || checkRange(row);
  if (reason !== 0) return { refused: reasonOf(reason)?.word ?? String(reason) };
  if (row.cells[0] !== CELL.present) return { stored: null };
  coarsenRow(row);
  const { type } = row.rules.fields[0]!;
  if (type === TYPE.text) return { stored: row.texts[0]! };
  return { stored: type === TYPE.boolean ? row.numbers[0] === 1 : row.numbers[0]! };
}
