import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePacket, encodePacket, isWellFormed } from './library-codec.ts';

test('decodePacket() returns what encodePacket() wrote', () => {
  for (const version of [4, 5] as const) {
    const packet = decodePacket(
      encodePacket({ cmd: 'unsubscribe', messageId: 7, unsubscriptions: ['a'] }, version),
      version,
    );
    assert.ok('packet' in packet);
    assert.partialDeepStrictEqual(packet.packet, { cmd: 'unsubscribe', messageId: 7, unsubscriptions: ['a'] });
  }
});

test('decodePacket() turns whatever does not decode into a code', () => {
  for (const bytes of [[], [0x82], [0x82, 1, 0], [0x82, 4, 0, 1, 0, 9], [0xf0, 1, 5], [0xe0, 2, 0x55, 0]]) {
    assert.deepEqual(decodePacket(Buffer.from(bytes), 5), { reason: 0x81 });
  }
});

test('isWellFormed() refuses U+0000 and what stands for malformed UTF-8', () => {
  assert.equal(isWellFormed('straße'), true);
  assert.equal(isWellFormed('a\0'), false);
  assert.equal(isWellFormed('a\uFFFD'), false);
});
