import { parseTimeText } from '../decode/time-text.ts';
import { CELL } from '../row.ts';
import type { Row } from '../row.ts';
import { REASON } from '../reasons.ts';
import { TYPE } from '../stream-rules.ts';
import type { FieldRule } from '../stream-rules.ts';

const OK = REASON.admitted.number;
const WRONG_TYPE = REASON.schemaType.number;

/**
 * Takes a number for a member of the row.
 *
 * @param member place of a field, of `time` or of `seq`
 * @returns a reason number, 0 where the value may stand
 */
export function takeNumber(row: Row, member: number, value: number): number {
  const fields = row.rules.fields;
  if (member >= fields.length) return takeOwnNumber(row, member, value);
  const field = fields[member]!;
  if (field.withheld) return withhold(row, member);
  row.cells[member] = CELL.present;
  switch (field.type) {
    case TYPE.number:
      row.numbers[member] = value + 0; // makes -0 a plain 0
      break;
    case TYPE.integer:
      if (!Number.isInteger(value)) return WRONG_TYPE;
      if (!Number.isSafeInteger(value)) return REASON.integerOverflow.number;
      row.numbers[member] = value + 0;
      break;
    case TYPE.time: {
      const time = Math.round(value * 1e6);
      if (!Number.isSafeInteger(time)) return WRONG_TYPE;
      row.numbers[member] = time + 0;
      break;
    }
    default:
      return WRONG_TYPE;
  }
  return field.secret ? REASON.secret.number : OK;
}

/** Notes that a member came, and takes nothing of it. */
function withhold(row: Row, member: number): number {
  row.cells[member] = CELL.withheld;
  return OK;
}

/** `time` as epoch seconds, `seq` as an unsigned integer. */
function takeOwnNumber(row: Row, member: number, value: number): number {
  row.cells[member] = CELL.present;
  if (member === row.rules.fields.length) {
    row.time = Math.round(value * 1e6) + 0;
    return Number.isSafeInteger(row.time) ? OK : WRONG_TYPE;
  }
  row.seq = value + 0;
  return Number.isSafeInteger(value) && value >= 0 ? OK : WRONG_TYPE;
}

/** Takes a text for a member of the row. */
export function takeText(row: Row, member: number, value: string): number {
  const field = row.rules.fields[member];
  if (field?.withheld === true) return withhold(row, member);
  row.cells[member] = CELL.present;
  if (field === undefined || field.type === TYPE.time) return takeTimeText(row, member, field, value);
  if (field.type !== TYPE.text) return WRONG_TYPE;
  if (field.secret) return REASON.secret.number;
  if (value.length > field.maxLength) return REASON.schemaLength.number;
  if (field.enum !== null && !field.enum.has(value)) return REASON.schemaEnum.number;
  if (field.matches !== null && !field.matches(value)) return REASON.schemaPattern.number;
  row.texts[member] = value;
  return OK;
}

function takeTimeText(row: Row, member: number, field: FieldRule | undefined, value: string): number {
  if (field === undefined && member !== row.rules.fields.length) return WRONG_TYPE;
  const time = parseTimeText(value);
  if (time === null || !Number.isSafeInteger(time)) return WRONG_TYPE;
  if (field === undefined) row.time = time;
  else row.numbers[member] = time;
  return field?.secret === true ? REASON.secret.number : OK;
}

/** Takes a boolean for a member of the row. */
export function takeBoolean(row: Row, member: number, value: boolean): number {
  const field = row.rules.fields[member];
  if (field?.withheld === true) return withhold(row, member);
  row.cells[member] = CELL.present;
  if (field?.type !== TYPE.boolean) return WRONG_TYPE;
  row.numbers[member] = value ? 1 : 0;
  return field.secret ? REASON.secret.number : OK;
}

/** Takes a null: for `time` and `seq` the same as absence, for a field allowed where it is nullable. */
export function takeNull(row: Row, member: number): number {
  const field = row.rules.fields[member];
  if (field?.withheld === true) return withhold(row, member);
  row.cells[member] = CELL.null;
  return field === undefined || field.nullable || field.secret ? OK : WRONG_TYPE;
}

/** Takes any decoded value; what is no scalar fits no field. */
export function takeValue(row: Row, member: number, value: unknown): number {
  if (typeof value === 'number') return takeNumber(row, member, value);
  if (typeof value === 'string') return takeText(row, member, value);
  if (typeof value === 'boolean') return takeBoolean(row, member, value);
  if (value === null) return takeNull(row, member);
  return row.rules.fields[member]?.withheld === true ? withhold(row, member) : WRONG_TYPE;
}

/** What can be said only once all members were taken: fields that are missing, members that should not be. */
export function checkMembers(row: Row): number {
  const { fields, refuseUndeclared } = row.rules;
  if (refuseUndeclared && row.undeclared > 0) return REASON.schemaUndeclared.number;
  for (let i = 0; i < fields.length; i++) {
    if (row.cells[i] !== CELL.absent) continue;
    const field = fields[i]!;
    if (!field.nullable && !field.secret && !field.withheld) {
      row.place = field.name;
      return REASON.schemaMissing.number;
    }
  }
  return OK;
}
