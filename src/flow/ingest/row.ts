import type { StreamRules } from './stream-rules.ts';
import type { KnownValue } from './tokeniser.ts';

/** Whether a field of the row was met, and how. `withheld`: it was met, and is for nothing that it may be stored for. */
export const CELL = Object.freeze({ absent: 0, null: 1, present: 2, withheld: 3 });

/**
 * The reading that is being decoded and checked: one per stream, used again for each reading, so that a reading costs
 * no object. Numbers, booleans (0, 1) and times lie in `numbers`, texts in `texts`, both by the field's place.
 */
export class Row {
  readonly rules: StreamRules;
  readonly numbers: Float64Array;
  readonly texts: string[];
  /** `CELL` of each field, then of `time` and `seq`. */
  readonly cells: Uint8Array;
  /** The originals of this reading that the vault shall have, by the field's place; only where its cell is present. */
  readonly known: (KnownValue | null)[];
  /** Epoch microseconds; only where its cell is present. */
  time = 0;
  seq = 0;
  /** Members that no field declares. */
  undeclared = 0;
  /** Bytes of members that are not stored: those that no field declares, and those that are withheld. */
  leftOut = 0;
  /** Bytes of the reading as it came. */
  bytes = 0;
  /** Field or byte that a refusal names. */
  place = '';

  constructor(rules: StreamRules) {
    this.rules = rules;
    this.numbers = new Float64Array(rules.fields.length);
    this.texts = rules.fields.map(() => '');
    this.known = rules.fields.map(() => null);
    this.cells = new Uint8Array(rules.fields.length + 2);
  }

  get timeGiven(): boolean {
    return this.cells[this.cells.length - 2] === CELL.present;
  }

  get seqGiven(): boolean {
    return this.cells[this.cells.length - 1] === CELL.present;
  }

  reset(): void {
    this.cells.fill(CELL.absent);
    this.undeclared = 0;
    this.leftOut = 0;
    this.place = '';
  }
}
