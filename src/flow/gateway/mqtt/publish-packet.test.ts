import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate } from 'mqtt-packet';
import { decodePublish, emptyPublish } from './publish-packet.ts';

function frame(version: 4 | 5, properties?: object): Buffer {
  return generate(
    {
      cmd: 'publish',
      topic: 'streams/climate',
      qos: 1,
      dup: false,
      retain: false,
      messageId: 513,
      payload: Buffer.from('{"n":1}'),
      ...(properties === undefined ? {} : { properties }),
    },
    { protocolVersion: version },
  );
}

test('decodePublish() finds topic, packet id, properties and payload', () => {
  const properties = {
    payloadFormatIndicator: true,
    messageExpiryInterval: 9,
    topicAlias: 3,
    responseTopic: 'r',
    correlationData: Buffer.of(1),
    userProperties: { a: ['b', 'c'], d: 'e' },
    contentType: 'application/cbor',
  };
  for (const data of [frame(5, properties), frame(5), frame(4)]) {
    const out = emptyPublish();
    const version = data === undefined || data.length === frame(4).length ? 4 : 5;
    assert.equal(decodePublish(data, 2, 2, data.length, version, out), 0);
    assert.equal(data.toString('utf8', out.topicStart, out.topicEnd), 'streams/climate');
    assert.equal(out.packetId, 513);
    assert.equal(data.toString('utf8', out.payloadStart), '{"n":1}');
  }
  const out = emptyPublish();
  const data = frame(5, properties);
  decodePublish(data, 2, 2, data.length, 5, out);
  assert.equal(out.topicAlias, 3);
  assert.equal(data.toString('utf8', out.contentTypeStart, out.contentTypeEnd), 'application/cbor');
});

test('decodePublish() refuses every truncation of header and properties', () => {
  const data = frame(5, { contentType: 'x', userProperties: { a: 'b' }, correlationData: Buffer.of(1, 2) });
  const payload = data.length - '{"n":1}'.length;
  for (let end = 2; end < payload; end++) {
    assert.notEqual(decodePublish(data, 2, 2, end, 5, emptyPublish()), 0, String(end));
  }
});

test('decodePublish() tells what is wrong by the code', () => {
  const cases: [string, number, number[], number][] = [
    ['QoS 3', 6, [0, 1, 97, 0, 1, 0], 0x81],
    ['DUP on QoS 0', 8, [0, 1, 97, 0], 0x81],
    ['packet id 0', 2, [0, 1, 97, 0, 0, 0], 0x82],
    ['a property twice', 0, [0, 1, 97, 4, 1, 0, 1, 0], 0x82],
    ['an alias twice', 0, [0, 1, 97, 6, 0x23, 0, 1, 0x23, 0, 1], 0x82],
    ['alias 0', 0, [0, 1, 97, 3, 0x23, 0, 0], 0x94],
    ['payload format 2', 0, [0, 1, 97, 2, 1, 2], 0x82],
    ['a subscription identifier', 0, [0, 1, 97, 2, 0x0b, 1], 0x82],
    ['an unknown property', 0, [0, 1, 97, 2, 0x7f, 1], 0x82],
    ['a property length of five bytes', 0, [0, 1, 97, 0x80, 0x80, 0x80, 0x80, 1], 0x81],
    ['properties longer than the packet', 0, [0, 1, 97, 9, 1, 0], 0x81],
  ];
  for (const [what, flags, bytes, code] of cases) {
    const data = Uint8Array.from(bytes);
    assert.equal(decodePublish(data, flags, 0, data.length, 5, emptyPublish()), code, what);
  }
});
