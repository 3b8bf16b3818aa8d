import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { Hold, Segment } from '#flow/store/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { retentionOf } from './template-retention.ts';

const template = makeTemplate(
  'devices: {d: {}}\nstreams: {brief: {from: d, keep: {max: 32d}, fields: {t: {type: number}}}, long: {from: d, fields: {t: {type: number}}}}',
);
const DAY = 86_400_000_000;

test('retentionOf() asks the template how long, and the holds what stays', () => {
  const hold = { stream: 'brief', from: 5, to: null, released: null } as Hold;
  const kept = retentionOf(template, [hold], micros(100 * DAY));
  assert.deepEqual(
    ['brief', 'long', 'unknown'].map((stream) => kept.keptFrom(stream)),
    [68 * DAY, null, null],
  );
  assert.equal(kept.isHeld({ stream: 'brief', minTime: 1, maxTime: 9 } as unknown as Segment), true);
  assert.equal(kept.isHeld({ stream: 'brief', minTime: 1, maxTime: 4 } as unknown as Segment), false);
  assert.equal(retentionOf(undefined, [], micros(0)).keptFrom('brief'), null);
});
