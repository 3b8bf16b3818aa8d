import { setImmediate } from 'node:timers/promises';
import type { FieldType } from '#base/core/index.ts';
import type { DiscreteNoise, Fraction } from './discrete-noise.ts';
import { countEstimate, meanEstimate, sumEstimate, varianceEstimate } from './private-estimates.ts';
import type { Estimate, Noisy } from './private-estimates.ts';
import { measureName, measuresOf, passesOf, sensitivityOf, TREE_LEVELS } from './private-measures.ts';
import type { Measure } from './private-measures.ts';
import { NANO } from './privacy-budget.ts';
import type { NanoRho } from './privacy-budget.ts';
import { countTree, quantileEstimate } from './private-quantile.ts';
import type { CountTree } from './private-quantile.ts';
import type { Aggregate, PrivateKey, PrivateOutput, PrivateStatement } from './private-statement.ts';

export type AnswerValue = string | number | boolean | null;

/** An answer with noise: columns, and rows in order of the groups. */
export interface PrivateAnswer {
  readonly columns: readonly { readonly name: string; readonly type: FieldType }[];
  readonly rows: readonly (readonly AnswerValue[])[];
  /** Names of aggregates of which the noise leaves nothing to be told, in any group. */
  readonly hidden: readonly string[];
}

/** Rows of one exact pass, as the engine gives them. */
export type ExactRows = readonly Readonly<Record<string, string>>[];

/** Groups between which whoever shares the thread gets a turn. */
const GROUPS_AT_ONCE = 32;

/**
 * Adds noise to exact sums and works the answer out of what then remains. From here on nothing looks at the exact sums
 * again: whatever is done to noisy ones tells no more than they do.
 *
 * @param exact the rows of each pass of `passesOf`, in order
 * @param rho what the statement may tell, shared out evenly over its measures
 */
export async function answerPrivately(
  statement: PrivateStatement,
  exact: readonly ExactRows[],
  rho: NanoRho,
  noise: DiscreteNoise,
): Promise<PrivateAnswer> {
  const measures = measuresOf(statement);
  const variances = new Map(
    measures.map((measure) => [
      measureName(measure),
      noiseVariance(measure, statement.view.rules.rows, rho, measures.length),
    ]),
  );
  const sums = gather(statement, exact);
  const rows: (readonly AnswerValue[])[] = [];
  const hidden = new Set(statement.outputs.flatMap((output) => (output.is === 'aggregate' ? [output.name] : [])));
  for (const [at, group] of groupsOf(statement.keys).entries()) {
    if (at % GROUPS_AT_ONCE === GROUPS_AT_ONCE - 1) await setImmediate();
    const estimates = new GroupEstimates(sums.get(group.id) ?? NO_SUMS, variances, noise);
    rows.push(
      statement.outputs.flatMap((output): readonly AnswerValue[] => {
        if (output.is === 'key') return [group.values[output.key]?.[output.end === true ? 1 : 0] ?? null];
        const estimate = estimates.of(output.aggregate);
        if (!isHidden(output.aggregate, estimate)) hidden.delete(output.name);
        return [estimate.value, estimate.error];
      }),
    );
  }
  return {
    columns: statement.outputs.flatMap((output) => columnsOf(output, statement.keys)),
    rows,
    hidden: [...hidden],
  };
}

/**
 * Whether an answer may as well be any other: a place that may be anywhere in its range, a number or spread that may be
 * none. A sum may be none in truth.
 */
function isHidden({ ask, column }: Aggregate, { value, error }: Estimate): boolean {
  const [low, high] = column?.range ?? [0, 0];
  if (ask === 'mean' || ask === 'quantile') return value - error <= low && value + error >= high;
  return ask !== 'sum' && error >= value;
}

/**
 * The variance of the noise of a measure: Δ² / 2ρ for its share of ρ, which a tree shares out over its levels.
 *
 * @see Canonne, Kamath, Steinke 2020, theorem 14
 */
export function noiseVariance(measure: Measure, rows: number, rho: NanoRho, measures: number): Fraction {
  const sensitivity = sensitivityOf(measure, rows);
  const shares = BigInt(measures) * (measure.of === 'tree' ? BigInt(TREE_LEVELS) : 1n);
  return { numerator: sensitivity * sensitivity * shares * BigInt(NANO), denominator: 2n * BigInt(rho) };
}

/** Exact sums of one group: of measures by name, and of trees by name and leaf. */
interface Sums {
  readonly flat: Map<string, bigint>;
  readonly leaves: Map<string, Map<number, bigint>>;
}

const NO_SUMS: Sums = { flat: new Map(), leaves: new Map() };

/** Estimates of one group, whose measures get their noise once. */
class GroupEstimates {
  readonly #sums: Sums;
  readonly #variances: ReadonlyMap<string, Fraction>;
  readonly #noise: DiscreteNoise;
  readonly #drawn = new Map<string, Noisy>();
  readonly #trees = new Map<string, CountTree>();

  constructor(sums: Sums, variances: ReadonlyMap<string, Fraction>, noise: DiscreteNoise) {
    this.#sums = sums;
    this.#variances = variances;
    this.#noise = noise;
  }

