import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceBaseline } from './device-judge.ts';
import { SilenceWatch } from './silence-watch.ts';
import type { Sender } from './silence-watch.ts';

const T0 = 1_800_000_000e6;

function sender(until: number, more: { limit?: number; centre?: number; armed?: boolean } = {}): Sender {
  const { limit = 8, centre = 10, armed = true } = more;
  const describe = (): DeviceBaseline => ({
    device: 'truck-3',
    stream: 'climate',
    since: T0 - 3_600e6,
    until,
    readings: 360,
    behaviour: { windows: 0, score: 0 } as unknown as DeviceBaseline['behaviour'],
    fields: [{ name: 'interval', unit: 's', centre, spread: 0.5 }],
    detectors: [
      {
        name: 'robust-z',
        armed,
        limit,
        seen: 360,
        watchedSeconds: 3_600,
        peaks: 20,
        expectedRate: 1e-7,
        likelyRate: 1e-6,
      },
    ],
  });
  return { device: 'truck-3', stream: 'climate', until, describe, budget: { alarms: 1, seconds: 604_800 } };
}

test('SilenceWatch tells a silence while it lasts, again at twice as long, and that it is over', () => {
  const watch = new SilenceWatch(T0 - 600e6);
  const one = sender(T0);
  assert.equal(watch.heard(one, T0, T0), null);
  assert.deepEqual(watch.look([one], T0 + 12e6), []);
  const [told] = watch.look([one], T0 + 60e6);
  assert.deepEqual([told?.start, told?.end, told?.open, told?.techniques], [T0, T0 + 60e6, true, ['T0804']]);
  assert.match(told?.sentence ?? '', /^truck-3 has sent nothing for 60 s; usual for it is a reading every 10 s$/);
  const [cause] = told?.causes ?? [];
  assert.ok((cause?.usual?.[0] ?? 0) < 10 && (cause?.usual?.[1] ?? 0) > 10 && (cause?.wouldPass ?? 99) < 60);
  assert.deepEqual(watch.look([one], T0 + 90e6), []);
  const [longer] = watch.look([one], T0 + 130e6);
  assert.deepEqual([longer?.id, longer?.start], [told?.id, T0]);
  const over = watch.heard(one, T0 + 140e6, T0 + 140e6);
  assert.deepEqual([over?.id, over?.open, over?.end], [told?.id, false, T0 + 140e6]);
  assert.equal(watch.heard(one, T0 + 150e6, T0 + 150e6), null);
});

test('SilenceWatch tells nothing of who knows too little, is no live sender, or was just cut off by a start', () => {
  const quiet = (one: Sender, heardAt: number): number => {
    const watch = new SilenceWatch(T0 - 600e6);
    watch.heard(one, one.until, heardAt);
    return watch.look([one], heardAt + 3_600e6).length;
  };
  assert.equal(quiet(sender(T0), T0), 1);
  assert.equal(quiet(sender(T0, { armed: false }), T0), 0);
  assert.equal(quiet(sender(T0, { limit: Infinity }), T0), 0);
  // Readings of last week that were brought in today.
  assert.equal(quiet(sender(T0 - 604_800e6), T0), 0);
  const restarted = new SilenceWatch(T0);
  const one = sender(T0 - 5e6);
  assert.deepEqual(restarted.look([one], T0 + 50e6), []);
  const [told] = restarted.look([one], T0 + 100e6);
  // The same name as before the start: nothing is doubled.
  assert.equal(told?.start, T0 - 5e6);
});
