import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parser } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { ACK_HEAD, ackLength, decodeAck, encodeAckProperties, readAcks, writeAck } from './ack-packet.ts';

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
      const words = text === null ? null : encodeAckProperties(text);
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

test('encodeAckProperties() is cut to whole characters and stays within two length bytes', () => {
  const user = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`name-${i}`, 'é'.repeat(500)]));
  const words = encodeAckProperties('€'.repeat(500), user);
  assert.ok(words.length < 16_384);
  const out = new Uint8Array(ackLength(words));
  const found: Packet[] = [];
  const decoder = parser({ protocolVersion: 5 });
  decoder.on('packet', (packet: Packet) => found.push(packet));
  decoder.parse(Buffer.from(out.subarray(0, writeAck(out, 0, ACK_HEAD.puback, 9, 0x99, words))));
  assert.partialDeepStrictEqual(found[0], {
    reasonCode: 0x99,
    properties: { reasonString: '€'.repeat(80), userProperties: { 'name-7': 'é'.repeat(60) } },
  });
});

test('writeAck() tells of what succeeded, too, and readAcks() reads all forms back', () => {
  const short = encodeAckProperties('dropped');
  const long = encodeAckProperties('x'.repeat(200), { place: 'temperature' });
  const packets = [
    [ACK_HEAD.puback, 1, 0, null],
    [ACK_HEAD.puback, 2, 0, short],
    [ACK_HEAD.pubrec, 3, 0x83, long],
    [ACK_HEAD.puback, 0xffff, 0x99, null],
  ] as const;
  const out = new Uint8Array(1_000);
  let end = 0;
  for (const [head, id, reason, words] of packets) end = writeAck(out, end, head, id, reason, words);
  assert.deepEqual(
    [...readAcks(out.subarray(0, end))],
    packets.map(([head, id, reason]) => [head, id, reason]),
  );
});

test('decodeAck() reads id and reason, and refuses what is cut or names no packet', () => {
  const out = { packetId: 0, reason: 0 };
  assert.equal(decodeAck(Buffer.of(1, 2), 0, 2, 4, out), 0);
  assert.deepEqual(out, { packetId: 258, reason: 0 });
  assert.equal(decodeAck(Buffer.of(1, 2, 0x10, 0), 0, 4, 5, out), 0);
  assert.deepEqual(out, { packetId: 258, reason: 16 });
  assert.equal(decodeAck(Buffer.of(1), 0, 1, 5, out), 0x81);
  assert.equal(decodeAck(Buffer.of(1, 2, 3), 0, 3, 4, out), 0x81);
  assert.equal(decodeAck(Buffer.of(0, 0), 0, 2, 5, out), 0x82);
  assert.equal(decodeAck(Buffer.of(1, 2, 0, 5, 0x1f, 0, 2, 97, 98), 0, 9, 5, out), 0);
  for (const bytes of [
    [1, 2, 0, 5, 0x1f, 0, 2, 97],
    [1, 2, 0, 0, 9],
    [1, 2, 0, 9],
    [1, 2, 0, 4, 0x1f, 0, 1, 0xff],
  ]) {
    assert.equal(decodeAck(Buffer.from(bytes), 0, bytes.length, 5, out), 0x81, String(bytes));
  }
});
