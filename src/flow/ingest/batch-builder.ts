import { SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { Batch, Column, NamedColumn } from '#base/core/index.ts';
import type { FieldType } from '#base/core/index.ts';
import { coarsenTime } from './grid.ts';
import { CELL } from './row.ts';
import type { Row } from './row.ts';
import { TYPE } from './stream-rules.ts';
import type { StreamRules } from './stream-rules.ts';

const START = 256;

/** One column while it grows. Numbers, booleans and text codes each have their own array; the others are empty. */
class GrowingColumn {
  readonly name: string;
  readonly type: FieldType;
  doubles = new Float64Array(0);
  bits = new Uint8Array(0);
  codes = new Uint32Array(0);
  nulls = new Uint8Array(0);
  hasNulls = false;
  dictionary: string[] = [];
  readonly #known = new Map<string, number>();
  #lastText = '';
  #lastCode = -1;

  constructor(name: string, type: FieldType) {
    this.name = name;
    this.type = type;
  }

  grow(rows: number): void {
    const wider = <T extends Float64Array | Uint8Array | Uint32Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    this.nulls = wider(this.nulls, new Uint8Array(rows));
    if (this.type === 'text') this.codes = wider(this.codes, new Uint32Array(rows));
    else if (this.type === 'boolean') this.bits = wider(this.bits, new Uint8Array(rows));
    else this.doubles = wider(this.doubles, new Float64Array(rows));
  }

  text(row: number, value: string): void {
    if (value !== this.#lastText || this.#lastCode === -1) {
      let code = this.#known.get(value);
      if (code === undefined) {
        code = this.dictionary.push(value) - 1;
        this.#known.set(value, code);
      }
      this.#lastText = value;
      this.#lastCode = code;
    }
    this.codes[row] = this.#lastCode;
    this.nulls[row] = 0;
  }

  setNull(row: number): void {
    this.nulls[row] = 1;
    this.hasNulls = true;
    if (this.type === 'text') this.codes[row] = 0;
    else if (this.type === 'boolean') this.bits[row] = 0;
    else this.doubles[row] = 0;
  }

  /** The first rows as a column: views, good until the next row is written. */
  view(rows: number): Column {
    const nulls = this.hasNulls ? this.nulls.subarray(0, rows) : null;
    if (this.type === 'text') {
      return { type: 'text', codes: this.codes.subarray(0, rows), dictionary: this.dictionary, nulls };
    }
    if (this.type === 'boolean') return { type: 'boolean', values: this.bits.subarray(0, rows), nulls };
    return { type: this.type, values: this.doubles.subarray(0, rows), nulls };
  }

  clear(): void {
    this.hasNulls = false;
    this.#lastCode = -1;
    if (this.dictionary.length === 0) return;
    this.dictionary = [];
    this.#known.clear();
  }
}

/** Collects the admitted readings of one stream as columns, until they are cut into a batch. */
export class BatchBuilder {
  readonly stream: string;
  readonly #template: string;
  readonly #system: readonly GrowingColumn[];
  /** By the field's place; null for fields that are never stored. */
  readonly #fields: readonly (GrowingColumn | null)[];
  readonly #columns: readonly GrowingColumn[];
  #capacity = 0;
  #rows = 0;

  constructor(rules: StreamRules, template: string) {
    this.stream = rules.name;
    this.#template = template;
    this.#system = SYSTEM_COLUMNS.map(({ name, type }) => new GrowingColumn(name, type));
    const types = ['number', 'integer', 'boolean', 'text', 'time'] as const satisfies readonly FieldType[];
    this.#fields = rules.fields.map((field) =>
      field.secret || field.withheld ? null : new GrowingColumn(field.name, types[field.type]!),
    );
    this.#columns = [...this.#system, ...this.#fields.filter((column) => column !== null)];
  }

  get rows(): number {
    return this.#rows;
  }

  /** Adds the row as a reading of `device`. */
  add(row: Row, device: string, via: string | null, received: number): void {
    const at = this.#rows++;
    if (at === this.#capacity) this.#grow();
    const [deviceColumn, time, receivedColumn, seq, given, viaColumn] = this.#system;
    deviceColumn!.text(at, device);
    const timeGiven = row.timeGiven;
    const { timeGrid } = row.rules;
    time!.doubles[at] = coarsenTime(timeGiven ? row.time : received, timeGrid);
    given!.bits[at] = timeGiven ? 1 : 0;
    receivedColumn!.doubles[at] = coarsenTime(received, timeGrid);
    if (row.seqGiven) {
      seq!.doubles[at] = row.seq;
      seq!.nulls[at] = 0;
    } else {
      seq!.setNull(at);
    }
    if (via === null) viaColumn!.setNull(at);
    else viaColumn!.text(at, via);
    this.#addFields(row, at);
  }

  #addFields(row: Row, at: number): void {
    const fields = this.#fields;
    const { cells, numbers, texts, rules } = row;
    for (let i = 0; i < fields.length; i++) {
      const column = fields[i]!;
      if (column === null) continue;
      if (cells[i] !== CELL.present) {
        column.setNull(at);
        continue;
      }
      const type = rules.fields[i]!.type;
      if (type === TYPE.text) {
        column.text(at, texts[i]!);
      } else {
        if (type === TYPE.boolean) column.bits[at] = numbers[i]!;
        else column.doubles[at] = numbers[i]!;
        column.nulls[at] = 0;
      }
    }
  }

  /** The rows so far as a batch whose arrays are good until the next `add`; the builder is empty after. */
  cut(): Batch {
    const rows = this.#rows;
    const columns: NamedColumn[] = this.#columns.map((column) => ({ name: column.name, data: column.view(rows) }));
    this.clear();
    return { stream: this.stream, template: this.#template, rows, columns };
  }

  /** Drops the rows: they could not be kept. */
  clear(): void {
    this.#rows = 0;
    for (const column of this.#columns) column.clear();
  }

  #grow(): void {
    this.#capacity = this.#capacity === 0 ? START : this.#capacity * 2;
    for (const column of this.#columns) column.grow(this.#capacity);
  }
}
