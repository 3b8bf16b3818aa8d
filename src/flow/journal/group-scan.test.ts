import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AeadKey } from '#base/crypto/index.ts';
import { FRAME_HEADER_LENGTH, sealFrame } from './frame.ts';
import { laterGroupOpens, scanGroups } from './group-scan.ts';

const key = AeadKey.fromBytes(new Uint8Array(32).fill(1));
const start = new Uint8Array(16);

/** Frames in groups of the given sizes, their plain text their number. */
function frames(sizes: readonly number[]): { bytes: Buffer; ends: number[] } {
  const parts: Buffer[] = [];
  const ends: number[] = [];
  let [chain, at, counter]: [Uint8Array, number, number] = [start, 0, 0];
  for (const size of sizes) {
    const began = at;
    for (let i = 0; i < size; i++) {
      const plain = Buffer.from(String(counter));
      const frame = Buffer.alloc(FRAME_HEADER_LENGTH + plain.length + 16);
      const header = { length: plain.length + 16, counter: counter++, back: at - began, last: i === size - 1 };
      chain = sealFrame(key, chain, header, plain, frame);
      parts.push(frame);
      at += frame.length;
      ends.push(at);
    }
  }
  return { bytes: Buffer.concat(parts), ends };
}

test('scanGroups() opens whole groups and tells why it stopped', () => {
  const { bytes, ends } = frames([1, 2, 1]);
  const whole = scanGroups(key, start, bytes);
  assert.deepEqual([whole.frames.length, whole.end, whole.stop], [4, bytes.length, 'end']);
  for (let cut = 0; cut < bytes.length; cut++) {
    const scan = scanGroups(key, start, bytes.subarray(0, cut));
    const groups = [0, ends[0]!, ends[2]!].filter((end) => end <= cut);
    assert.equal(scan.end, groups.at(-1));
    assert.equal(scan.stop, cut === scan.end ? 'end' : 'more');
  }
});

test('scanGroups() goes on within a group', () => {
  const { bytes, ends } = frames([1, 3]);
  const rest = bytes.subarray(ends[1]);
  const chain = bytes.subarray(ends[1]! - 16, ends[1]);
  const scan = scanGroups(key, chain, rest);
  assert.deepEqual([scan.frames.length, scan.stop], [2, 'end']);
});

test('laterGroupOpens() finds a later group behind damage, and not the same group', () => {
  const { bytes, ends } = frames([2, 1]);
  const damaged = Buffer.from(bytes);
  damaged[30]! ^= 1;
  assert.equal(scanGroups(key, start, damaged).stop, 'broken');
  assert.equal(laterGroupOpens(key, damaged), true);
  assert.equal(laterGroupOpens(key, damaged.subarray(0, ends[1])), false, 'a torn group may have lost its first page');
  assert.equal(laterGroupOpens(key, Buffer.alloc(100)), false);
});
