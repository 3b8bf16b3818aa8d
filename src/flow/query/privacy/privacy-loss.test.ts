import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { corpora } from '../../../../test/support/outside.ts';
import {
  addLosses,
  epsilonOf,
  gaussianLoss,
  laplaceLoss,
  NO_LOSS,
  repeatLoss,
  sampledGaussianLoss,
} from './privacy-loss.ts';
import type { PrivacyLoss } from './privacy-loss.ts';

interface Row {
  readonly mechanism: string;
  readonly noise_multiplier: number;
  readonly sampling_probability: number;
  readonly steps: number;
  readonly delta: number;
  readonly epsilon_rdp: number;
  readonly epsilon_pld: number;
}

const LOSSES: Readonly<Record<string, (row: Row) => PrivacyLoss>> = {
  gaussian: (row) => gaussianLoss(row.noise_multiplier),
  laplace: (row) => laplaceLoss(row.noise_multiplier),
  'poisson-subsampled-gaussian': (row) => sampledGaussianLoss(row.noise_multiplier, row.sampling_probability),
};

describe('epsilonOf()', () => {
  it('agrees with the reference for every mechanism, and is never below what is tight', (t) => {
    const file = corpora(t, 'standards/dp-accounting/reference.json');
    const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: readonly Row[] };
    const seen = new Set<string>();
    for (const row of rows) {
      const loss = LOSSES[row.mechanism];
      assert.ok(loss !== undefined, row.mechanism);
      const epsilon = epsilonOf(repeatLoss(loss(row), row.steps), row.delta);
      const named = JSON.stringify(row);
      assert.ok(Math.abs(epsilon / row.epsilon_rdp - 1) < 0.01, `${epsilon}: ${named}`);
      assert.ok(epsilon > row.epsilon_pld - 1e-3, `${epsilon}: ${named}`);
      seen.add(row.mechanism);
    }
    assert.equal(seen.size, 3);
  });

  it('of nothing told is nothing', () => assert.equal(epsilonOf(NO_LOSS, 1e-6), 0));
});

describe('addLosses()', () => {
  it('is what happens when one thing is told after another', () => {
    const both = addLosses(gaussianLoss(2), gaussianLoss(2));
    assert.ok(epsilonOf(both, 1e-6) > epsilonOf(gaussianLoss(2), 1e-6));
    for (const [i, loss] of repeatLoss(gaussianLoss(2), 2).entries()) assert.equal(both[i], loss);
  });
});

describe('sampledGaussianLoss()', () => {
  it('has its ends: nobody sampled, and everybody', () => {
    assert.deepEqual(sampledGaussianLoss(1, 0), NO_LOSS);
    assert.deepEqual(sampledGaussianLoss(1, 1), gaussianLoss(1));
  });
  it('grows with the rate, and is never more than that of everybody', () => {
    const epsilons = [0.001, 0.01, 0.1, 0.5, 1].map((rate) => epsilonOf(sampledGaussianLoss(1, rate), 1e-6));
    assert.deepEqual(
      epsilons,
      epsilons.toSorted((a, b) => a - b),
    );
  });
});
