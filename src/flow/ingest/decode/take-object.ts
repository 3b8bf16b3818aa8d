import { takeValue } from '../checks/schema.ts';
import { REASON } from '../reasons.ts';
import { CELL } from '../row.ts';
import type { Row } from '../row.ts';
import type { Decoded, DecodedObject } from './json-parser.ts';

/** Whether a decoded value is an object, which every reading must be. */
export function isObject(value: Decoded | undefined): value is DecodedObject {
  return value instanceof Map;
}

/** Takes the members of a decoded object into the row; the slow way, for what the scanner leaves. */
export function takeObject(row: Row, members: DecodedObject): number {
  const { members: known } = row.rules;
  row.reset();
  let worst = REASON.admitted.number;
  for (const [name, value] of members) {
    const member = known.get(name);
    if (member === undefined) {
      row.undeclared++;
      row.leftOut += name.length + 3 + lengthOf(value);
      continue;
    }
    const reason = takeValue(row, member, value);
    if (row.cells[member] === CELL.withheld) row.leftOut += name.length + 3 + lengthOf(value);
    // A secret outweighs whatever else is wrong: of it nothing is kept.
    if (reason !== REASON.admitted.number && worst !== REASON.secret.number) {
      if (worst === REASON.admitted.number || reason === REASON.secret.number) {
        worst = reason;
        row.place = name;
      }
    }
  }
  return worst;
}

/** About how long a value is as JSON: bytes as it came are not known any more. Depth was bounded when it was decoded. */
function lengthOf(value: Decoded): number {
  if (value instanceof Map)
    return [...value].reduce((sum, [name, inner]) => sum + name.length + 4 + lengthOf(inner), 2);
  if (Array.isArray(value)) return value.reduce<number>((sum, inner: Decoded) => sum + 1 + lengthOf(inner), 2);
  return JSON.stringify(value).length;
}
