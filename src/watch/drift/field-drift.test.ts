import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { FieldDrift } from './field-drift.ts';
import { SHORT_DRIFT } from './testing.ts';

const WEIGHT = 1e-3;

/** Feeds values at one a second from a second on. */
function feed(field: FieldDrift, from: number, values: Iterable<number>): void {
  let second = from;
  for (const value of values) {
    if (field.isDue(second)) field.close(second, WEIGHT);
    field.take(value);
    second += 1;
  }
}

function* noise(seed: number, count: number, centre = 0, spread = 1): Generator<number> {
  const random = seedRandom(seed);
  for (let i = 0; i < count; i++) yield centre + spread * nextNormal(random);
}

test('FieldDrift learns before it watches, and finds nothing in noise', () => {
  const field = new FieldDrift(SHORT_DRIFT);
  feed(field, 0, noise(1, 600));
  assert.equal(field.watching, false);
  assert.equal(field.evidence, 0);
  feed(field, 600, noise(2, 12_000));
  assert.ok(field.watching);
  assert.ok(Math.abs(field.seconds - 60) < 2, `a block has ${field.seconds} s`);
  assert.ok(field.evidence < 5, `${field.evidence}`);
});

test('FieldDrift finds a shift, and tells how far it went and since when', () => {
  const field = new FieldDrift(SHORT_DRIFT);
  feed(field, 0, noise(1, 6_000));
  feed(field, 6_000, noise(2, 600, 3));
  assert.ok(field.evidence > 10, `${field.evidence}`);
  const { onset, psi, ks, js, usual, now, values } = field.change;
  assert.ok(Math.abs(onset - 6_000) <= 120, `onset at ${onset}`);
  assert.ok(psi > 1 && ks > 0.7 && js > 0.5, `${psi}, ${ks}, ${js}`);
  assert.ok(Math.abs(usual[1]) < 0.3 && usual[0] < -1.2 && usual[2] > 1.2, `usual ${usual.join(' ')}`);
  assert.ok(now > 1.5, `now ${now}`);
  assert.ok(values > 400);
  for (const name of ['psi', 'ks', 'js', 'page-hinkley'] as const) assert.ok(field.change.evidence[name] > 5, name);
});

test('FieldDrift finds values that only spread more, which no mean shows', () => {
  const field = new FieldDrift(SHORT_DRIFT);
  feed(field, 0, noise(1, 6_000));
  feed(field, 6_000, noise(2, 900, 0, 2.5));
  assert.ok(field.evidence > 10, `${field.evidence}`);
});

test('FieldDrift finds that a constant field is constant no longer, and is quiet while it is', () => {
  const field = new FieldDrift(SHORT_DRIFT);
  feed(field, 0, new Float64Array(6_000).fill(4));
  assert.ok(field.watching && field.evidence === 0);
  feed(field, 6_000, new Float64Array(600).fill(5));
  assert.ok(field.evidence > 10, `${field.evidence}`);
});

test('FieldDrift takes longer blocks where blocks depend on those before them', () => {
  const field = new FieldDrift(SHORT_DRIFT);
  const random = seedRandom(4);
  let level = 0;
  const wandering = Array.from({ length: 20_000 }, () => (level = 0.995 * level + 0.1 * nextNormal(random)));
  feed(field, 0, wandering);
  assert.ok(field.seconds > 500, `a block has ${field.seconds} s`);
  assert.ok(field.evidence < 5, `${field.evidence}`);
});

test('FieldDrift waits with a block until it has as many values as usual', () => {
  const field = new FieldDrift(SHORT_DRIFT);
  feed(field, 0, noise(1, 600));
  if (field.isDue(600)) field.close(600, WEIGHT);
  for (let values = 0; values < SHORT_DRIFT.leastValues; values++) {
    assert.equal(field.isDue(10_000), false);
    field.take(0);
  }
  assert.equal(field.isDue(10_000), true);
});

test('FieldDrift goes on from its entries, and refuses those of another', () => {
  const values = [...noise(1, 6_000), ...noise(2, 300, 3)];
  const whole = new FieldDrift(SHORT_DRIFT);
  feed(whole, 0, values);
  const first = new FieldDrift(SHORT_DRIFT);
  feed(first, 0, values.slice(0, 3_333));
  const second = new FieldDrift(SHORT_DRIFT);
  assert.ok(second.restore(new Map(Object.entries(structuredClone(first.entries)))));
  feed(second, 3_333, values.slice(3_333));
  assert.deepEqual(second.entries, whole.entries);
  assert.ok(!new FieldDrift(SHORT_DRIFT).restore(new Map()));
  const longer = new Map(Object.entries(structuredClone(first.entries)));
  longer.set('pool', new Float64Array(3));
  assert.ok(!new FieldDrift(SHORT_DRIFT).restore(longer));
});

test('FieldDrift begins anew, or forgives and keeps its reference', () => {
  const field = new FieldDrift(SHORT_DRIFT);
  feed(field, 0, noise(1, 6_000));
  feed(field, 6_000, noise(2, 300, 3));
  field.forgive();
  assert.ok(field.evidence === 0 && field.watching && !field.suspects);
  field.restart();
  assert.ok(!field.watching);
  const bytes = Object.values(field.entries).reduce((sum, { byteLength }) => sum + byteLength, 0);
  assert.ok(bytes <= FieldDrift.stateBytes && FieldDrift.stateBytes < 16_384, `${FieldDrift.stateBytes} bytes`);
});
