import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { detectorCosts, showDetectorCosts } from './detector-costs.ts';

const template = (detect: string) =>
  makeTemplate(`
devices: { d: {} }
streams: { a: { from: d, fields: { x: { type: number }, y: { type: number } } } }
${detect}`);

test('detectorCosts() says what each detector sees and takes, and its part of the budget', () => {
  const costs = detectorCosts(template('detect: { a: { detectors: [robust-z, ensemble, isolation-forest] } }'));
  assert.deepEqual(
    costs.map(({ detector, sees, cost }) => [detector, sees, cost]),
    [
      ['robust-z', 'every value', 'cheap'],
      ['series-ensemble', 'every reading', 'dear'],
      ['isolation-forest', 'windows of 1, at most 2 %', 'dear'],
    ],
  );
  const [cheap, series, windows] = costs;
  assert.ok(cheap!.perDevice > 0 && cheap!.perDevice < 4_096 && cheap!.devices === null);
  assert.ok(series!.perDevice > 16_384);
  assert.equal(series!.devices, Math.floor((64 * 1_048_576) / series!.perDevice));
  assert.ok(windows!.perDevice === 0 && windows!.perStream > 100_000);
  // Three detectors, and what tells that the baseline has moved.
  assert.ok(costs.every(({ ofBudget }) => Math.abs(ofBudget - 1 / 4) < 1e-9));
});

test('detectorCosts() follows the memory and the shares that a template gives', () => {
  const given = 'detect: { a: { detectors: [ensemble, ecod], tiers: { memory: 1MiB, suspicious: 0.1 } } }';
  const [series, windows] = detectorCosts(template(given));
  assert.equal(series!.devices, Math.floor(1_048_576 / series!.perDevice));
  assert.match(windows!.sees, /10 %/);
});

test('where windows are all that is seen every reading may be one', () => {
  assert.match(detectorCosts(template('detect: { a: { detectors: [ecod] } }'))[0]!.sees, /100 %/);
});

test('showDetectorCosts() is a table, and nothing where nothing is watched', () => {
  const text = showDetectorCosts(detectorCosts(template('detect: { a: { detectors: [robust-z, ensemble] } }')));
  assert.match(text, /^STREAM +JUDGED BY +WHICH SEES +COST +EACH DEVICE +ALL DEVICES +BUDGET\n/);
  assert.match(text, /^a +series-ensemble +every reading +dear +\d+\.\d KiB +at most \d+ devices +1\/3$/m);
  assert.equal(showDetectorCosts(detectorCosts(template(''))), '');
});
