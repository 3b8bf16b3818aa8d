import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exactRows } from '../../../../test/support/private-rows.ts';
import { privateColumn, privateView } from '../../../../test/support/private-view.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { DiscreteNoise } from './discrete-noise.ts';
import { answerPrivately, noiseVariance } from './private-answer.ts';
import { epsilonOfRho, NANO, rhoOfEpsilon } from './privacy-budget.ts';
import type { Aggregate, PrivateKey, PrivateStatement } from './private-statement.ts';

const X = privateColumn('x', 'number', { range: [0, 8] });
const OK: PrivateKey = {
  by: 'value',
  column: privateColumn('ok', 'boolean', { keys: ['false', 'true'] }),
  values: ['false', 'true'],
};

function statementOf(aggregates: readonly Aggregate[], keys: readonly PrivateKey[] = [], rows = 1): PrivateStatement {
  const outputs = [
    ...keys.map((_, key) => ({ is: 'key', key, name: `k${key}` }) as const),
    ...aggregates.map((aggregate, i) => ({ is: 'aggregate', name: `a${i}`, aggregate }) as const),
  ];
  const bounds = { received: { from: null, to: null }, order: [], limit: null } as const;
  return { view: privateView(rows), keys, outputs, where: null, ...bounds };
}

test('answerPrivately() answers every group, with an error bar for each aggregate that holds', async () => {
  const aggregates: readonly Aggregate[] = [
    { ask: 'count', column: null },
    { ask: 'mean', column: X },
    { ask: 'variance', column: X, sample: true, root: true },
    { ask: 'quantile', column: X, at: 0.5 },
  ];
  const statement = statementOf(aggregates, [OK]);
  // Of 4,000 persons with one row each, none is ok; values are even over the range.
  const answer = async (persons: number, epsilon: number) => {
    const made = `SELECT i AS _owner, false AS ok, (i + 0.5) / 500 AS x FROM range(${persons}) t(i)`;
    const exact = await exactRows(statement, made);
    return answerPrivately(statement, exact, rhoOfEpsilon(epsilon, 1e-6), new DiscreteNoise(seededRandom(7)));
  };
  const { columns, rows, hidden } = await answer(4_000, 2);
  // One group is empty, and the other one tells enough.
  assert.deepEqual(hidden, []);
  assert.deepEqual((await answer(4, 0.02)).hidden, ['a0', 'a1', 'a2', 'a3']);
  assert.deepEqual(
    columns.map(({ name, type }) => [name, type]),
    [
      ['k0', 'boolean'],
      ['a0', 'integer'],
      ['a0_error', 'integer'],
      ...['a1', 'a1_error', 'a2', 'a2_error', 'a3', 'a3_error'].map((name) => [name, 'number']),
    ],
  );
  const [no = [], yes = []] = rows;
  assert.deepEqual([no[0], yes[0]], [false, true]);
  for (const [at, truth] of [4_000, 4, 8 / Math.sqrt(12), 4].entries()) {
    const [value, error] = [Number(no[1 + 2 * at]), Number(no[2 + 2 * at])];
    assert.ok(Math.abs(value - truth) <= 2.5 * error && error > 0, `${at}: ${value} ± ${error}`);
  }
  assert.ok(Math.abs(Number(yes[1])) <= 2.5 * Number(yes[2]));
  assert.equal(yes[4], 8);
});

test('noiseVariance() grows with what one person changes and with what the budget is shared by', () => {
  const variance = ({ numerator, denominator }: ReturnType<typeof noiseVariance>) =>
    Number(numerator) / Number(denominator);
  assert.equal(variance(noiseVariance({ of: 'rows' }, 1, NANO / 2, 1)), 1);
  assert.equal(variance(noiseVariance({ of: 'rows' }, 3, NANO / 2, 2)), 18);
  assert.equal(variance(noiseVariance({ of: 'tree', column: X }, 1, NANO / 2, 1)), 5);
});

/**
 * The loss that repeated runs on neighbouring data show: the least ε for which, over all thresholds, no answer is
 * likelier with a person than e^ε times as likely without, plus δ. Five standard deviations of both shares are given
 * away, so that chance shows less than there is and never more.
 */
function shownEpsilon(withThem: readonly number[], without: readonly number[], delta: number): number {
  const runs = withThem.length;
  const share = (answers: readonly number[], threshold: number) =>
    answers.filter((answer) => answer >= threshold).length / runs;
  const slack = (p: number) => 5 * Math.sqrt(Math.max(p * (1 - p), 1 / runs) / runs);
  return Math.max(
    ...Array.from(new Set(withThem)).map((threshold) => {
      const [p, q] = [share(withThem, threshold), share(without, threshold)];
      return Math.log(Math.max(p - slack(p) - delta, 0) / (q + slack(q)));
    }),
  );
}

test('repeated answers on neighbouring data stay below the bound, and a tenth of the noise does not', async () => {
  const statement = statementOf([{ ask: 'count', column: null }], [], 20);
  const others = "SELECT 'o' || i AS _owner FROM range(50) t(i)";
  const [without, withThem] = [
    await exactRows(statement, others),
    await exactRows(statement, `${others} UNION ALL SELECT 'p' FROM range(99)`),
  ];
  const [delta, runs] = [1e-3, 3_000];
  const rho = rhoOfEpsilon(1, delta);
  const noise = new DiscreteNoise(seededRandom(11));
  const answers = async (exact: Parameters<typeof answerPrivately>[1], loss: number): Promise<number[]> => {
    const all: number[] = [];
    for (let run = 0; run < runs; run += 1)
      all.push(Number((await answerPrivately(statement, exact, loss, noise)).rows[0]?.[0]));
    return all;
  };
  const bound = epsilonOfRho(rho, delta);
  const shown = shownEpsilon(await answers(withThem, rho), await answers(without, rho), delta);
  assert.ok(shown <= bound, `${shown} > ${bound}`);
  const weak = shownEpsilon(await answers(withThem, rho * 100), await answers(without, rho * 100), delta);
  assert.ok(weak > bound, `${weak} <= ${bound}`);
});
