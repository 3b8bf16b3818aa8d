import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MalformedDer, TAG, childrenOf, context, expectTag, readDer, sequenceOf } from './der.ts';
import { encodeDer } from './der-writer.ts';

const hex = (text: string) => Uint8Array.fromHex(text.replaceAll(' ', ''));

test('readDer() reads short and long lengths, and gives views', () => {
  const short = readDer(hex('30 03 02 01 05'), TAG.sequence);
  assert.deepEqual(
    childrenOf(short).map(({ tag, content }) => [tag, [...content]]),
    [[TAG.integer, [5]]],
  );
  const long = encodeDer(TAG.octetString, new Uint8Array(300));
  assert.deepEqual([...long.subarray(0, 4)], [0x04, 0x82, 0x01, 0x2c]);
  assert.equal(readDer(long).content.length, 300);
});

test('readDer() refuses what is not DER', () => {
  for (const [what, text] of [
    ['nothing', ''],
    ['a tag alone', '30'],
    ['a value that is cut off', '30 03 02 01'],
    ['bytes behind the value', '02 01 05 00'],
    ['an indefinite length', '30 80 00 00'],
    ['a length in more octets than it needs', '02 81 01 05'],
    ['a length with a leading zero', '04 82 00 80'],
    ['a length of five octets', '04 85 01 00 00 00 00'],
    ['a high tag number', '1f 1f 01 00'],
  ] as const) {
    assert.throws(() => readDer(hex(text)), MalformedDer, what);
  }
  assert.throws(() => readDer(hex('02 01 05'), TAG.sequence), MalformedDer);
  assert.throws(() => expectTag(undefined, TAG.null), MalformedDer);
  assert.throws(() => sequenceOf(readDer(hex('31 00'))), MalformedDer);
  const crowd = encodeDer(
    TAG.sequence,
    new Uint8Array(2 * 1_025).fill(0x05).map((_, i) => (i % 2 === 0 ? 5 : 0)),
  );
  assert.throws(() => childrenOf(readDer(crowd)), MalformedDer);
  assert.equal(childrenOf(readDer(crowd), 1_025).length, 1_025);
});

test('readDer() gives back what encodeDer() wrote, and takes no truncation of it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (content) => {
      const der = encodeDer(TAG.octetString, content);
      assert.deepEqual(readDer(der).content, content);
      for (const cut of new Set([0, 1, der.length - 1]))
        assert.throws(() => readDer(der.subarray(0, cut)), MalformedDer);
    }),
    { seed: 1 },
  );
});

test('context() is the tag of a constructed value', () => {
  assert.equal(readDer(hex('a3 00'), context(3)).content.length, 0);
});
