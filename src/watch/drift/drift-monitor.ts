import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import type { Batch, Column } from '#base/core/index.ts';
import { decodeState, encodeState } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import { DeviceShares } from './device-shares.ts';
import type { DriftScope } from './device-shares.ts';
import type { DriftRule } from './drift-rule.ts';
import { rejectByEvidence } from './evidence.ts';
import { FieldDrift } from './field-drift.ts';
import type { FieldChange } from './field-drift.ts';

/** A field that is looked at: another declaration of it is another template as far as it is concerned. */
export interface DriftField {
  readonly name: string;
  readonly declared: string;
}

/** Drift of a stream: which fields, whose, since when, and what may be behind it. */
export interface Drift {
  /** Times in seconds. */
  readonly onset: number;
  readonly told: number;
  /** The most evident first. */
  readonly fields: readonly (FieldChange & {
    readonly name: string;
    readonly field: number;
    readonly evidence: FieldChange['evidence'];
  })[];
  readonly scope: DriftScope;
  /** Whether a field of it was declared anew shortly before. */
  readonly template: boolean;
  /** Natural logarithm of the evidence of all, over what is asked for. */
  readonly evidence: number;
  /** Seconds from one false alarm to the next, at least. */
  readonly apart: number;
}

/** How a stream stands. */
export interface DriftStatus {
  readonly fields: number;
  /** Those whose reference is long enough. */
  readonly watching: number;
}

const NAME = 'drift-monitor';
const VERSION = 1;
/** A share of the fields that an alert names may be named in error. */
const NAMED_RATE = 0.05;
/** Blocks of the most evident field after which it is told, so that others that have changed with it are named too. */
const JOINED_AFTER = 2;
/** Rows of a batch that are looked at: enough for shares, and bounded where thousands come in milliseconds. */
const MOST_ROWS = 64;
/** Blocks between another declaration and an onset that it explains. */
const EXPLAINED_WITHIN = 3;

/**
 * Looks for drift of a stream: of all its fields together, so that one budget of false alarms holds for the stream.
 *
 * The evidence of each field is weighted by how often it is asked, and what is told is told once the sum exceeds what
 * the budget asks for: where nothing changes that takes the declared time on average and at least, however the fields
 * depend on each other. Memory: `stateBytes`, whatever comes.
 */
export class DriftMonitor {
  readonly #rule: DriftRule;
  readonly #names: readonly DriftField[];
  readonly #fields: readonly FieldDrift[];
  readonly #shares: DeviceShares;
  /** When each field was declared otherwise than before, in seconds; −Infinity never, NaN with the next reading. */
  readonly #declaredAt: Float64Array;
  #now = -Infinity;
  #rows = 0;
  /** Blocks of the most evident field until it is told, and which; -1 while nothing is. */
  #waits = -1;
  #top = -1;

  constructor(fields: readonly DriftField[], rule: DriftRule) {
    this.#rule = rule;
    this.#names = fields;
    this.#fields = fields.map(() => new FieldDrift(rule));
    this.#shares = new DeviceShares(fields.length);
    this.#declaredAt = new Float64Array(fields.length).fill(-Infinity);
  }

  get stateBytes(): number {
    return this.#fields.length * (FieldDrift.stateBytes + 8) + DeviceShares.stateBytes(this.#fields.length);
  }

