import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import type { BehaviourProfile } from '../behaviour/behaviour-profile.ts';
import { BehaviourWatch } from '../behaviour/behaviour-watch.ts';
import type { BehaviourScore, Others, Strange } from '../behaviour/behaviour-watch.ts';
import { TypeWatch } from '../behaviour/type-watch.ts';
import { beginLateness, judgeLateness } from '../checks/made-late.ts';
import type { LatenessState } from '../checks/made-late.ts';
import { judgePhysics } from '../checks/physics-check.ts';
import { ReplayWatch } from '../checks/replay-watch.ts';
import { beginSigns, clockPlace, judgeClock, judgeSign } from '../checks/tamper-signs.ts';
import type { SignState, TamperSign } from '../checks/tamper-signs.ts';
import { StateArena } from '../state-arena.ts';
import { checkedFields } from './device-rows.ts';
import type { DeviceRows } from './device-rows.ts';
import { showReading } from './explain-finding.ts';
import { findingId, severityOf } from './finding.ts';
import type { Finding, Violation } from './finding.ts';
import { OpenFinding } from './open-finding.ts';
import { fitsInto } from './saved-state.ts';
import type { SavedState } from './saved-state.ts';
import type { WatchedField, WatchPlan } from './watch-plan.ts';

/** What happens to a device in hands that it should not be in is told so gravely: so many times a limit of 1. */
const TAMPERED = 5;
/** Signs of one kind that follow each other within this time are one finding. */
const QUIET_MICROS = 60 * 1e6;
/** Techniques of ATT&CK for ICS that a sign may be of. */
const TECHNIQUES: Readonly<Record<string, readonly string[]>> = {
  'sensor-swap': ['T0856'],
  'made-late': ['T0856'],
  replay: ['T0856'],
  stranger: ['T0849'],
  physics: ['T0856'],
};

/** Of a device that has no past yet, or whose past is not kept; the same for all. */
export const NO_HISTORY = new Uint8Array(0);

/** What is going on, by what was violated: a list, since most devices have none and a map takes room all the same. */
export interface OpenViolation {
  readonly key: string;
  readonly finding: OpenFinding;
}

/** What a device has by itself of its checks. */
export interface CheckedDevice {
  readonly history: Uint8Array<ArrayBuffer>;
  readonly open: OpenViolation[];
}

/**
 * The checks of one device at a time that no baseline decides: rules of physics, signs of tampering, its clock, its past played
 * again. Each has findings of its own, which name what was violated.
 *
 * They see readings in the order in which they came, late ones too.
 */
export class DeviceChecks {
  #device = '';
  readonly #plan: WatchPlan;
  readonly #fields: readonly WatchedField[];
  readonly #signs: SignState;
  readonly #lateness: LatenessState;
  readonly #replay: ReplayWatch | null;
  #open: OpenViolation[] = [];
  /** Latest value of each column, and when it came. */
  readonly #before: Float64Array;
  readonly #beforeTimes: Float64Array;
  /** Null where rows sum up periods: then each row tells of the type by itself. */
  readonly #behaviour: BehaviourWatch | null;
  readonly #type: TypeWatch | null;
  readonly #traits: Float64Array;
  readonly #lastTime: Float64Array;
  readonly #row: Float64Array;

  /** @param arena where all lies that it knows of the device that it checks, but for what that one takes its seat with */
  constructor(plan: WatchPlan, arena = new StateArena()) {
    this.#plan = plan;
    this.#fields = checkedFields(plan);
    const width = this.#fields.length;
    this.#signs = arena.take(beginSigns());
    this.#lateness = arena.take(beginLateness());
    // The last column is the time between readings: of that nothing is played again.
    this.#replay = width > 1 && plan.byReceipt !== true ? new ReplayWatch(width - 1, arena) : null;
    const { traits } = plan;
    this.#behaviour = traits === undefined ? new BehaviourWatch(width, arena) : null;
    this.#type = traits === undefined ? null : new TypeWatch(arena);
    this.#traits = new Float64Array(traits?.length ?? 0);
    this.#row = new Float64Array(width);
    this.#lastTime = arena.take(new Float64Array(1).fill(NaN));
    // For rules of physics alone.
    const ruled = (plan.physics ?? []).length > 0 ? width : 0;
    this.#before = arena.take(new Float64Array(ruled).fill(NaN));
    this.#beforeTimes = arena.take(new Float64Array(ruled).fill(NaN));
  }

