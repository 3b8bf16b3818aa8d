import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import type { WindowLayout } from './window-layout.ts';
import { WindowSlots } from './window-slots.ts';

const LAYOUT: WindowLayout = {
  stream: 's',
  every: 60,
  wait: 0,
  since: 0,
  by: [{ name: 'who', type: 'text' }],
  of: [
    { name: 'a', type: 'number', measures: ['mean'] },
    { name: 'b', type: 'number', measures: ['mean'] },
  ],
};

test('add() and merge() come to the same, however values are spread over groups', () => {
  const random = seededRandom(7);
  const pick = (from: number): number => random.bytes(1)[0]! % from;
  const values = Array.from({ length: 2_000 }, () => ({
    device: `d${pick(3)}`,
    start: pick(4) * 60,
    by: [pick(3) === 0 ? null : `w${pick(2)}`],
    field: pick(2),
    value: pick(256) - 128,
  }));
  const whole = new WindowSlots(LAYOUT);
  const merged = new WindowSlots(LAYOUT);
  for (let at = 0; at < values.length; at += 37) {
    const part = new WindowSlots(LAYOUT);
    for (const { device, start, by, field, value } of values.slice(at, at + 37)) {
      whole.add(whole.place(device, start, by), field, value);
      part.add(part.place(device, start, by), field, value);
    }
    merged.merge(part.states('t'));
  }
  const shown = (slots: WindowSlots) => {
    const { devices, starts, by, held } = slots.states('t');
    return new Map(
      devices.map((device, i) => [`${device} ${starts[i]} ${by[i]?.[0]}`, Array.from(held.subarray(i * 8, i * 8 + 8))]),
    );
  };
  assert.deepEqual(shown(merged), shown(whole));
  for (const [key, [count, sum, min, max]] of shown(whole)) {
    const own = values.filter((v) => v.field === 0 && `${v.device} ${v.start} ${v.by[0]}` === key).map((v) => v.value);
    assert.deepEqual([count, sum], [own.length, own.reduce((all, value) => all + value, 0)]);
    if (own.length > 0) assert.deepEqual([min, max], [Math.min(...own), Math.max(...own)]);
  }
});

test('states() gives the wanted windows, oldest first, with their own values', () => {
  const slots = new WindowSlots(LAYOUT);
  const by = ['x'];
  slots.add(slots.place('d', 120, by), 0, 2);
  by[0] = 'y';
  slots.add(slots.place('d', 60, by), 0, 1);
  const { starts, by: told, held } = slots.states('t');
  assert.deepEqual(starts, [60, 120]);
  assert.deepEqual(told, [['y'], ['x']]);
  assert.equal(held[1], 1);
  assert.deepEqual(slots.states('t', (_device, start) => start === 120).starts, [120]);
  assert.equal(slots.size, 2);
  assert.deepEqual(
    [slots.all('t').starts, Array.from(slots.all('t').held.subarray(0, 2))],
    [
      [120, 60],
      [1, 2],
    ],
  );
});
