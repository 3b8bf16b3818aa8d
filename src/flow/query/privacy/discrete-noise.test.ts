import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { DiscreteNoise, fractionOf } from './discrete-noise.ts';

const DRAWS = 20_000;
const noise = new DiscreteNoise(seededRandom(7));

/** Pearson's statistic of draws against weights over whole numbers, those far out taken together. */
function chiSquare(draw: () => bigint, weight: (x: number) => number, reach: number): { chi: number; cells: number } {
  const seen = new Map<number, number>();
  for (let i = 0; i < DRAWS; i += 1) {
    const x = Math.max(-reach, Math.min(reach, Number(draw())));
    seen.set(x, (seen.get(x) ?? 0) + 1);
  }
  const far = 60 * reach;
  let total = 0;
  for (let x = -far; x <= far; x += 1) total += weight(x);
  let chi = 0;
  for (let x = -reach; x <= reach; x += 1) {
    let expected = 0;
    if (Math.abs(x) < reach) expected = weight(x);
    else for (let out = reach; out <= far; out += 1) expected += weight(Math.sign(x) * out);
    expected *= DRAWS / total;
    chi += ((seen.get(x) ?? 0) - expected) ** 2 / expected;
  }
  return { chi, cells: 2 * reach };
}

/** Far beyond what chance gives: mean and five standard deviations of the distribution of the statistic. */
const bound = (cells: number): number => cells + 5 * Math.sqrt(2 * cells);

describe('DiscreteNoise', () => {
  for (const variance of [0.25, 1, 2.5, 40]) {
    it(`gaussian() of variance ${variance} comes as often as it should`, () => {
      const { chi, cells } = chiSquare(
        () => noise.gaussian(fractionOf(variance)),
        (x) => Math.exp((-x * x) / (2 * variance)),
        Math.ceil(2.5 * Math.sqrt(variance)) + 1,
      );
      assert.ok(chi < bound(cells), `${chi} with ${cells} degrees of freedom`);
    });
  }

  for (const scale of [0.5, 1, 3.75]) {
    it(`laplace() of scale ${scale} comes as often as it should`, () => {
      const { chi, cells } = chiSquare(
        () => noise.laplace(fractionOf(scale)),
        (x) => Math.exp(-Math.abs(x) / scale),
        Math.ceil(3 * scale) + 1,
      );
      assert.ok(chi < bound(cells), `${chi} with ${cells} degrees of freedom`);
    });
  }

  it('draws noise larger than doubles can tell apart', () => {
    const variance = fractionOf(2 ** 150);
    const draws = Array.from({ length: 50 }, () => noise.gaussian(variance));
    assert.ok(draws.some((x) => x % 2n !== 0n) && draws.some((x) => x > 2n ** 74n || x < -(2n ** 74n)));
  });
});

describe('fractionOf()', () => {
  it('is exact', () => {
    assert.deepEqual(fractionOf(0.75), { numerator: 3n, denominator: 4n });
    const { numerator, denominator } = fractionOf(0.1);
    assert.equal(Number(numerator) / Number(denominator), 0.1);
    assert.equal(denominator, 2n ** 55n);
  });

  for (const value of [0, -1, Number.NaN, Infinity]) {
    it(`refuses ${value}`, () => assert.throws(() => fractionOf(value), RangeError));
  }
});
