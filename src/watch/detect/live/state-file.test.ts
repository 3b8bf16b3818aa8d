import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { openState, sealState } from './state-file.ts';
import type { DeviceState } from './state-file.ts';

const key = AeadKey.fromBytes(systemRandom.bytes(32));
const made = (count: number, bytes: number) => ({
  cursor: new Map([
    ['f1', 100],
    ['f2', 7],
  ]),
  log: 41,
  devices: Array.from({ length: count }, (_, i) => ({
    stream: 's',
    device: `d${i}`,
    snapshot: new Uint8Array(bytes).fill(i),
  })),
});
type Made = ReturnType<typeof made>;
const fileOf = (state: Made): Buffer => Buffer.concat([...sealState(key, state)]);
const shown = (devices: Iterable<DeviceState>) =>
  [...devices].map(({ stream, device, snapshot }) => [stream, device, snapshot.length, snapshot[0]]);

test('openState() gives back what sealState() took, a mebibyte or so at a time', () => {
  const state = made(5, 500_000);
  assert.equal([...sealState(key, state)].length, 2);
  const { cursor, devices, log, damaged } = openState(key, fileOf(state));
  assert.deepEqual([cursor, log, damaged], [state.cursor, 41, []]);
  assert.deepEqual(shown(devices), shown(state.devices));
  const empty = Buffer.concat([...sealState(key, { cursor: new Map(), devices: [], log: null })]);
  assert.deepEqual(openState(key, empty), { cursor: new Map(), devices: [], log: null, damaged: [] });
});

test('openState() loses no more than one device to any byte that is changed, names it, and goes on with the others', () => {
  const state = made(4, 30);
  const file = fileOf(state);
  const lost = new Map<string, number>();
  for (let at = 0; at < file.length; at++) {
    const changed = Buffer.from(file);
    changed[at] = changed[at]! ^ 0x41;
    const { cursor, devices, log, damaged } = openState(key, changed);
    const gone = state.devices.filter(({ device }) => devices.every((one) => one.device !== device));
    assert.deepEqual([cursor, log], [state.cursor, 41], String(at));
    assert.deepEqual(shown(devices), shown(state.devices.filter((one) => !gone.includes(one))), String(at));
    assert.ok(gone.length <= 1, `${gone.length} at ${at}`);
    for (const { device } of gone) {
      assert.deepEqual(damaged, [`${device} on s`]);
      lost.set(device, (lost.get(device) ?? 0) + 1);
    }
  }
  assert.deepEqual(
    [...lost.values()].map((bytes) => bytes > 30),
    [true, true, true, true],
  );
});

test('openState() tells of a file that is cut off anywhere, or whose parts were exchanged, and refuses another key', () => {
  const state = made(4, 30);
  const file = fileOf(state);
  for (let length = 0; length < file.length; length++) {
    try {
      const { devices, damaged } = openState(key, file.subarray(0, length));
      assert.ok(damaged.length > 0, String(length));
      for (const { device, snapshot } of devices)
        assert.ok(state.devices.some((one) => one.device === device && Buffer.from(snapshot).equals(one.snapshot)));
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'DETECT_STATE_UNFIT', String(error));
    }
  }
  const [from, size] = [file.length - file.readUInt32LE(file.length - 4) - 8, 4 + 16 + 4 + 10 + 30];
  const [a, b] = [from - 2 * size, from - size];
  const exchanged = Buffer.concat([
    file.subarray(0, a),
    file.subarray(b, from),
    file.subarray(a, b),
    file.subarray(from),
  ]);
  assert.deepEqual(openState(key, exchanged).damaged, ['d2 on s', 'd3 on s']);
  const other = AeadKey.fromBytes(systemRandom.bytes(32));
  assert.throws(() => openState(other, file), { code: 'DETECT_STATE_UNFIT' });
});
