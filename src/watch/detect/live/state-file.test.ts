import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { openState, sealState } from './state-file.ts';

const key = AeadKey.fromBytes(systemRandom.bytes(32));
const state = {
  cursor: new Map([
    ['f1', 100],
    ['f2', 7],
  ]),
  log: 41,
  devices: Array.from({ length: 5 }, (_, i) => ({
    stream: 's',
    device: `d${i}`,
    snapshot: new Uint8Array(500_000).fill(i),
  })),
};
const file = Buffer.concat([...sealState(key, state)]);

test('openState() gives back what sealState() took, over several sections', () => {
  const { cursor, devices, log } = openState(key, file);
  assert.deepEqual([cursor, log], [state.cursor, 41]);
  assert.deepEqual(
    devices.map(({ stream, device, snapshot }) => [stream, device, snapshot.length, snapshot[0]]),
    state.devices.map(({ stream, device, snapshot }) => [stream, device, snapshot.length, snapshot[0]]),
  );
  const empty = Buffer.concat([...sealState(key, { cursor: new Map(), devices: [], log: null })]);
  assert.deepEqual(openState(key, empty), { cursor: new Map(), devices: [], log: null });
});

test('openState() refuses a file that is cut off anywhere, changed anywhere, or of another key', () => {
  for (const length of [0, 5, 8, 11, 100, 1_000_000, file.length - 1]) {
    assert.throws(() => openState(key, file.subarray(0, length)), { code: 'DETECT_STATE_UNFIT' }, String(length));
  }
  // At the end of a whole section too: what follows it is missed.
  const first = 8 + 4 + new DataView(file.buffer, file.byteOffset).getUint32(8, true);
  assert.throws(() => openState(key, file.subarray(0, first)), { code: 'DETECT_STATE_UNFIT' });
  for (const at of [0, 9, 13, 5_000, first + 6, file.length - 1]) {
    const changed = Buffer.from(file);
    changed[at] = changed[at]! ^ 1;
    assert.throws(() => openState(key, changed), { code: 'DETECT_STATE_UNFIT' }, String(at));
  }
  const other = AeadKey.fromBytes(systemRandom.bytes(32));
  assert.throws(() => openState(other, file), { code: 'DETECT_STATE_UNFIT' });
});
