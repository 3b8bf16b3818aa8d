import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parser } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { ACK_HEAD, ackLength, decodeAck, encodeReasonString, writeAck } from './ack-packet.ts';

test('writeAck() writes what a client library reads', () => {
  for (const [head, cmd] of [
    [ACK_HEAD.puback, 'puback'],
    [ACK_HEAD.pubrec, 'pubrec'],
    [ACK_HEAD.pubcomp, 'pubcomp'],
  ] as const) {
    for (const [reason, text] of [
      [0, null],
      [0x92, null],
      [0x92, 'range: too hot'],
    ] as const) {
      const words = text === null ? null : encodeReasonString(text);
      const out = new Uint8Array(ackLength(words) + 3);
      const end = writeAck(out, 3, head, 0x1234, cmd === 'pubcomp' || reason === 0 ? reason : 0x97, words);
      const found: Packet[] = [];
      const decoder = parser({ protocolVersion: 5 });
      decoder.on('packet', (packet: Packet) => found.push(packet));
      decoder.parse(Buffer.from(out.subarray(3, end)));
      assert.partialDeepStrictEqual(found[0], { cmd, messageId: 0x1234 });
      if (text !== null) {
        assert.partialDeepStrictEqual(found[0], { properties: { reasonString: text } });
      }
    }
  }
});

test('encodeReasonString() stays within one length byte', () => {
  const words = encodeReasonString('x'.repeat(500));
  assert.ok(3 + words.length < 128);
});

test('decodeAck() reads id and reason, and refuses what is cut or names no packet', () => {
  const out = { packetId: 0, reason: 0 };
  assert.equal(decodeAck(Uint8Array.of(1, 2), 0, 2, 4, out), 0);
  assert.deepEqual(out, { packetId: 258, reason: 0 });
  assert.equal(decodeAck(Uint8Array.of(1, 2, 0x10, 0), 0, 4, 5, out), 0);
  assert.deepEqual(out, { packetId: 258, reason: 16 });
  assert.equal(decodeAck(Uint8Array.of(1), 0, 1, 5, out), 0x81);
  assert.equal(decodeAck(Uint8Array.of(1, 2, 3), 0, 3, 4, out), 0x81);
  assert.equal(decodeAck(Uint8Array.of(0, 0), 0, 2, 5, out), 0x82);
});
