import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STANDARD_TIERS } from '../tiers/dearer-tiers.ts';
import { rateOfPart } from './rate-of-part.ts';
import { climatePlan } from './testing.ts';

test('rateOfPart() gives each part the same share of one budget, whatever parts there are', () => {
  const { tiers: _, ...cheap } = climatePlan({ alarms: 12, seconds: 6 });
  const parts = (plan: Parameters<typeof rateOfPart>[0]): number => Math.round(2 / rateOfPart(plan));
  const alone = cheap.detectors.length + 1;
  assert.equal(parts(cheap), alone);
  assert.equal(parts({ ...cheap, tiers: STANDARD_TIERS }), alone + 2);
  assert.equal(parts({ ...cheap, tiers: STANDARD_TIERS, windows: [] }), alone);
  assert.equal(parts({ ...cheap, channels: { shown: true } }), alone + 1);
});
