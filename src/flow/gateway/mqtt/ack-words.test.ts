import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parser } from 'mqtt-packet';
import type { IPubackPacket, Packet } from 'mqtt-packet';
import { REASON } from '#flow/ingest/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { ACK_HEAD, ackLength, writeAck } from './ack-packet.ts';
import { ackWords } from './ack-words.ts';

function templateOf(range: string) {
  return makeTemplate(`
devices: { truck: {} }
streams: { climate: { from: truck, fields: { temperature: { type: number, range: ${range} } } } }
`);
}

function propertiesOf(words: Uint8Array | null): IPubackPacket['properties'] {
  const out = new Uint8Array(ackLength(words));
  const end = writeAck(out, 0, ACK_HEAD.puback, 7, 0x83, words);
  const found: Packet[] = [];
  const decoder = parser({ protocolVersion: 5 });
  decoder.on('packet', (packet: Packet) => found.push(packet));
  decoder.parse(Buffer.from(out.subarray(0, end)));
  return (found[0] as IPubackPacket).properties;
}

test('ackWords() tells field and range, and follows the template', () => {
  let [version, template] = [1, templateOf('[-30, 60]')];
  const words = ackWords(
    (name) => template.streams.get(name),
    () => version,
  );
  const told = () => propertiesOf(words.refusal(REASON.range.number, 'climate', 'temperature'));
  assert.deepEqual(
    { ...told()?.userProperties },
    {
      reason: 'range',
      place: 'temperature',
      expected: 'from -30 to 60',
    },
  );
  assert.equal(
    told()?.reasonString,
    'range: temperature: A value is outside its declared range. Expected: from -30 to 60.',
  );
  [version, template] = [2, templateOf('[0, 5]')];
  assert.equal({ ...told()?.userProperties }['expected'], 'from 0 to 5');
});

test('ackWords() says the word alone where nothing is declared, and nothing for what is no reason', () => {
  const words = ackWords(
    () => undefined,
    () => 1,
  );
  const told = propertiesOf(words.refusal(REASON.notAStream.number, 'nowhere', ''));
  assert.equal(told?.reasonString, 'not-a-stream: No stream has this name.');
  assert.deepEqual({ ...told?.userProperties }, { reason: 'not-a-stream' });
  assert.equal(words.refusal(250, 'climate', ''), null);
});

test('ackWords() bounds and cleans what a device named', () => {
  const words = ackWords(
    () => undefined,
    () => 1,
  );
  const hostile = `a\u0000b\ud800${'é'.repeat(900)}`;
  for (let i = 0; i < 3_000; i++) words.refusal(REASON.schemaType.number, 's', `${hostile}${i}`);
  const told = propertiesOf(words.refusal(REASON.schemaType.number, 's', hostile));
  assert.match(told?.reasonString ?? '', /^schema-type: a\?b\ufffdé+$/);
  const dropped = propertiesOf(words.dropped(['x', hostile]));
  assert.match(String(dropped?.userProperties?.['dropped']), /^x, a\?b\ufffdé+$/);
  assert.ok((words.dropped([hostile, hostile]).length ?? 0) < 1_024);
});
