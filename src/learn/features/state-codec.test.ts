import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { decodeState, encodeState } from './state-codec.ts';

const STATE = {
  memory: 3600,
  centre: Float64Array.of(1.5, NaN, -Infinity, -0),
  splits: Float32Array.of(0.5),
  fields: Int32Array.of(-1, 2 ** 31 - 1),
  random: Uint32Array.of(2 ** 32 - 1),
  flags: Uint8Array.of(0, 255, 7),
  empty: new Float64Array(0),
};

test('decodeState() gives back what encodeState() took, as copies', () => {
  const bytes = encodeState('robust-z', 3, STATE);
  const decoded = decodeState(bytes, 'robust-z', 3);
  assert.deepEqual(Object.fromEntries(decoded), STATE);
  bytes.fill(0);
  assert.deepEqual(Object.fromEntries(decoded), STATE);
});

test('decodeState() reads bytes that start anywhere in their buffer', () => {
  const bytes = encodeState('robust-z', 3, STATE);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assert.deepEqual(Object.fromEntries(decodeState(shifted.subarray(3), 'robust-z', 3)), STATE);
});

test('encodeState() writes what docs/formats/detector-state.md says', () => {
  const hex = Buffer.from(encodeState('z', 2, { n: 1, a: Uint8Array.of(9) })).toString('hex');
  assert.equal(
    hex.slice(0, -8),
    '57535754 0100 0200 017a 0200 016e00000000000000f03f 0161050100000009'.replaceAll(' ', ''),
  );
});

test('decodeState() refuses every truncation, every flipped bit and every added byte', () => {
  const bytes = encodeState('robust-z', 3, STATE);
  const refused = (damaged: Uint8Array): void => {
    assert.throws(() => decodeState(damaged, 'robust-z', 3), { code: 'FEATURES_STATE_CORRUPT' });
  };
  for (let length = 0; length < bytes.length; length++) refused(bytes.subarray(0, length));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    refused(flipped);
  }
  refused(Uint8Array.of(...bytes, 0));
});

test('decodeState() tells another kind, version or format from damage', () => {
  const foreign = { code: 'FEATURES_STATE_FOREIGN' };
  assert.throws(() => decodeState(encodeState('hbos', 3, STATE), 'robust-z', 3), foreign);
  assert.throws(() => decodeState(encodeState('robust-z', 4, STATE), 'robust-z', 3), foreign);
  assert.throws(() => decodeState(resealed(encodeState('z', 1, {}), 4, 9), 'z', 1), foreign);
});

test('decodeState() stays within the bytes, and coded, whatever a forged state says', () => {
  const bytes = encodeState('z', 1, { n: 1, a: Float64Array.of(1, 2, 3), b: Uint8Array.of(1) });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length - 5 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
      try {
        decodeState(resealed(bytes, at, value), 'z', 1);
      } catch (error) {
        assert.match((error as { code?: string }).code ?? String(error), /^(FEATURES_STATE_|CORE_BYTES_)/);
      }
    }),
    { seed: 1 },
  );
});

test('encodeState() refuses names that do not fit', () => {
  assert.throws(() => encodeState('z', 1, { ['n'.repeat(256)]: 1 }), RangeError);
});

/** The bytes with one changed and the checksum made good. */
function resealed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = value;
  new DataView(changed.buffer).setUint32(changed.length - 4, crc32(changed.subarray(0, -4)), true);
  return changed;
}

test('decodeState() copies out of a Buffer, wherever in it the state lies', () => {
  const encoded = encodeState('k', 1, { odd: Uint8Array.of(7), values: Float64Array.of(1.5, 2.5) });
  const within = Buffer.concat([Buffer.of(0), encoded]).subarray(1);
  const state = decodeState(within, 'k', 1);
  within.fill(0);
  assert.deepEqual(state.get('values'), Float64Array.of(1.5, 2.5));
  assert.deepEqual([...(state.get('odd') as Uint8Array)], [7]);
});
