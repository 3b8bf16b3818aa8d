import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReasonCode } from './reason-code.ts';
import {
  CONNECT_PROPERTIES,
  DISCONNECT_PROPERTIES,
  SUBSCRIBE_PROPERTIES,
  UNSUBSCRIBE_PROPERTIES,
  WILL_PROPERTIES,
  checkProperties,
  passProperties,
} from './property-section.ts';
import type { Properties } from './property-section.ts';

/** What is said of a section with these bytes behind its length. */
function judge(allowed: Properties, ...content: number[]): number {
  const section = Buffer.of(content.length, ...content);
  const next = passProperties(section, 0, section.length, allowed);
  return next === section.length ? 0 : -next;
}

const [MALFORMED, WRONG] = [ReasonCode.MalformedPacket, ReasonCode.ProtocolError];

for (const [what, allowed, content, said] of [
  ['nothing', UNSUBSCRIBE_PROPERTIES, [], 0],
  [
    'all of a CONNECT',
    CONNECT_PROPERTIES,
    [0x11, 0, 0, 0, 9, 0x21, 0, 1, 0x27, 0, 0, 0, 1, 0x22, 0, 0, 0x17, 0, 0x19, 1],
    0,
  ],
  [
    'all of a will',
    WILL_PROPERTIES,
    [0x18, 0, 0, 0, 0, 1, 1, 2, 0, 0, 0, 5, 3, 0, 1, 97, 8, 0, 1, 97, 9, 0, 1, 0xff],
    0,
  ],
  ['user properties twice', DISCONNECT_PROPERTIES, [0x26, 0, 1, 97, 0, 0, 0x26, 0, 1, 97, 0, 0], 0],
  ['an identifier in two bytes', SUBSCRIBE_PROPERTIES, [0x0b, 0x80, 1], 0],
  ['zero twice', CONNECT_PROPERTIES, [0x11, 0, 0, 0, 0, 0x11, 0, 0, 0, 0], WRONG],
  ['a property of another packet', CONNECT_PROPERTIES, [0x0b, 1], WRONG],
  ['a property that there is not', CONNECT_PROPERTIES, [0x7f, 1], WRONG],
  ['a flag of 2', CONNECT_PROPERTIES, [0x17, 2], WRONG],
  ['a receive maximum of 0', CONNECT_PROPERTIES, [0x21, 0, 0], WRONG],
  ['a packet size of 0', CONNECT_PROPERTIES, [0x27, 0, 0, 0, 0], WRONG],
  ['an identifier of 0', SUBSCRIBE_PROPERTIES, [0x0b, 0], WRONG],
  ['an identifier in a longer form than needed', SUBSCRIBE_PROPERTIES, [0x0b, 0x81, 0], MALFORMED],
  ['a text that is no UTF-8', DISCONNECT_PROPERTIES, [0x1f, 0, 1, 0xff], MALFORMED],
  ['a text with U+0000', DISCONNECT_PROPERTIES, [0x26, 0, 1, 97, 0, 1, 0], MALFORMED],
] as const) {
  test(`a section with ${what} is ${said === 0 ? 'right' : said === WRONG ? 'a protocol error' : 'malformed'}`, () => {
    assert.equal(judge(allowed, ...content), said);
  });
}

test('a section that is cut anywhere, or whose values go beyond it, is malformed', () => {
  const whole = [0x11, 0, 0, 0, 9, 0x21, 0, 1, 0x15, 0, 1, 97, 0x16, 0, 1, 0, 0x26, 0, 1, 97, 0, 1, 98, 0x17, 1];
  const ends = new Set([0, 5, 8, 12, 16, 23, 25]);
  for (let length = 0; length <= whole.length; length++) {
    const said = judge(CONNECT_PROPERTIES, ...whole.slice(0, length));
    assert.equal(said, ends.has(length) ? 0 : MALFORMED, `${length} bytes`);
  }
  assert.equal(passProperties(Buffer.of(5, 0x17), 0, 2, CONNECT_PROPERTIES), -MALFORMED);
  assert.equal(passProperties(Buffer.of(0x80), 0, 1, CONNECT_PROPERTIES), -MALFORMED);
});

test('checkProperties() finds the section of a packet, and none where there is none', () => {
  assert.equal(checkProperties(Buffer.of(0xa2, 6, 0, 1, 0, 0, 1, 97), 5, 2, UNSUBSCRIBE_PROPERTIES), 0);
  assert.equal(checkProperties(Buffer.of(0xa2, 8, 0, 1, 2, 0x0b, 1, 0, 1, 97), 5, 2, UNSUBSCRIBE_PROPERTIES), WRONG);
  assert.equal(checkProperties(Buffer.of(0xa2, 8, 0, 1, 2, 0x0b, 1, 0, 1, 97), 4, 2, UNSUBSCRIBE_PROPERTIES), 0);
  assert.equal(checkProperties(Buffer.of(0xe0, 1, 0), 5, 1, DISCONNECT_PROPERTIES), 0);
});
