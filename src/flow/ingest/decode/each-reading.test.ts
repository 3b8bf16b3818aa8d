import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { reasonOf } from '../reasons.ts';
import type { WireFormat } from '../sender.ts';
import { compileStream } from '../stream-rules.ts';
import { eachReading, firstByte } from './each-reading.ts';
import { JsonParser } from './json-parser.ts';

const template = makeTemplate(`
devices: {d: {}}
limits: {batch-readings: 3, payload: 256B, decompressed: 1KiB}
streams: {s: {from: d, fields: {n: {type: number}}}}
`);
const rules = compileStream(template.streams.get('s')!, template.limits);

function each(payload: string | Uint8Array, format: WireFormat): string[] {
  const bytes = Buffer.from(payload as string);
  const seen: string[] = [];
  eachReading(bytes, format, rules, new JsonParser({ ...template.limits }), 1e15, {
    json: (start, end) => seen.push(`json ${bytes.toString('utf8', start, end)}`),
    object: (members, name) => seen.push(`object ${name} ${JSON.stringify([...members])}`),
    refuse: (reason, place) => seen.push(`${reasonOf(reason)!.word} ${place}`.trim()),
  });
  return seen;
}

test('JSON is one value, or each item of an array', () => {
  assert.deepEqual(each(' {"n":1}', 'json'), ['json  {"n":1}']);
  assert.deepEqual(each('[{"n":1} , 2]', 'json'), ['object null [["n",1]]', 'schema-shape']);
  assert.deepEqual(each('[]', 'json'), []);
  assert.deepEqual(each(' [ ] ', 'json'), []);
  assert.deepEqual(each('[', 'json'), ['decode byte 1']);
  assert.deepEqual(each('[{"n":1}', 'json'), ['object null [["n",1]]', 'decode byte 8']);
  assert.deepEqual(each('[{"n":1},]', 'json'), ['object null [["n",1]]', 'decode byte 9']);
  assert.deepEqual(each('[{"n":1}]x', 'json'), ['object null [["n",1]]', 'decode byte 9']);
  assert.deepEqual(each('[]x', 'json'), ['decode byte 2']);
  assert.deepEqual(each('[{"n":1,"n":2},{"n":1}]', 'json'), ['duplicate-key byte 8']);
});

test('NDJSON is a value per line, empty lines none', () => {
  assert.deepEqual(each('{"n":1}\r\n\n\n{"n":2}', 'ndjson'), ['json {"n":1}', 'json {"n":2}']);
  assert.deepEqual(each('', 'ndjson'), []);
});

test('CBOR is one map, or each item of an array', () => {
  assert.deepEqual(each(encode({ n: 1 }), 'cbor'), ['object null [["n",1]]']);
  assert.deepEqual(each(encode([{ n: 1 }, 5]), 'cbor'), ['object null [["n",1]]', 'schema-shape']);
  assert.deepEqual(each(Uint8Array.of(0xff), 'cbor'), ['decode byte 0']);
  assert.deepEqual(each(encode({ n: 'x'.repeat(300) }), 'cbor'), ['size']);
});

test('SenML is its readings', () => {
  assert.deepEqual(each('[{"bn":"d:","n":"n","v":1}]', 'senml+json'), ['object d [["n",1]]']);
  assert.deepEqual(each('[{"n":"n","v":1},{"n":"n","v":2}]', 'senml+json'), ['duplicate-key']);
  assert.deepEqual(each('[{]', 'senml+json'), ['decode byte 2']);
  assert.deepEqual(each('{}', 'senml+json'), ['schema-shape']);
  assert.deepEqual(
    each(
      encode([
        new Map<number, unknown>([
          [0, 'n'],
          [2, 1],
        ]),
      ]),
      'senml+cbor',
    ),
    ['object null [["n",1]]'],
  );
});

test('readings past the limit are refused together', () => {
  const four = ['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}', '{"n":5}'];
  for (const [payload, format] of [
    [`[${four.join(',')}]`, 'json'],
    [four.join('\n'), 'ndjson'],
    [encode(four.map((_, n) => ({ n }))), 'cbor'],
    [JSON.stringify(four.map((_, t) => ({ n: 'n', v: 1, t: t + 1 }))), 'senml+json'],
  ] as const) {
    const seen = each(payload, format);
    assert.equal(seen.length, 4, format);
    assert.equal(seen[3], 'too-many-readings reading 4', format);
  }
});

test('a body past the limit is not looked at', () => {
  assert.deepEqual(each(`[${' '.repeat(2_000)}]`, 'json'), ['size']);
});

test('firstByte() is the first that is no white space', () => {
  assert.deepEqual([firstByte(Buffer.from(' \n\t\r[')), firstByte(Buffer.from(' '))], [0x5b, -1]);
});
