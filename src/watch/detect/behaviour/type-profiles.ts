import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { decodeState, encodeState } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import { fitForest, forestProbabilities, likeliest } from '#learn/models/index.ts';
import type { FittedForest, Forest, ForestOptions } from '#learn/models/index.ts';

/** Share of the windows of a type itself that may be taken for another's: the budget of false rejections. */
export const TYPE_REJECTS = 0.01;
/** Windows one after the other that have to look like another type. */
export const FOREIGN_WINDOWS = 2;
/** Windows that are kept of each type, and types. */
const KEPT = 96;
const MOST_TYPES = 24;
/** Windows of each of two types before they are told apart, and how many times as many there are at the next fit. */
const SETTLES = 32;
const GROWS = 2;
/** Windows after which it is fitted anew at the latest. */
const LATEST = 100_000;
const FOREST = { trees: 60, splitFrom: 4, seed: 1 } as const;
/** Share of the traits that are tried at a node. */
const TRIED = 0.67;
const NAME = 'type-profiles';
const VERSION = 1;

/** Fits a forest, here or elsewhere, as `fitForest` does. */
export type ForestFitter = (
  values: Float64Array,
  width: number,
  labels: readonly string[],
  options: ForestOptions,
) => FittedForest | Promise<FittedForest>;

interface Kept {
  /** Traits of windows in a ring. */
  readonly windows: Float64Array;
  count: number;
}

interface Fitted {
  readonly forest: Forest;
  /** The least share of the trees that has to be for a window's own type. */
  readonly least: ReadonlyMap<string, number>;
}

/** How a window looks beside the types of devices that send to a stream. */
export interface TypeLook {
  /** The type that it looks most like. */
  readonly like: string;
  /** Share of the trees that take it for its own type, over the least that has to be; below 1 it looks like another's. */
  readonly own: number;
  /** The same if all trees did. */
  readonly most: number;
}

/** How near a look is to the limit of its type, from 0 where all trees take it for its own; NaN where nothing is known. */
export function shareOf(look: TypeLook | null): number {
  return look === null ? NaN : 1 - Math.min(1, Math.max(0, (look.own - 1) / Math.max(1, look.most - 1)));
}

/** Whether it is beyond the limit and looks like another type. */
export function isForeign(look: TypeLook | null, type: string): boolean {
  return look !== null && look.own < 1 && look.like !== type;
}

/**
 * How the types of devices that send to one stream behave: windows of each, and a forest that tells them apart.
 *
 * A window is foreign where fewer trees take it for its own type than took all but `TYPE_REJECTS` of the windows of that
 * type by the trees that had not learnt them. Its memory is bounded: 96 windows of each of 24 types.
 */
export class TypeProfiles {
  readonly #width: number;
  readonly #kept = new Map<string, Kept>();
  #taken = 0;
  #fitAt = 0;
  #fitted: Fitted | null = null;
  readonly #fitForest: ForestFitter;
  /** Whether a fit goes on elsewhere, and another has become due meanwhile. */
  #fitting = false;
  #dueAgain = false;

  /**
   * @param width traits of a window
   * @param fitter who fits forests, which takes seconds where there are many types; until one is there the one before
   *   judges
   */
  constructor(width: number, fitter: ForestFitter = fitForest) {
    this.#width = width;
    this.#fitForest = fitter;
  }

  get windows(): number {
    return this.#taken;
  }

  /** Whether it knows so much of a type that it can be told from others. */
  knows(type: string): boolean {
    return this.#fitted?.least.has(type) === true;
  }

