import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceBaseline } from './device-judge.ts';
import { SilenceWatch } from './silence-watch.ts';
import type { Finding } from './finding.ts';
import type { Sender } from './silence-watch.ts';

const T0 = 1_800_000_000e6;

function sender(
  until: number,
  more: { limit?: number; centre?: number; armed?: boolean; device?: string } = {},
): Sender {
  const { limit = 8, centre = 10, armed = true } = more;
  const { device = 'truck-3' } = more;
  const describe = (): DeviceBaseline => ({
    device,
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
  return { device, stream: 'climate', until, describe, budget: { alarms: 1, seconds: 604_800 } };
}

test('SilenceWatch tells a silence while it lasts, again at twice as long, and that it is over', () => {
  const watch = new SilenceWatch(T0 - 600e6);
  const one = sender(T0);
  assert.deepEqual(watch.heard(one, T0, T0), []);
  assert.deepEqual(watch.look([one], T0 + 12e6), []);
  const [told] = watch.look([one], T0 + 60e6);
  assert.deepEqual([told?.start, told?.end, told?.open, told?.techniques], [T0, T0 + 60e6, true, ['T0804']]);
  assert.match(told?.sentence ?? '', /^truck-3 has sent nothing for 60 s; usual for it is a reading every 10 s$/);
  const [cause] = told?.causes ?? [];
  assert.ok((cause?.usual?.[0] ?? 0) < 10 && (cause?.usual?.[1] ?? 0) > 10 && (cause?.wouldPass ?? 99) < 60);
  assert.deepEqual(watch.look([one], T0 + 90e6), []);
  const [longer] = watch.look([one], T0 + 130e6);
  assert.deepEqual([longer?.id, longer?.start], [told?.id, T0]);
  const [over] = watch.heard(one, T0 + 140e6, T0 + 140e6);
  assert.deepEqual([over?.id, over?.open, over?.end], [told?.id, false, T0 + 140e6]);
  assert.deepEqual(watch.heard(one, T0 + 150e6, T0 + 150e6), []);
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

/** A finding of a reading after a silence, as a detector of the time between readings has it. */
function afterSilence(device: string, start: number, field = 'interval'): Finding {
  const watch = new SilenceWatch(start - 600e6);
  const one = sender(start - 60e6, { device });
  watch.heard(one, one.until, one.until);
  const [told] = watch.look([one], start) as [Finding];
  const cause = { ...told.causes[0]!, field };
  return { ...told, id: `${device} ${start}`, detectors: [{ ...told.detectors[0]!, name: 'robust-z' }], start, causes: [cause] }; // prettier-ignore
}

/** Devices that send every ten seconds until `T0`. */
function fleet(count = 6): { readonly watch: SilenceWatch; readonly senders: readonly Sender[] } {
  const watch = new SilenceWatch(T0 - 600e6);
  const senders = Array.from({ length: count }, (_, i) => sender(T0, { device: `d${i}` }));
  for (let at = -300; at <= 0; at += 10) for (const one of senders) watch.heard(one, T0 + at * 1e6, T0 + at * 1e6);
  return { watch, senders };
}

test('SilenceWatch tells a pause of the fleet once, with its devices, and nothing of each of them', () => {
  const { watch, senders } = fleet();
  for (let at = 10; at <= 60; at += 10) watch.heard(senders[5]!, T0 + at * 1e6, T0 + at * 1e6);
  const [told, ...more] = watch.look(senders, T0 + 61e6);
  assert.deepEqual(more, []);
  assert.deepEqual([told?.device, told?.open, told?.devices], ['*', true, ['d0', 'd1', 'd2', 'd3', 'd4']]);
  assert.match(
    told?.sentence ?? '',
    /^5 of 6 devices of stream climate fell silent at once: the network or the platform/,
  );
  assert.deepEqual(watch.look(senders, T0 + 71e6), []);
  // What a reading after it shows is no news, unless it shows something else, too.
  const back = T0 + 80e6;
  const found = senders.slice(0, 4).map((one) => watch.heard(one, back, back, [afterSilence(one.device, back)]));
  assert.deepEqual(
    found.flat().map(({ id, open }) => [id, open]),
    [[told?.id, false]],
  );
  assert.deepEqual(watch.heard(senders[0]!, back + 1, back + 1, [afterSilence('d0', back)]), []);
  const other = afterSilence('d1', back, 'temperature');
  assert.deepEqual(watch.heard(senders[1]!, back + 1, back + 1, [other]), [other]);
  // Who stays silent when the others are back is told of by itself.
  const alone = watch.look(senders, back + 21e6).filter(({ device }) => device === 'd4');
  assert.equal(alone[0]?.detectors[0]?.name, 'silence');
});

test('SilenceWatch tells a pause that nobody saw while it lasted by what the first reading after it shows', () => {
  const { watch, senders } = fleet();
  const found = senders.map((one, i) => watch.heard(one, T0 + 60e6 + i, T0 + 60e6 + i, [afterSilence(one.device, T0 + 60e6 + i)])); // prettier-ignore
  const all = found.flat();
  assert.deepEqual(new Set(all.map(({ device }) => device)), new Set(['*']));
  assert.deepEqual(
    all.map(({ open }) => open),
    [true, false],
  );
  // One device alone is told of as ever.
  const other = fleet();
  const finding = afterSilence('d0', T0 + 60e6);
  for (const one of other.senders.slice(1)) for (let at = 10; at <= 60; at += 10) other.watch.heard(one, T0 + at * 1e6, T0 + at * 1e6); // prettier-ignore
  assert.deepEqual(other.watch.heard(other.senders[0]!, T0 + 60e6, T0 + 60e6, [finding]), [finding]);
});

test('SilenceWatch tells once that a pause is over, and of who stays silent by itself once it had its usual time to come back', () => {
  const { watch, senders } = fleet();
  const found: Finding[] = [];
  for (let at = 10; at <= 700; at += 10) {
    const now = T0 + at * 1e6;
    if (at >= 600) for (const one of senders.slice(0, 5)) found.push(...watch.heard(one, now, now));
    found.push(...watch.look(senders, now + 1));
  }
  assert.deepEqual(
    found.map(({ device, open, detectors }) => [device, open, detectors[0]!.name]),
    [
      ['*', true, 'fleet-silence'],
      ['*', false, 'fleet-silence'],
      ['d5', true, 'silence'],
    ],
  );
  // Between its end and that, those that are not back yet have their time.
  assert.equal(found.at(-1)!.end, T0 + 620e6 + 1);
});

test('SilenceWatch tells a second pause soon after one that is over', () => {
  const { watch, senders } = fleet();
  const both = [20, 25].map((at) => {
    const began = watch.look(senders, T0 + at * 1e6 + 1);
    for (const one of senders) watch.heard(one, T0 + at * 1e6 + 2, T0 + at * 1e6 + 2);
    return began;
  });
  assert.deepEqual(
    both.map((found) => found.map(({ device }) => device)),
    [['*'], []],
  );
  const [again, ...more] = watch.look(senders, T0 + 80e6);
  assert.deepEqual([again?.device, again?.open, more], ['*', true, []]);
});

test('SilenceWatch hides nothing that goes on after the reading that came back', () => {
  const { watch, senders } = fleet();
  watch.look(senders, T0 + 61e6);
  const back = T0 + 80e6;
  const first = afterSilence('d0', back);
  assert.deepEqual(watch.heard(senders[0]!, back, back, [first]), []);
  const on = { ...first, end: back + 50e6 };
  assert.deepEqual(watch.heard(senders[0]!, back + 50e6, back + 50e6, [on]), [on]);
  // Nor what was going on before.
  const before = { ...afterSilence('d1', back), start: T0 - 20e6 };
  assert.ok(watch.heard(senders[1]!, back, back, [before]).includes(before));
});

test('SilenceWatch names no device that it was to forget', () => {
  const { watch, senders } = fleet();
  const [told] = watch.look(senders, T0 + 61e6);
  assert.ok(told?.devices?.includes('d0'));
  watch.forget('climate', ['d0']);
  const over = senders.slice(1, 4).flatMap((one) => watch.heard(one, T0 + 80e6, T0 + 80e6));
  assert.deepEqual(
    over.map(({ id, devices }) => [id, devices]),
    [[told?.id, ['d1', 'd2', 'd3', 'd4', 'd5']]],
  );
  const other = fleet();
  other.watch.forget('climate', ['d0']);
  const [later] = other.watch.look(other.senders.slice(1), T0 + 61e6);
  assert.match(later?.sentence ?? '', /^5 of 5 /);
});

test('SilenceWatch tells each of two pauses once, where devices that are back fall silent again before the others are back', () => {
  const { watch, senders } = fleet(10);
  const found: Finding[] = [];
  for (let at = 10; at <= 500; at += 10) {
    const now = T0 + at * 1e6;
    const back = at >= 490 ? senders : at >= 80 && at <= 200 ? senders.slice(0, 4) : [];
    for (const one of back) found.push(...watch.heard(one, now, now));
    found.push(...watch.look(senders, now + 1));
  }
  const told = found.map(({ id, open, devices }) => [id, open, devices?.length] as const);
  const [first, second] = told.map(([id]) => id);
  assert.deepEqual(new Set(told), new Set([[first, true, 10], [second, true, 4], [first, false, 10], [second, false, 4]])); // prettier-ignore
  assert.deepEqual([told.length, new Set([first, second]).size], [4, 2]);
});

test('SilenceWatch goes on with what was told where a process before it ended', () => {
  const { watch, senders } = fleet(7);
  for (let at = 10; at <= 300; at += 10) for (const one of senders.slice(1)) watch.heard(one, T0 + at * 1e6, T0 + at * 1e6); // prettier-ignore
  const [alone] = watch.look(senders, T0 + 301e6);
  const [fleetTold] = watch.look(senders, T0 + 361e6);
  assert.deepEqual([alone?.device, fleetTold?.device, fleetTold?.devices?.length], ['d0', '*', 6]);
  const covered = afterSilence('d1', T0 + 400e6);
  assert.deepEqual(watch.heard(senders[1]!, T0 + 400e6, T0 + 400e6, [covered]), []);

  const later = new SilenceWatch(T0 + 410e6);
  later.restore('climate', watch.snapshot('climate')!);
  assert.deepEqual(later.heard(senders[1]!, T0 + 410e6, T0 + 410e6, [{ ...covered, open: false }]), []);
  assert.deepEqual(later.look([senders[0]!, ...senders.slice(2)], T0 + 480e6), []);
  const over = senders.flatMap((one) => later.heard(one, T0 + 490e6, T0 + 490e6));
  assert.deepEqual(
    over.map(({ id, open, devices }) => [id, open, devices]),
    [
      [alone?.id, false, undefined],
      [fleetTold?.id, false, fleetTold?.devices],
    ],
  );
  // With all of them back nothing is left to keep.
  assert.equal(later.snapshot('climate'), null);
  assert.throws(() => later.restore('climate', new Uint8Array(40)), { code: 'FEATURES_STATE_CORRUPT' });
});
