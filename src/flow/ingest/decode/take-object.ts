import { takeValue } from '../checks/schema.ts';
import { REASON } from '../reasons.ts';
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
      continue;
    }
    const reason = takeValue(row, member, value);
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