  of(aggregate: Aggregate): Estimate {
    const { ask, column } = aggregate;
    if (column === null) return countEstimate(this.#noisy({ of: 'rows' }));
    if (ask === 'quantile') return quantileEstimate(this.#tree({ of: 'tree', column }), column, aggregate.at);
    const count = this.#noisy({ of: 'values', column });
    if (ask === 'count') return countEstimate(count);
    const sum = this.#noisy({ of: 'sum', column });
    if (ask === 'sum') return sumEstimate(column, count, sum);
    if (ask === 'mean') return meanEstimate(column, count, sum);
    return varianceEstimate(column, count, sum, this.#noisy({ of: 'squares', column }), aggregate);
  }

  #noisy(measure: Measure): Noisy {
    const name = measureName(measure);
    const known = this.#drawn.get(name);
    if (known !== undefined) return known;
    const variance = this.#varianceOf(name);
    const value = Number((this.#sums.flat.get(name) ?? 0n) + this.#noise.gaussian(variance));
    const made = { value, deviation: deviationOf(variance) };
    this.#drawn.set(name, made);
    return made;
  }

  #tree(measure: Measure): CountTree {
    const name = measureName(measure);
    const known = this.#trees.get(name);
    if (known !== undefined) return known;
    const variance = this.#varianceOf(name);
    const leaves = this.#sums.leaves.get(name) ?? new Map<number, bigint>();
    const made = countTree(leaves, () => this.#noise.gaussian(variance), deviationOf(variance));
    this.#trees.set(name, made);
    return made;
  }

  #varianceOf(name: string): Fraction {
    const variance = this.#variances.get(name);
    if (variance === undefined) throw new TypeError(`an aggregate rests on ${name}, which the statement does not have`);
    return variance;
  }
}

function deviationOf({ numerator, denominator }: Fraction): number {
  return Math.sqrt(Number(numerator) / Number(denominator));
}

/** Exact sums by group. Rows come from a process that reads statements of others: what is no whole number is refused. */
function gather(statement: PrivateStatement, exact: readonly ExactRows[]): ReadonlyMap<string, Sums> {
  const sums = new Map<string, Sums>();
  for (const [at, { measures, leaves }] of passesOf(statement).entries()) {
    for (const row of exact[at] ?? []) {
      const id = JSON.stringify(statement.keys.map((_, i) => row[`k${i}`] ?? ''));
      const of = sums.get(id) ?? { flat: new Map<string, bigint>(), leaves: new Map<string, Map<number, bigint>>() };
      sums.set(id, of);
      for (const [i, measure] of measures.entries()) {
        const [name, value] = [measureName(measure), BigInt(row[`m${i}`] ?? '0')];
        if (!leaves) of.flat.set(name, value);
        else {
          const tree = of.leaves.get(name) ?? new Map<number, bigint>();
          of.leaves.set(name, tree.set(Number(row['leaf']), value));
        }
      }
    }
  }
  return sums;
}

interface Group {
  /** Keys as the engine gives them, as JSON. */
  readonly id: string;
  /** Of each key what is shown: a value, or where a bin begins and ends. */
  readonly values: readonly (readonly AnswerValue[])[];
}

/** Every group that an answer has, whether any row is in it or not: which groups there are tells nothing. */
function groupsOf(keys: readonly PrivateKey[]): readonly Group[] {
  let groups: readonly { readonly ids: readonly string[]; readonly values: Group['values'] }[] = [
    { ids: [], values: [] },
  ];
  for (const key of keys) {
    const members = membersOf(key);
    groups = groups.flatMap(({ ids, values }) =>
      members.map(({ id, shown }) => ({ ids: [...ids, id], values: [...values, shown] })),
    );
  }
  return groups.map(({ ids, values }) => ({ id: JSON.stringify(ids), values }));
}

function membersOf(key: PrivateKey): readonly { readonly id: string; readonly shown: readonly AnswerValue[] }[] {
  if (key.by === 'time')
    return key.starts.map((start) => ({ id: String(Math.floor(start / key.step)), shown: [start] }));
  if (key.by === 'bin') {
    const [low, high] = key.column.range ?? [0, 0];
    const edge = (bin: number): number => low + ((high - low) * bin) / key.bins;
    return Array.from({ length: key.bins }, (_, bin) => ({ id: String(bin), shown: [edge(bin), edge(bin + 1)] }));
  }
  const { type } = key.column;
  return key.values.map((id) => ({
    id,
    shown: [type === 'boolean' ? id === 'true' : type === 'integer' ? Number(id) : id],
  }));
}

/** The columns of an output: of an aggregate what it is, and how far off the noise has it be. */
function columnsOf(output: PrivateOutput, keys: readonly PrivateKey[]): PrivateAnswer['columns'] {
  const { name } = output;
  if (output.is === 'key') {
    const key = keys[output.key];
    return [{ name, type: key?.by === 'bin' ? 'number' : (key?.column.type ?? 'text') }];
  }
  const type = output.aggregate.ask === 'count' ? 'integer' : 'number';
  return [
    { name, type },
    { name: `${name}_error`, type },
  ];
}
