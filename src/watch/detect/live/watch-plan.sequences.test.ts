import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { DeviceWatch } from './device-watch.ts';
import { planStream } from './watch-plan.ts';

const template = makeTemplate(`
devices: { lock: {} }
streams:
  lock: { from: lock, fields: { command: { type: text, enum: [open, close, status] } } }
  mixed: { from: lock, fields: { x: { type: number }, open: { type: boolean } }, features: { middle: { kind: median, of: x, rows: 5 } } }
`);
const PLAN = planStream(template.streams.get('lock')!, { alarms: 1, seconds: 604_800 });
const HOUR = 3_600e6;
const MIDNIGHT = 19_700 * 24 * HOUR;
const OPEN = 1;
const CLOSE = 2;
const STATUS = 3;

/** Days on which a lock is opened and closed within working hours, and asked for its status at any time. */
function lockDays(from: number, to: number): { time: number; command: number }[] {
  const events: { time: number; command: number }[] = [];
  for (let day = from; day < to; day++) {
    const random = seedRandom(day + 1);
    const at = (hour: number): number => MIDNIGHT + (24 * day + hour) * HOUR;
    for (let i = 0; i < 8; i++) {
      const open = 8 + 9.5 * nextUniform(random);
      events.push({ time: at(open), command: OPEN }, { time: at(open + 0.02), command: CLOSE });
    }
    for (let i = 0; i < 24; i++) events.push({ time: at(24 * nextUniform(random)), command: STATUS });
  }
  return events.toSorted((a, b) => a.time - b.time);
}

function rowsOf(events: readonly { time: number; command: number }[]) {
  return {
    values: Float64Array.from(events.flatMap(({ command }) => [command, NaN])),
    times: Float64Array.from(events, ({ time }) => time),
    count: events.length,
  };
}

test('a plan watches sequences of texts and truths, and declared features, in places of their own', () => {
  assert.deepEqual(
    PLAN.fields.map(({ name }) => name),
    ['command.order', 'command.timing', '_beat', '_beat_period', '_interval'],
  );
  const mixed = planStream(template.streams.get('mixed')!, { alarms: 1, seconds: 604_800 });
  assert.deepEqual(
    mixed.fields.map(({ name }) => name),
    ['x', 'middle', 'open.order', 'open.timing', '_interval'],
  );
  assert.deepEqual(
    mixed.detectors.flatMap(({ kind, scores }) => (scores === undefined ? [] : [[kind.name, scores.first]])),
    [
      ['odd-order', 2],
      ['odd-time', 3],
    ],
  );
});

test('a command at an odd hour is found, the same command within its hours is not', () => {
  const usual = lockDays(0, 30);
  const night = MIDNIGHT + (24 * 30 + 3) * HOUR;
  const found = (time: number, command: number) => {
    const watch = new DeviceWatch('lock-1', PLAN);
    const before = watch.take(rowsOf(usual));
    assert.deepEqual(before, []);
    return watch.take(rowsOf([{ time, command }]));
  };
  const [odd] = found(night, OPEN);
  assert.equal(odd?.detectors[0]?.name, 'odd-time');
  assert.equal(odd?.sentence, 'command of lock-1 came at a time at which it hardly ever comes');
  assert.equal(odd?.causes[0]?.field, 'command.timing');
  assert.deepEqual(found(night, STATUS), []);
  assert.deepEqual(found(night + 7 * HOUR, OPEN), []);
});

test('a beacon hidden in noise is found, noise alone is not', () => {
  const noise = (from: number, count: number, seed: number) => {
    const random = seedRandom(seed);
    let time = from;
    return Array.from({ length: count }, () => ({
      time: (time += -60e6 * Math.log(1 - nextUniform(random))),
      command: STATUS,
    }));
  };
  const usual = noise(MIDNIGHT, 2_000, 1);
  const more = noise(usual.at(-1)!.time, 600, 2);
  const random = seedRandom(3);
  const span = more.at(-1)!.time - more[0]!.time;
  const beats = Array.from({ length: Math.floor(span / 80e6) }, (_, i) => ({
    time: more[0]!.time + i * 80e6 + 2e6 * nextNormal(random),
    command: STATUS,
  }));
  const taught = () => {
    const watch = new DeviceWatch('tag-1', PLAN);
    assert.deepEqual(watch.take(rowsOf(usual)), []);
    return watch;
  };
  assert.deepEqual(taught().take(rowsOf(more)), []);
  const found = taught().take(rowsOf([...more, ...beats].toSorted((a, b) => a.time - b.time)));
  assert.equal(found[0]?.detectors[0]?.name, 'beacon');
  assert.match(found[0]?.sentence ?? '', /^tag-1 sends with a regular period/);
  const period = found[0]?.evidence.at(-1)?.values['_beat_period'] ?? NaN;
  assert.ok(Math.abs(period - 80) < 2, `the period found is ${period} s`);
});

test('a text that a device never sends keeps no detector from being armed', () => {
  const plan = planStream(template.streams.get('mixed')!, { alarms: 1, seconds: 604_800 });
  const random = seedRandom(5);
  const watch = new DeviceWatch('m-1', plan);
  const values = Float64Array.from({ length: 900 }, (_, i) => (i % 3 === 0 ? nextNormal(random) : NaN));
  watch.take({ values, times: Float64Array.from({ length: 300 }, (_, i) => MIDNIGHT + i * 1e6), count: 300 });
  assert.deepEqual(
    watch.describe().detectors.map(({ armed }) => armed),
    plan.detectors.map(() => true),
  );
});

test('a device that was regular from the beginning is not told for it', () => {
  const random = seedRandom(7);
  const regular = Array.from({ length: 4_000 }, (_, i) => ({
    time: MIDNIGHT + i * 60e6 + 2e6 * nextNormal(random),
    command: STATUS,
  }));
  const watch = new DeviceWatch('tag-1', PLAN);
  assert.deepEqual(watch.take(rowsOf(regular.toSorted((a, b) => a.time - b.time))), []);
  const { seen, armed } = watch.describe().detectors.find(({ name }) => name === 'beacon')!;
  // Once for each 128 times, and not for each reading.
  assert.deepEqual([seen, armed], [31, true]);
});

test('a watch of sequences goes on from its snapshot as if nothing had been', () => {
  const all = lockDays(0, 20);
  const whole = new DeviceWatch('lock-1', PLAN);
  whole.take(rowsOf(all.slice(0, 500)));
  const restored = DeviceWatch.restore('lock-1', PLAN, whole.snapshot());
  whole.take(rowsOf(all.slice(500)));
  restored.take(rowsOf(all.slice(500)));
  assert.deepEqual(restored.snapshot(), whole.snapshot());
});
