import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AeadKey } from '#base/crypto/index.ts';
import { FRAME_HEADER_LENGTH, FRAME_LIMIT, openFrame, parseFrameHeader, sealFrame } from './frame.ts';

const key = AeadKey.fromBytes(new Uint8Array(32).fill(1));
const chain = new Uint8Array(16).fill(2);
const plain = Buffer.from('reading');

function sealed(counter = 2 ** 40 + 5): { frame: Buffer; chain: Uint8Array } {
  const frame = Buffer.alloc(FRAME_HEADER_LENGTH + plain.length + 16);
  const header = { length: plain.length + 16, counter, back: 9, last: true };
  return { frame, chain: sealFrame(key, chain, header, plain, frame) };
}

test('openFrame() gives back what sealFrame() took, and the same chain value', () => {
  const { frame, chain: next } = sealed();
  const header = parseFrameHeader(frame, 0)!;
  assert.deepEqual(header, { length: plain.length + 16, counter: 2 ** 40 + 5, back: 9, last: true });
  const opened = openFrame(key, chain, header, frame, 0);
  assert.equal(Buffer.from(opened.plain).toString(), 'reading');
  assert.deepEqual(Buffer.from(opened.chain), Buffer.from(next));
});

test('openFrame() refuses another chain value, key, or bit of the frame', () => {
  const { frame } = sealed();
  const header = parseFrameHeader(frame, 0)!;
  const code = 'CRYPTO_OPEN_FAILED';
  assert.throws(() => openFrame(key, new Uint8Array(16), header, frame, 0), { code });
  assert.throws(() => openFrame(AeadKey.fromBytes(new Uint8Array(32)), chain, header, frame, 0), { code });
  for (let at = 0; at < frame.length; at++) {
    const changed = Buffer.from(frame);
    changed[at]! ^= 1;
    assert.throws(() => openFrame(key, chain, header, changed, 0), { code }, `byte ${at}`);
  }
});

test('two counters never give one nonce', () => {
  const bodies = [0, 1, 2 ** 32, 2 ** 32 + 1].map((counter) => sealed(counter).frame.subarray(24).toString('hex'));
  assert.equal(new Set(bodies).size, 4);
});

test('parseFrameHeader() knows no header in what is none, nor past its limits', () => {
  const { frame } = sealed();
  assert.equal(parseFrameHeader(frame, 1), null);
  assert.equal(parseFrameHeader(frame.subarray(0, 20), 0), null);
  for (const [at, value] of [
    [4, FRAME_LIMIT + 1],
    [4, 15],
    [12, 0xff_ffff],
    [20, 2],
  ] as const) {
    const changed = Buffer.from(frame);
    changed.writeUInt32LE(value, at);
    assert.equal(parseFrameHeader(changed, 0), null, `${at}`);
  }
});
