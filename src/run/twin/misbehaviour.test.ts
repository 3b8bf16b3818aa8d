import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { MISBEHAVIOURS, misbehave, misbehaviourAt, misbehaviourOf } from './misbehaviour.ts';

const stream = makeTemplate(`
devices: { d: {} }
streams:
  s:
    from: d
    fields:
      heat: { type: number, range: [-40, 60], step: 2/s }
      wet: { type: number, range: [0, 100] }
      free: { type: number }
`).streams.get('s')!;
const FIELDS = { heat: -18, wet: 50, free: 7 };

test('misbehaviourOf() has each kind once in a fleet, one after the other', () => {
  const plans = Array.from({ length: 10 }, (_, i) => misbehaviourOf(i, 10));
  assert.deepEqual(
    plans.map((plan) => plan?.kind ?? null),
    ['surge', null, 'silent', null, 'stuck', null, 'drift', null, null, null],
  );
  const times = plans.flatMap((plan) => (plan === null ? [] : [plan.from]));
  assert.deepEqual(times, [120, 180, 300, 600]);
  assert.equal(misbehaviourOf(0, 1)?.kind, 'surge');
  assert.equal(misbehaviourOf(3, 2)?.kind, MISBEHAVIOURS[3]);
});

test('misbehaviourAt() comes again and again', () => {
  const plan = { kind: 'surge', from: 90, seconds: 3, every: 600 } as const;
  const table: [number, number | null][] = [
    [89.9, null],
    [90, 0],
    [92, 2],
    [93, null],
    [691, 1],
  ];
  for (const [at, since] of table) assert.equal(misbehaviourAt(plan, at)?.since ?? null, since, String(at));
  assert.equal(misbehaviourAt(null, 91), null);
});

test('misbehave() stays within ranges and steps, so that no check on entry sees it', () => {
  const at = (kind: (typeof MISBEHAVIOURS)[number], since = 1, left = 2) => ({ kind, since, left });
  assert.equal(misbehave(stream, at('silent'), FIELDS, {}), null);
  assert.deepEqual(misbehave(stream, at('surge'), FIELDS, {}), { ...FIELDS, wet: 95 });
  assert.deepEqual(misbehave(stream, at('stuck'), FIELDS, { wet: 49 }), { ...FIELDS, wet: 49 });
  let last = -18;
  for (let since = 0; since <= 40; since++) {
    const { heat } = misbehave(stream, at('drift', since, 40 - since), FIELDS, {}) as { heat: number };
    assert.ok(Math.abs(heat - last) <= 1 && heat <= 60, `${since}: ${heat}`);
    last = heat;
  }
  assert.equal(last, -18);
  const bare = { ...stream, fields: stream.fields.filter(({ name }) => name === 'free') };
  assert.deepEqual(misbehave(bare, at('surge'), { free: 7 }, {}), { free: 7 });
});
