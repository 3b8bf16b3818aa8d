import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Field } from '#declare/template/index.ts';
import { seededUniform, signalFor } from './signal.ts';

const temperature: Field = {
  name: 'temperature',
  type: 'number',
  unit: 'Cel',
  range: [-40, 60],
  step: { perSecond: 2 },
  class: 'operational',
  enum: null,
  pattern: null,
  maxLength: 256,
  nullable: false,
  description: null,
};

test('seededUniform() repeats for one seed and differs for another', () => {
  const draw = (seed: number) => Array.from({ length: 20 }, seededUniform(seed));
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.ok(draw(7).every((u) => u >= 0 && u < 1));
});

test('signalFor() keeps numbers within range and below their step', () => {
  const signal = signalFor(temperature, 'truck-1', seededUniform(1));
  let last: number | null = null;
  for (let at = 0; at < 2_000; at += 0.5) {
    const value = signal(at) as number;
    assert.ok(value >= -40 && value <= 60);
    if (last !== null) assert.ok(Math.abs(value - last) <= 2 * 0.5);
    last = value;
  }
});

test('signalFor() draws texts from the enum, or gives the device a name of its own', () => {
  const text: Field = { ...temperature, type: 'text', range: null, step: null };
  const words = signalFor({ ...text, enum: ['open', 'shut'] }, 'd', seededUniform(3));
  for (let at = 0; at < 50; at++) assert.ok(['open', 'shut'].includes(words(at) as string));
  assert.equal(signalFor({ ...text, name: 'driver' }, 'truck-1', seededUniform(3))(0), 'driver-truck-1');
  assert.equal(signalFor({ ...text, pattern: '[0-9]+' }, 'truck-1', seededUniform(3))(0), null);
});
