import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameResult, readFrame } from './frame.ts';

const frame = () => ({ head: 0, start: 0, end: 0 });

test('readFrame() finds a packet and its body', () => {
  const found = frame();
  const data = Uint8Array.of(0xff, 0x30, 0x03, 1, 2, 3, 0xc0, 0x00);
  assert.equal(readFrame(data, 1, 100, found), FrameResult.Whole);
  assert.deepEqual(found, { head: 0x30, start: 3, end: 6 });
  assert.equal(readFrame(data, 6, 100, found), FrameResult.Whole);
  assert.deepEqual(found, { head: 0xc0, start: 8, end: 8 });
});

test('readFrame() asks for more at every truncation', () => {
  const data = new Uint8Array(203);
  data.set([0x30, 0xc8, 0x01]);
  for (let length = 1; length < data.length; length++) {
    assert.equal(readFrame(data.subarray(0, length), 0, 1_000, frame()), FrameResult.Short);
  }
  assert.equal(readFrame(data, 0, 1_000, frame()), FrameResult.Whole);
});

test('readFrame() refuses lengths of five bytes and padded ones', () => {
  assert.equal(readFrame(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01), 0, 1_000, frame()), FrameResult.Malformed);
  assert.equal(readFrame(Uint8Array.of(0x30, 0x81, 0x00, 0x00), 0, 1_000, frame()), FrameResult.Malformed);
});

test('readFrame() tells a packet over the limit from its length alone', () => {
  assert.equal(readFrame(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f), 0, 1_000, frame()), FrameResult.TooLarge);
  assert.equal(readFrame(Uint8Array.of(0x30, 98), 0, 100, frame()), FrameResult.Short);
  assert.equal(readFrame(Uint8Array.of(0x30, 99), 0, 100, frame()), FrameResult.TooLarge);
});