  /** A device takes its seat, with what is its own. */
  seat(device: string, { history, open }: CheckedDevice): void {
    this.#device = device;
    this.#open = open;
    if (this.#replay !== null) this.#replay.history = history;
  }

  /** Its past, which grows. */
  get history(): Uint8Array<ArrayBuffer> {
    return this.#replay?.history ?? NO_HISTORY;
  }

  get byteLength(): number {
    const behaviour = this.#behaviourParts().reduce((sum, [, part]) => sum + part.byteLength, 0);
    return (
      behaviour +
      this.#signs.byteLength +
      this.#lateness.byteLength +
      this.#before.byteLength * 2 +
      (this.#replay?.byteLength ?? 0)
    );
  }

  /** How it behaves beside itself and its peers. */
  get behaviour(): BehaviourScore {
    return (this.#type ?? this.#behaviour!).score;
  }

  /**
   * Judges rows as they came, and adds what is to be told.
   *
   * @param rows of the columns of `checkedFields`
   * @param given the same rows with all inputs of the plan
   * @param others what it is held against beside itself
   * @param shedding whether there is no time to look for its past
   */
  take(rows: DeviceRows, given: DeviceRows, others: Others, found: Finding[], shedding = false): void {
    const { physics = [], signs = [] } = this.#plan;
    const width = this.#fields.length;
    const { values, times, count, received, signals } = rows;
    for (let row = 0; row < count; row++) {
      const time = times[row]!;
      // A reading that tells a time ahead of its receipt ends nothing: what it does goes on.
      const passed = Math.min(time, received?.[row] ?? time);
      for (const { finding } of this.#open) finding.pass(passed, QUIET_MICROS, found);
      for (const rule of physics) {
        const seconds = (time - Math.min(...rule.columns.map((column) => this.#beforeTimes[column]!))) / 1e6;
        const times = judgePhysics(rule, values, row * width, this.#before, seconds);
        if (times > 1) this.#tell({ kind: 'physics', rule: rule.text }, rule.text, times, rows, row, found);
      }
      if (signals !== undefined) {
        for (const [i, { role }] of signs.entries()) {
          const value = signals[row * signs.length + i]!;
          const sign = judgeSign(this.#signs, role, value, received?.[row] ?? time);
          if (sign !== null) this.#tellSign(sign, rows, row, found);
        }
      }
      if (received !== undefined && this.#plan.byReceipt !== true) {
        const clock = judgeClock(this.#signs, time, received[row]!);
        const late = judgeLateness(this.#lateness, time, received[row]!, clockPlace(this.#signs));
        for (const sign of [clock, late]) if (sign !== null) this.#tellSign(sign, rows, row, found);
      }
      const lag = this.#replay?.take(values, row * width, !shedding) ?? null;
      if (lag !== null) {
        this.#tellSign({ kind: 'replay', what: `it plays again what it said ${lag} readings ago` }, rows, row, found);
      }
      const unlike = this.#judge(rows, given, row, others);
      if (unlike !== null) {
        this.#tellSign({ kind: 'stranger', what: sayStrange(unlike, others.type) }, rows, row, found);
      }
      if (physics.length > 0) this.#remember(values, row * width, time);
    }
  }

  /** Learns how values change and what the device does from now on: what came so far was wild. */
  beginAnew(): void {
    this.#replay?.beginAnew();
    this.#behaviour?.window.beginAnew();
  }

  /** Adds its state to a device's. */
  saveInto(state: Record<string, number | StateArray>): void {
    state['signs'] = this.#signs;
    state['lateness'] = this.#lateness;
    if (this.#before.length > 0) {
      state['before'] = this.#before;
      state['before times'] = this.#beforeTimes;
    }
    for (const [name, part] of this.#behaviourParts()) state[name] = part;
    if (this.#replay !== null) {
      const { history, numbers, last, changes } = this.#replay;
      state['replay history'] = history;
      state['replay numbers'] = numbers;
      state['replay last'] = last;
      state['replay centre'] = changes.centre;
      state['replay spread'] = changes.spread;
      state['replay counts'] = changes.counts;
    }
    const open = this.#open.flatMap(({ key, finding: { current } }) => (current === null ? [] : [[key, current]]));
    if (open.length > 0) state['open checks'] = encodeUtf8(JSON.stringify(open));
  }

  /** Goes on from a device's state; what it has not, or what does not fit, begins anew. */
  restoreFrom(state: SavedState): void {
    const fill = (name: string, into: Float64Array | Float32Array): void => {
      const value = state.get(name);
      if (fitsInto(value, into)) into.set(value);
    };
    fill('signs', this.#signs);
    fill('lateness', this.#lateness);
    fill('before', this.#before);
    fill('before times', this.#beforeTimes);
    for (const [name, part] of this.#behaviourParts()) fill(name, part);
    const [history, numbers] = [state.get('replay history'), state.get('replay numbers')];
    const rows = numbers instanceof Float64Array ? numbers[0]! : NaN;
    if (this.#replay !== null && history instanceof Uint8Array && this.#replay.fits(history, rows)) {
      this.#replay.history = Uint8Array.from(history);
      fill('replay numbers', this.#replay.numbers);
      fill('replay last', this.#replay.last);
      fill('replay centre', this.#replay.changes.centre);
      fill('replay spread', this.#replay.changes.spread);
      fill('replay counts', this.#replay.changes.counts);
    }
    const open = state.get('open checks');
    if (!(open instanceof Uint8Array)) return;
    for (const [key, current] of JSON.parse(decodeUtf8(open)) as [string, Finding][]) this.#of(key).current = current;
  }

  /** Tells of a sign that was found elsewhere, with the reading at which it was. */
  tellSign(sign: TamperSign, rows: DeviceRows, row: number, found: Finding[]): void {
    this.#tellSign(sign, rows, row, found);
  }

  #tellSign({ kind, what }: TamperSign, rows: DeviceRows, row: number, found: Finding[]): void {
    this.#tell({ kind, rule: what }, what, TAMPERED, rows, row, found);
  }

  #tell(
    violates: Violation,
    what: string,
    times: number,
    { values, times: at }: DeviceRows,
    row: number,
    found: Finding[],
  ): void {
    const { stream } = this.#plan;
    const fields = this.#fields;
    const { kind, rule } = violates;
    const time = at[row]!;
    const key = kind === 'physics' ? `${kind} ${rule}` : kind;
    const techniques = TECHNIQUES[kind];
    const explain: Parameters<OpenFinding['beyond']>[0]['explain'] = (own) => ({
      id: findingId(this.#device, stream, key, time),
      device: this.#device,
      stream,
      violates,
      ...(techniques === undefined ? {} : { techniques }),
      detectors: [own],
      start: time,
      end: time,
      open: true,
      severity: severityOf(own.score, own.limit),
      budget: null,
      baseline: null,
      causes: [],
      nearest: null,
      evidence: [showReading(fields, time, values.subarray(row * fields.length, (row + 1) * fields.length))],
      sentence: kind === 'physics' ? `readings of ${this.#device} break the rule ${what}` : `${this.#device}: ${what}`,
    });
    this.#of(key).beyond({ name: kind, score: times, limit: 1, time, charge: () => {}, explain }, found);
  }

  #behaviourParts(): readonly (readonly [string, Float64Array | Float32Array])[] {
    if (this.#type !== null) return [['type', this.#type.numbers]];
    const { own, window, numbers } = this.#behaviour!;
    return [
      ['last time', this.#lastTime],
      ['trait window', window.state],
      ['behaviour', numbers],
      ...profileParts('own', own),
    ];
  }

  #of(key: string): OpenFinding {
    const open = this.#open.find((one) => one.key === key);
    if (open !== undefined) return open.finding;
    const finding = new OpenFinding();
    this.#open.push({ key, finding });
    return finding;
  }

  /** Whether a row shows another device behind the name. */
  #judge({ values, times }: DeviceRows, given: DeviceRows, row: number, others: Others): Strange | null {
    const { traits, inputs, byReceipt } = this.#plan;
    if (this.#type === null || traits === undefined)
      return byReceipt === true ? null : this.#judgeBehaviour(values, row * this.#fields.length, times[row]!, others);
    for (let i = 0; i < traits.length; i++) this.#traits[i] = given.values[row * (inputs.length + 1) + traits[i]!]!;
    return this.#type.take(this.#traits, others);
  }

  /** The columns of a row with the time since the one before, as readings in pace have it, in the last. */
  #judgeBehaviour(values: Float64Array, at: number, time: number, others: Others): Strange | null {
    const seconds = (time - this.#lastTime[0]!) / 1e6;
    this.#lastTime[0] = time;
    const last = this.#row.length - 1;
    for (let i = 0; i < last; i++) this.#row[i] = values[at + i]!;
    this.#row[last] = seconds >= 0 ? Math.log1p(seconds) : NaN;
    const { budget } = this.#plan;
    if (seconds > 0) this.#behaviour!.pass((seconds * budget.alarms) / budget.seconds);
    return this.#behaviour!.take(this.#row, 0, others);
  }

  #remember(values: Float64Array, at: number, time: number): void {
    for (let i = 0; i < this.#before.length; i++) {
      const value = values[at + i]!;
      if (value !== value) continue;
      this.#before[i] = value;
      this.#beforeTimes[i] = time;
    }
  }
}

function sayStrange(strange: Strange, type = 'its own'): string {
  switch (strange.unlike) {
    case 'itself':
      return 'it does not behave as it did';
    case 'peers':
      return 'it does not behave as the others of its stream do';
    case 'type':
      return `it behaves as devices of type ${strange.like} do, and is entered as one of type ${type}`;
  }
}

/** The numbers of a profile, by the names under which they are kept. */
export function profileParts(
  name: string,
  { traits, scores }: BehaviourProfile,
): readonly (readonly [string, Float64Array | Float32Array])[] {
  return [
    [`${name} trait centre`, traits.centre],
    [`${name} trait spread`, traits.spread],
    [`${name} trait counts`, traits.counts],
    [`${name} scores`, scores],
  ];
}