  /** How a window looks; null while too little is known of its type, or of any other. */
  judge(type: string, window: Float64Array): TypeLook | null {
    const least = this.#fitted?.least.get(type);
    if (this.#fitted === null || least === undefined) return null;
    const { forest } = this.#fitted;
    const shares = new Float64Array(forest.classes.length);
    forestProbabilities(forest, window, shares);
    return {
      like: likeliest(forest, shares).name,
      own: shares[forest.classes.indexOf(type)]! / least,
      most: 1 / least,
    };
  }

  /** Learns a window that was not foreign. */
  learn(type: string, window: Float64Array): void {
    let kept = this.#kept.get(type);
    if (kept === undefined) {
      if (this.#kept.size >= MOST_TYPES) return;
      this.#kept.set(type, (kept = { windows: new Float64Array(KEPT * this.#width), count: 0 }));
    }
    kept.windows.set(window, (kept.count % KEPT) * this.#width);
    kept.count += 1;
    this.#taken += 1;
    const due = this.#taken >= Math.min(GROWS * this.#fitAt, this.#fitAt + LATEST);
    if (due || kept.count === SETTLES || kept.count === KEPT) this.#fit();
  }

  snapshot(): Uint8Array {
    const state: Record<string, number | StateArray> = { width: this.#width, taken: this.#taken };
    state['types'] = encodeUtf8(JSON.stringify([...this.#kept].map(([type, { count }]) => [type, count])));
    for (const [i, { windows, count }] of [...this.#kept.values()].entries()) {
      state[`windows ${i}`] = windows.slice(0, Math.min(count, KEPT) * this.#width);
    }
    return encodeState(NAME, VERSION, state);
  }

  /** Goes on from a snapshot of the same traits; from another it begins anew. */
  restore(bytes: Uint8Array): void {
    const state = decodeState(bytes, NAME, VERSION);
    const types = state.get('types');
    if (state.get('width') !== this.#width || !(types instanceof Uint8Array)) return;
    for (const [i, [type, count]] of (JSON.parse(decodeUtf8(types)) as [string, number][]).entries()) {
      const windows = state.get(`windows ${i}`);
      if (!(windows instanceof Float64Array) || windows.length !== Math.min(count, KEPT) * this.#width) continue;
      const kept = { windows: new Float64Array(KEPT * this.#width), count };
      kept.windows.set(windows);
      this.#kept.set(type, kept);
    }
    this.#taken = Number(state.get('taken'));
    this.#fit();
  }

  #fit(): void {
    const known = [...this.#kept].filter(([, { count }]) => count >= SETTLES);
    if (known.length < 2) return;
    if (this.#fitting) {
      this.#dueAgain = true;
      return;
    }
    this.#fitAt = this.#taken;
    const own = known.map(([type, { windows, count }]): Labelled => {
      const rows = Math.min(count, KEPT);
      return { type, rows, values: windows.subarray(0, rows * this.#width) };
    });
    const all = [...own, ...own.flatMap((one) => inPlaceOf(one, own, this.#width))];
    const values = new Float64Array(all.reduce((sum, one) => sum + one.values.length, 0));
    let at = 0;
    for (const one of all) {
      values.set(one.values, at);
      at += one.values.length;
    }
    const labels = all.flatMap(({ type, rows }) => Array.from({ length: rows }, () => type));
    // More than the root of all: few traits may tell types apart, and trees without them would guess.
    const options = { ...FOREST, tried: Math.ceil(TRIED * this.#width) };
    const fitted = this.#fitForest(values, this.#width, labels, options);
    const take = (found: FittedForest): void => this.#take(found, own, labels);
    if (fitted instanceof Promise) void this.#takeLater(fitted, take);
    else take(fitted);
  }

  /** What could not be fitted is tried again with the next window. */
  async #takeLater(fitted: Promise<FittedForest>, take: (found: FittedForest) => void): Promise<void> {
    this.#fitting = true;
    try {
      take(await fitted);
    } catch {
      this.#fitAt = 0;
    }
    this.#fitting = false;
    if (!this.#dueAgain) return;
    this.#dueAgain = false;
    this.#fit();
  }

  #take({ forest, held }: FittedForest, own: readonly Labelled[], labels: readonly string[]): void {
    const shown = labels.slice(
      0,
      own.reduce((sum, { rows }) => sum + rows, 0),
    );
    this.#fitted = { forest, least: new Map(own.map(({ type }) => [type, leastShare(forest, held, shown, type)])) };
  }
}

/** Windows of one type. */
interface Labelled {
  readonly type: string;
  readonly rows: number;
  readonly values: Float64Array;
}

/**
 * The windows of a type as they would be if it filled the fields of the others, each of a type in turn: so that which
 * fields there are is not all by which types are told apart.
 */
function inPlaceOf({ type, rows, values }: Labelled, all: readonly Labelled[], width: number): readonly Labelled[] {
  const others = all.filter((one) => one.type !== type).map((one) => traitsOf(one, width));
  const own = traitsOf({ type, rows, values }, width);
  if (others.every((other) => own.every((has, i) => !has || other[i]!))) return [];
  const masked = values.slice();
  for (let row = 0; row < rows; row++) {
    const other = others[row % others.length]!;
    for (let i = 0; i < width; i++) if (!other[i]!) masked[row * width + i] = NaN;
  }
  return [{ type, rows, values: masked }];
}

/** Which traits at least half of the windows of a type have. */
function traitsOf({ rows, values }: Labelled, width: number): readonly boolean[] {
  return Array.from({ length: width }, (_, i) => {
    let had = 0;
    for (let row = 0; row < rows; row++) if (!Number.isNaN(values[row * width + i]!)) had += 1;
    return 2 * had >= rows;
  });
}

/** The share of the trees that all but so few windows of a type had, by trees that had not learnt them. */
function leastShare({ classes }: Forest, held: Float64Array, labels: readonly string[], type: string): number {
  const own = classes.indexOf(type);
  const shares = labels.flatMap((label, i) => (label === type ? [held[i * classes.length + own]!] : []));
  const sorted = Float64Array.from(shares).sort();
  // Never more than half: a type that is told from all others without fail is still allowed some doubt.
  return Math.max(1e-6, Math.min(0.5, sorted[Math.floor(TYPE_REJECTS * sorted.length)]!));
}
