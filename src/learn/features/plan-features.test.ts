import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FEATURE_WORDS } from '#declare/template/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { checkFeatures, FEATURE_KINDS } from './feature-kinds.ts';
import { planFeatures } from './plan-features.ts';

const stream = makeTemplate(`
devices: { d: {} }
streams:
  a:
    from: d
    purposes: [care]
    basis: vital-interests
    fields:
      x: { type: number, unit: Cel }
      y: { type: integer, class: health }
      word: { type: text }
      at: { type: time }
      key: { type: text, class: secret, nullable: true }
    features:
      beat: { kind: periodicity, at: at, events: 64 }
      burst: { kind: arrivals, over: 10s }
      given: { kind: residual, of: x, from: [y] }
      week: { kind: slot, period: 7d, slots: 7, offset: 4d }
  events: { from: d, fields: { word: { type: text } } }
`).streams;

test('planFeatures() finds features by the types of fields, and adds what is declared', () => {
  const plan = planFeatures(stream.get('a')!);
  assert.deepEqual(plan.inputs, [
    { name: 'x', form: 'number' },
    { name: 'y', form: 'number' },
    { name: 'word', form: 'category' },
    { name: 'at', form: 'time' },
  ]);
  checkFeatures(
    plan.features.map(({ feature }) => feature),
    plan.inputs.length,
  );
  assert.deepEqual(
    plan.features.map(({ name }) => name),
    ['x', 'y', 'x.rate', 'y.rate', '_gap', '_day', 'word.order', 'word.timing', 'beat', 'burst', 'given', 'week'],
  );
  const [given] = plan.features.filter(({ name }) => name === 'given');
  assert.deepEqual([given?.class, given?.unit, given?.role], ['health', 'Cel', 'measure']);
  const events = planFeatures(stream.get('events')!).features.map(({ name }) => name);
  assert.deepEqual(events, ['_gap', '_day', 'word.order', 'word.timing', '_beat']);
});

test('planFeatures() leaves out what a column is missing for, says the nearest, and plans the rest', () => {
  const { features, left } = planFeatures(stream.get('a')!, (column) => column !== 'y');
  assert.deepEqual(left, [{ name: 'given', why: 'there is no column `y`; did you mean `x`?' }]);
  assert.ok(features.some(({ name }) => name === 'burst'));
});

test('every kind of feature can be declared, and every kind that can be declared is computed', () => {
  const declared = new Set([...Object.keys(FEATURE_WORDS), 'value']);
  assert.deepEqual(new Set(Object.keys(FEATURE_KINDS)), declared);
});