  /** Whether nothing was taken yet. */
  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  get status(): DriftStatus {
    return { fields: this.#fields.length, watching: this.#fields.filter(({ watching }) => watching).length };
  }

  /**
   * Takes a batch of the stream.
   *
   * @param timeColumn name of the column of times
   * @returns what has drifted; seldom anything
   */
  take(batch: Batch, timeColumn = 'time'): readonly Drift[] {
    const columns = new Map(batch.columns.map(({ name, data }) => [name, data]));
    const device = columns.get('device');
    const time = columns.get(timeColumn);
    if (device?.type !== 'text' || time === undefined || time.type === 'text' || batch.rows === 0) return [];
    const step = Math.ceil(batch.rows / MOST_ROWS);
    const places = device.dictionary.map((name) => this.#shares.placeOf(name));
    const found: Drift[] = [];
    for (let row = this.#rows % step; row < batch.rows; row += step) {
      this.#now = Math.max(this.#now, time.values[row]! / 1e6);
      const place = places[device.codes[row]!]!;
      for (const [i, { name }] of this.#names.entries()) {
        const value = valueOf(columns.get(name), row);
        if (Number.isFinite(value)) this.#takeValue(i, value, place, found);
      }
    }
    this.#rows += batch.rows;
    return found;
  }

  snapshot(): Uint8Array {
    const { devices, sums } = this.#shares.entries;
    const state: Record<string, number | StateArray> = {
      now: this.#now,
      rows: this.#rows,
      waits: this.#waits,
      top: this.#top,
      names: encodeUtf8(JSON.stringify(this.#names.map(({ name, declared }) => [name, declared]))),
      declaredAt: this.#declaredAt,
      devices: encodeUtf8(JSON.stringify(devices)),
      sums,
    };
    for (const [i, field] of this.#fields.entries()) {
      for (const [name, value] of Object.entries(field.entries)) state[`${i} ${name}`] = value;
    }
    return encodeState(NAME, VERSION, state);
  }

  /**
   * A monitor that goes on from a snapshot. Fields that it does not know begin anew; those that were declared otherwise
   * keep what is known of them, and it is noted that they were.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, FEATURES_STATE_FOREIGN
   */
  static restore(fields: readonly DriftField[], rule: DriftRule, bytes: Uint8Array): DriftMonitor {
    const monitor = new DriftMonitor(fields, rule);
    const state = decodeState(bytes, NAME, VERSION);
    const had = readJson(state.get('names')) as readonly (readonly [string, string])[];
    const devices = readJson(state.get('devices')) as readonly string[];
    const [sums, declaredAt] = [state.get('sums'), state.get('declaredAt')];
    if (!(sums instanceof Float64Array) || !(declaredAt instanceof Float64Array)) return monitor;
    const same = had.length === fields.length && had.every(([name], i) => name === fields[i]!.name);
    if (same) monitor.#shares.restore(devices, sums);
    for (const [i, { name, declared }] of fields.entries()) {
      const was = had.findIndex(([other]) => other === name);
      if (was < 0) continue;
      const own = new Map(
        [...state].flatMap(([key, value]) => keyOf(key, was).map((inner) => [inner, value] as const)),
      );
      if (!monitor.#fields[i]!.restore(own)) continue;
      monitor.#declaredAt[i] = had[was]![1] === declared ? declaredAt[was]! : NaN;
    }
    monitor.#now = Number(state.get('now') ?? -Infinity);
    monitor.#rows = Number(state.get('rows') ?? 0);
    if (same) [monitor.#waits, monitor.#top] = [Number(state.get('waits') ?? -1), Number(state.get('top') ?? -1)];
    return monitor;
  }

  #takeValue(i: number, value: number, place: number, found: Drift[]): void {
    const field = this.#fields[i]!;
    if (Number.isNaN(this.#declaredAt[i]!)) this.#declaredAt[i] = this.#now;
    // Judged before the value that comes after its end.
    if (field.isDue(this.#now)) {
      field.close(this.#now, this.#weightOf(field));
      if (!field.suspects) this.#shares.settle(i);
      this.#judge(i, found);
    }
    const rank = field.take(value);
    if (!Number.isNaN(rank)) this.#shares.add(place, i, rank);
  }

  /** The part of one block of a field in what may be told in error. */
  #weightOf(field: FieldDrift): number {
    const seconds = Math.max(field.seconds, 1e-3);
    return Math.min(0.01, seconds / this.#rule.apart) / this.#fields.length;
  }

  #judge(closed: number, found: Drift[]): void {
    if (this.#waits > 0) {
      if (closed === this.#top) this.#waits -= 1;
    } else if (this.#waits < 0) {
      let sum = 0;
      for (const field of this.#fields) sum += this.#weightOf(field) * Math.exp(field.evidence);
      if (sum < 1) return;
      this.#top = this.#mostEvident();
      this.#waits = JOINED_AFTER;
    }
    if (this.#waits > 0) return;
    this.#waits = -1;
    found.push(this.#tell());
  }

  #mostEvident(): number {
    const evidence = this.#fields.map((field) => field.evidence);
    return evidence.indexOf(Math.max(...evidence));
  }

  /** Tells what has drifted, takes it for usual from now on, and begins anew. */
  #tell(): Drift {
    const evidence = Float64Array.from(this.#fields, (field) => field.evidence);
    const rejected = rejectByEvidence(evidence, NAMED_RATE).filter((i) => this.#fields[i]!.suspects);
    const named = rejected.length > 0 ? rejected : [this.#top];
    const fields = named.map((i) => ({ ...this.#fields[i]!.change, name: this.#names[i]!.name, field: i }));
    const top = named[0]!;
    const onset = Math.min(...fields.map((one) => one.onset));
    const within = EXPLAINED_WITHIN * this.#fields[top]!.seconds;
    const told: Drift = {
      onset,
      told: this.#now,
      fields,
      scope: this.#shares.scopeOf(top),
      template: named.some((i) => Math.abs(this.#declaredAt[i]! - this.#fields[i]!.change.onset) <= within),
      evidence: evidence[top]! + Math.log(this.#weightOf(this.#fields[top]!)),
      apart: this.#rule.apart,
    };
    for (const [i, field] of this.#fields.entries()) {
      if (named.includes(i)) {
        field.restart();
        this.#shares.forget(i);
      } else {
        field.forgive();
        this.#shares.settle(i);
      }
    }
    return told;
  }
}

function valueOf(column: Column | undefined, row: number): number {
  if (column === undefined || column.type === 'text' || column.nulls?.[row] === 1) return NaN;
  return column.values[row]!;
}

function readJson(value: number | StateArray | undefined): unknown {
  return value instanceof Uint8Array ? JSON.parse(decodeUtf8(value)) : [];
}

function keyOf(key: string, field: number): readonly string[] {
  const prefix = `${field} `;
  return key.startsWith(prefix) ? [key.slice(prefix.length)] : [];
}
