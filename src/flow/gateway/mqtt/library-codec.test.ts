import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProperties, decodePacket, encodePacket, isWellFormed } from './library-codec.ts';

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

test('checkProperties() finds what came twice, was cut, or belongs elsewhere', () => {
  const allowed = new Set(['reasonString', 'userProperties', 'requestProblemInformation', 'sessionExpiryInterval']);
  assert.equal(checkProperties(undefined, allowed), 0);
  assert.equal(checkProperties({ reasonString: 'x', userProperties: { a: ['b'] } }, allowed), 0);
  assert.equal(checkProperties({ requestProblemInformation: false }, allowed), 0);
  assert.equal(checkProperties({ reasonString: ['x', 'y'] }, allowed), 0x82);
  assert.equal(checkProperties({ topicAlias: 1 }, allowed), 0x82);
  assert.equal(checkProperties({ reasonString: null }, allowed), 0x81);
  assert.equal(checkProperties({ sessionExpiryInterval: -1 }, allowed), 0x81);
  assert.equal(checkProperties({ reasonString: 'a\0' }, allowed), 0x81);
});

test('isWellFormed() refuses U+0000 and what stands for malformed UTF-8', () => {
  assert.equal(isWellFormed('straße'), true);
  assert.equal(isWellFormed('a\0'), false);
  assert.equal(isWellFormed('a\uFFFD'), false);
});
