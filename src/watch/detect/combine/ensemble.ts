import { decodeState, encodeState } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import type { CostClass, Detector, DetectorKind } from '../detector.ts';
import { DetectError } from '../errors.ts';
import type { Rows } from '../rows.ts';
import { combineRarities, sharesOfRarities } from './combine-rarities.ts';
import { emptyTailModel, fitTailModel, rarityOf } from './tail-model.ts';
import type { TailModel } from './tail-model.ts';

/** What an ensemble is made of. */
export interface EnsembleParts {
  readonly name: string;
  readonly parts: readonly DetectorKind[];
}

/**
 * A detector of several fitted ones: the score of each becomes how rare it is among the scores of what was learnt, and
 * the ensemble's score is what these rarities have in common.
 *
 * @see combineRarities
 */
export function defineEnsemble({ name, parts }: EnsembleParts): DetectorKind {
  const every = (order: 'fieldOrder' | 'rowOrder'): boolean => parts.every((part) => part[order] === 'free');
  return {
    name,
    cost: dearest(parts),
    options: {},
    fieldOrder: every('fieldOrder') ? 'free' : 'seeded',
    rowOrder: every('rowOrder') ? 'free' : 'seeded',
    create: (width, options = {}, seed = 0) => {
      const [unknown] = Object.keys(options);
      if (unknown !== undefined) {
        throw new DetectError('DETECT_OPTION_INVALID', `Cannot set option ${unknown} of ${name}: it has none`);
      }
      return new Ensemble(
        name,
        parts.map((part) => part.create(width, {}, seed)),
      );
    },
    restore: (bytes) => Ensemble.restore(name, parts, decodeState(bytes, name, VERSION)),
  };
}

const VERSION = 1;
const COSTS: readonly CostClass[] = ['cheap', 'moderate', 'dear'];

function dearest(parts: readonly DetectorKind[]): CostClass {
  return COSTS[Math.max(...parts.map(({ cost }) => COSTS.indexOf(cost)))] ?? 'dear';
}

class Ensemble implements Detector {
  readonly kind: string;
  readonly #parts: readonly Detector[];
  #tails: readonly TailModel[];

  constructor(kind: string, parts: readonly Detector[], tails = parts.map(() => emptyTailModel())) {
    this.kind = kind;
    this.#parts = parts;
    this.#tails = tails;
  }

  static restore(kind: string, kinds: readonly DetectorKind[], entries: Map<string, number | StateArray>): Ensemble {
    const empty = emptyTailModel();
    const take = <T extends StateArray>(name: string, isRight: (value: StateArray) => value is T): T => {
      const value = entries.get(name);
      if (value !== undefined && typeof value !== 'number' && isRight(value)) return value;
      throw new DetectError('DETECT_STATE_UNFIT', `Cannot restore ${kind}: ${name} is missing or of another form`, {
        hint: 'Restore an older snapshot, or let it learn anew',
      });
    };
    const isBytes = (value: StateArray): value is Uint8Array => value instanceof Uint8Array;
    const numbers =
      (length: number) =>
      (value: StateArray): value is Float64Array =>
        value instanceof Float64Array && value.length === length;
    const parts = kinds.map((part, i) => part.restore(take(`part ${i}`, isBytes)));
    const tails = kinds.map((_, i) => ({
      grid: take(`grid ${i}`, numbers(empty.grid.length)),
      tail: take(`tail ${i}`, numbers(empty.tail.length)),
    }));
    return new Ensemble(kind, parts, tails);
  }

  get width(): number {
    return this.#parts[0]!.width;
  }

  get seen(): number {
    return this.#parts[0]!.seen;
  }

  get stateBytes(): number {
    const { grid, tail } = emptyTailModel();
    const own = grid.byteLength + tail.byteLength + 100;
    return 200 + this.#parts.reduce((sum, part) => sum + part.stateBytes + own, 0);
  }

  learn(rows: Rows): void {
    for (const part of this.#parts) part.learn(rows);
    if (rows.count === 0) return;
    const scores = new Float64Array(rows.count);
    this.#tails = this.#parts.map((part) => {
      part.score(rows, scores);
      return fitTailModel(scores);
    });
  }

  score(rows: Rows, scores: Float64Array): void {
    scores.set(combineRarities(this.#rarities(rows, scores)));
  }

  /** What the parts say, each weighed by its share in the score. */
  explain(rows: Rows): Float64Array {
    const rarities = this.#rarities(rows, new Float64Array(rows.count));
    const weights = Array.from({ length: rows.count }, (_, row) => sharesOfRarities(rarities.map((own) => own[row]!)));
    const shares = new Float64Array(rows.values.length);
    for (const [i, part] of this.#parts.entries()) {
      const own = part.explain(rows);
      for (let at = 0; at < own.length; at++) {
        shares[at] = shares[at]! + weights[Math.floor(at / rows.width)]![i]! * own[at]!;
      }
    }
    return shares;
  }

  snapshot(): Uint8Array {
    const entries: Record<string, StateArray> = {};
    for (const [i, part] of this.#parts.entries()) {
      entries[`part ${i}`] = part.snapshot();
      entries[`grid ${i}`] = this.#tails[i]!.grid;
      entries[`tail ${i}`] = this.#tails[i]!.tail;
    }
    return encodeState(this.kind, VERSION, entries);
  }

  /** How rare each row is for each part; 0 while nothing was learnt. The parts score into the room that is given. */
  #rarities(rows: Rows, scores: Float64Array): Float64Array[] {
    return this.#parts.map((part, i) => {
      part.score(rows, scores);
      const rarities = new Float64Array(rows.count);
      if (part.seen === 0) return rarities;
      return rarities.map((_, row) => rarityOf(this.#tails[i]!, scores[row]!));
    });
  }
}
