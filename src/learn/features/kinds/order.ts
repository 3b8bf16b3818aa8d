import { valueIn } from '../feature.ts';
import type { FeatureKind, FeatureOf } from '../feature.ts';
import { symbolIn, symbolOf, SYMBOLS } from './categories.ts';

/** Weights grow instead of counts fading, until they are this great. */
const GREATEST_WEIGHT = 1e100;

/**
 * State: the weight of the next value, how many came, the last two symbols, the table of symbols, and counts: of each
 * symbol and, where that is asked, of each after each and of each after each two.
 *
 * @see Cleary and Witten, "Data compression using adaptive coding and partial string matching" (1984): what is not known
 *   of a context is told by the shorter one
 */
export const order: FeatureKind<FeatureOf<'order'>> = {
  columns: [''],
  bounds: {
    after: { least: 0, greatest: 2, whole: true },
    symbols: SYMBOLS,
    memory: { least: 16, greatest: 1e9, whole: false },
  },
  room: ({ symbols, after }) => OWN + symbols - 1 + countsOf(symbols, after),
  begin({ symbols }, state) {
    state[WEIGHT] = 1;
    state.fill(NaN, OWN, OWN + symbols - 1);
  },
  open({ field, after, symbols, memory }, state) {
    const table = state.subarray(OWN, OWN + symbols - 1);
    const counts = state.subarray(OWN + symbols - 1);
    const growth = 1 / (1 - 1 / memory);
    return (row, out, at) => {
      const value = row.values[row.at + field]!;
      if (value !== value) {
        out[at] = NaN;
        return;
      }
      const symbol = symbolOf(table, value);
      const came = state[CAME]!;
      const last = state[LAST]!;
      const weight = state[WEIGHT]!;
      let probability = 1 / symbols;
      for (let depth = 0; depth <= after && depth <= came; depth++) {
        const start = contextAt(depth, symbols, last, state[BEFORE]!);
        let all = 0;
        for (let i = start; i < start + symbols; i++) all += counts[i]!;
        probability = (counts[start + symbol]! + weight * probability) / (all + weight);
        counts[start + symbol] = counts[start + symbol]! + weight;
      }
      out[at] = -Math.log(probability);
      state[CAME] = came + 1;
      state[BEFORE] = last;
      state[LAST] = symbol;
      state[WEIGHT] = weight * growth;
      if (state[WEIGHT] < GREATEST_WEIGHT) return;
      for (let i = 0; i < counts.length; i++) counts[i] = counts[i]! / state[WEIGHT];
      state[WEIGHT] = 1;
    };
  },
  series({ field, after, symbols, memory }, series, put) {
    const table = new Map<number, number>();
    const counts = new Map<string, Fading>();
    const past: number[] = [];
    const keep = 1 - 1 / memory;
    for (let i = 0; i < series.rows.length; i++) {
      const value = valueIn(series, i, field);
      if (Number.isNaN(value)) {
        put(i, 0, NaN);
        continue;
      }
      const symbol = symbolIn(table, value, symbols);
      const came = past.length;
      let probability = 1 / symbols;
      for (let depth = 0; depth <= after && depth <= came; depth++) {
        const context = `${depth}:${past.slice(came - depth).join(',')}`;
        const [own, all] = [`${context}>${symbol}`, context].map((name) => fadedTo(counts.get(name), came, keep));
        probability = (own! + probability) / (all! + 1);
        counts.set(`${context}>${symbol}`, { count: own! + 1, at: came });
        counts.set(context, { count: all! + 1, at: came });
      }
      put(i, 0, -Math.log(probability));
      past.push(symbol);
    }
  },
};

const WEIGHT = 0;
const CAME = 1;
const LAST = 2;
const BEFORE = 3;
const OWN = 4;

function countsOf(symbols: number, after: number): number {
  return symbols * (1 + (after > 0 ? symbols : 0) + (after === 2 ? symbols * symbols : 0));
}

/** Where the counts after a context of so many symbols start. */
function contextAt(depth: number, symbols: number, last: number, before: number): number {
  if (depth === 0) return 0;
  return depth === 1 ? symbols * (1 + last) : symbols * (1 + symbols + before * symbols + last);
}

/** A count that was so great when the value of that number had come. */
interface Fading {
  readonly count: number;
  readonly at: number;
}

function fadedTo(fading: Fading | undefined, now: number, keep: number): number {
  return fading === undefined ? 0 : fading.count * keep ** (now - fading.at);
}
