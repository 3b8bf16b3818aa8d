import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DriftMonitor } from './drift-monitor.ts';
import type { Drift } from './drift-monitor.ts';
import { driftingBatch, SHORT_DRIFT } from './testing.ts';
import type { DriftingValue } from './testing.ts';

const FIELDS = ['temperature', 'humidity', 'pressure', 'voltage'];
const DECLARED = FIELDS.map((name) => ({ name, declared: 'number' }));

interface Run {
  readonly to: number;
  readonly from?: number;
  readonly devices?: number;
  readonly cut?: number;
  readonly value: DriftingValue;
}

function run(monitor: DriftMonitor, { to, from = 0, devices = 1, cut = 50, value }: Run): readonly Drift[] {
  const found: Drift[] = [];
  for (let at = from; at < to; at += cut) {
    found.push(...monitor.take(driftingBatch(at, Math.min(to, at + cut), { devices, fields: FIELDS, value })));
  }
  return found;
}

const namesOf = (drift: Drift): string[] => drift.fields.map(({ name }) => name).toSorted();
/** Two fields move at 6,000. */
const twoMove: DriftingValue = (reading, _device, field, noise) =>
  noise + (reading >= 6_000 && (field === 0 || field === 2) ? 3 : 0);

test('DriftMonitor tells once which fields have drifted, and takes what they are now for usual', () => {
  const monitor = new DriftMonitor(DECLARED, SHORT_DRIFT);
  const found = run(monitor, { to: 14_000, value: twoMove });
  assert.equal(found.length, 1, found.map(namesOf).join('; '));
  assert.deepEqual(namesOf(found[0]!), ['pressure', 'temperature']);
  assert.ok(Math.abs(found[0]!.onset - 1_700_006_000) <= 120);
  assert.ok(found[0]!.told - found[0]!.onset < 900, `told after ${found[0]!.told - found[0]!.onset} s`);
  assert.equal(found[0]!.template, false);
  assert.deepEqual(monitor.status, { fields: 4, watching: 4 });
});

test('DriftMonitor finds the same however readings are cut into batches, and after a restart', () => {
  const whole = run(new DriftMonitor(DECLARED, SHORT_DRIFT), { to: 8_000, value: twoMove });
  assert.deepEqual(run(new DriftMonitor(DECLARED, SHORT_DRIFT), { to: 8_000, cut: 7, value: twoMove }), whole);
  const before = new DriftMonitor(DECLARED, SHORT_DRIFT);
  run(before, { to: 6_150, value: twoMove });
  const after = DriftMonitor.restore(DECLARED, SHORT_DRIFT, before.snapshot());
  assert.deepEqual(run(after, { from: 6_150, to: 8_000, value: twoMove }), whole);
});

test('DriftMonitor is quiet where nothing changes, as often as it says', () => {
  // Forty streams for twenty thousand seconds, less what is learnt: twelve false alarms are allowed.
  let alarms = 0;
  for (let seed = 0; seed < 40; seed++) {
    const value: DriftingValue = (_reading, _device, field, noise) => noise * (1 + field);
    const monitor = new DriftMonitor(DECLARED, SHORT_DRIFT);
    alarms += run(monitor, { from: seed * 100_000, to: seed * 100_000 + 20_000, cut: 500, value }).length;
  }
  assert.ok(alarms <= 12, `${alarms} false alarms`);
});

test('DriftMonitor tells a device that has changed from a fleet that has, and from new devices', () => {
  const scopeOf = (value: DriftingValue, devices = 8): Drift['scope'] => {
    const [drift] = run(new DriftMonitor(DECLARED, SHORT_DRIFT), { to: 12_000, devices, value });
    assert.ok(drift !== undefined, 'nothing was found');
    assert.deepEqual(namesOf(drift), ['temperature']);
    return drift.scope;
  };
  const since = (reading: number, field: number): number => (reading >= 6_000 && field === 0 ? 4 : 0);
  const one = scopeOf((reading, device, field, noise) => noise + (device === 5 ? since(reading, field) : 0));
  assert.deepEqual(one, { kind: 'devices', devices: ['truck-5'], of: 8 });
  const all = scopeOf((reading, _device, field, noise) => noise + since(reading, field));
  assert.deepEqual([all.kind, all.devices.length], ['fleet', 8]);
  // Two of eight are silent at first.
  const fresh = scopeOf((reading, device, field, noise) =>
    device < 6 ? noise : reading < 6_000 ? NaN : noise + since(reading, field),
  );
  assert.deepEqual([fresh.kind, fresh.devices], ['new-devices', ['truck-6', 'truck-7']]);
});

test('DriftMonitor notes that a field was declared otherwise when it drifted', () => {
  const before = new DriftMonitor(DECLARED, SHORT_DRIFT);
  run(before, { to: 6_000, value: twoMove });
  const other = DECLARED.map((field) => (field.name === 'temperature' ? { ...field, declared: 'in kelvin' } : field));
  const after = DriftMonitor.restore(other, SHORT_DRIFT, before.snapshot());
  const [drift] = run(after, { from: 6_000, to: 8_000, value: twoMove });
  assert.equal(drift?.template, true);
});

test('DriftMonitor goes on with the fields it knows where others come or go', () => {
  const before = new DriftMonitor(DECLARED, SHORT_DRIFT);
  run(before, { to: 6_000, value: twoMove });
  const fewer = DriftMonitor.restore(DECLARED.slice(1), SHORT_DRIFT, before.snapshot());
  assert.deepEqual(fewer.status, { fields: 3, watching: 3 });
  const more = DriftMonitor.restore([{ name: 'new', declared: '' }, ...DECLARED], SHORT_DRIFT, before.snapshot());
  assert.deepEqual(more.status, { fields: 5, watching: 4 });
  assert.throws(() => DriftMonitor.restore(DECLARED, SHORT_DRIFT, before.snapshot().subarray(0, 99)), {
    code: 'FEATURES_STATE_CORRUPT',
  });
});

test('DriftMonitor keeps to its memory, and takes batches without what it looks for', () => {
  const monitor = new DriftMonitor(DECLARED, SHORT_DRIFT);
  run(monitor, { to: 8_000, devices: 200, value: twoMove });
  assert.ok(monitor.snapshot().length <= monitor.stateBytes + 8_192);
  assert.deepEqual(monitor.take({ stream: 's', template: '', rows: 1, columns: [] }), []);
  assert.deepEqual(new DriftMonitor([], SHORT_DRIFT).take(driftingBatch(0, 100)), []);
});
