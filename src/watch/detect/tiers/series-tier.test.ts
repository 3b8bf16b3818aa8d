import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { windowNeighbours } from '../sequence/window-neighbours.ts';
import { sequenceSurprisal } from '../sequence/sequence-surprisal.ts';
import { seasonalForecaster } from '../sequence/seasonal-forecaster.ts';
import { seatsWithin, seriesBytes, seriesKey, SeriesTier } from './series-tier.ts';
import type { SeriesKind, SeriesVerdict } from './series-tier.ts';

const KINDS: readonly SeriesKind[] = [
  { kind: windowNeighbours, floor: 0, columns: [0, 2], options: { memory: 200 } },
  { kind: seasonalForecaster, floor: 5, columns: [2], options: { period: 10 } },
];
const RULE = { rate: 1 / 3_600, armedAfter: 200 };

function follow(tier: SeriesTier, rows: number, odd: ReadonlyMap<number, number>): readonly [number, SeriesVerdict][] {
  const random = seedRandom(5);
  const seat = tier.seat()!;
  const told: [number, SeriesVerdict][] = [];
  for (let i = 0; i < rows; i++) {
    const row = Float64Array.of(nextNormal(random), 1e9, odd.get(i) ?? nextNormal(random));
    const beyond = (verdict: SeriesVerdict): void => {
      // What is asked of a verdict is asked before the row is learnt.
      const shares = verdict.shares();
      told.push([i, { ...verdict, shares: () => shares }]);
    };
    tier.take(seat, row, row, i * 1e6, 0.01, { beyond });
  }
  return told;
}

test('SeriesTier judges each reading by the columns of a kind, and says whose fault it was', () => {
  const tier = new SeriesTier(KINDS, RULE);
  const told = follow(tier, 900, new Map([[800, 40]]));
  assert.deepEqual(new Set(told.filter(([at]) => at < 800)), new Set());
  const at = told.filter(([row]) => row === 800).map(([, verdict]) => verdict);
  assert.deepEqual(
    at.map(({ name }) => name),
    ['window-neighbours', 'seasonal-forecaster'],
  );
  for (const verdict of at) {
    assert.deepEqual([...verdict.shares()].map(Math.round), [0, 0, 1]);
    assert.ok(verdict.score > verdict.limit);
  }
  assert.deepEqual(
    tier.figures.map(({ name, judged }) => [name, judged]),
    [
      ['window-neighbours', 900],
      ['seasonal-forecaster', 900],
    ],
  );
});

test('SeriesTier gives what knows too little to say anything no limit to learn from', () => {
  const tier = new SeriesTier([{ kind: sequenceSurprisal, floor: 5, columns: [2], hour: true }], RULE);
  const seat = tier.seat()!;
  assert.equal(seat[0]!.detector.width, 2);
  for (let i = 0; i < 100; i++) {
    const row = Float64Array.of(i % 3, 0, i % 5);
    tier.take(seat, row, row, i * 1e6, 0.01, { beyond: () => assert.fail(), scored: () => assert.fail() });
  }
  assert.equal(tier.facts(seat)[0]?.seen, 0);
});

test('SeriesTier has seats while there is memory, and counts the devices without', () => {
  const ofDevice = seriesBytes(KINDS);
  assert.ok(ofDevice > 3_000 && new SeriesTier(KINDS, RULE).stateBytes === ofDevice);
  assert.equal(seatsWithin(10 * ofDevice + 5, ofDevice), 10);
  const tier = new SeriesTier(KINDS, RULE, 2 * ofDevice);
  assert.deepEqual([tier.seat() !== null, tier.seat() !== null, tier.seat()], [true, true, null]);
  assert.equal(tier.leftOut, 1);
  tier.release();
  assert.ok(tier.seat() !== null);
});

test('seriesKey() tells settings and fields apart', () => {
  const kind = { kind: seasonalForecaster, floor: 5, columns: [0] };
  const keys = [kind, { ...kind, columns: [1] }, { ...kind, options: { period: 7 } }].map(seriesKey);
  assert.equal(new Set(keys).size, 3);
});
