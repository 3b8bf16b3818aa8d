import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { corpora } from '../../../../test/support/outside.ts';
import { reasonOf } from '../reasons.ts';
import { JsonParser, mostObjects } from './json-parser.ts';

const LIMITS = { depth: 64, fields: 100, textLength: 1_000, batchReadings: 10 };

function outcome(text: string | Uint8Array, limits = LIMITS): unknown {
  const parser = new JsonParser(limits);
  const value = parser.parse(Buffer.from(text as string));
  return value === undefined ? `${reasonOf(parser.reason)?.word} at ${parser.at}` : value;
}

test('parse() decodes what the JSON test suite says must decode, and refuses what must not', async (t) => {
  const folder = corpora(t, 'standards/json-test-suite');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const counts = { y: 0, n: 0, i: 0 };
  for (const name of files) {
    const bytes = await readFile(`${folder}/${name}`);
    const parser = new JsonParser(LIMITS);
    const value = parser.parse(bytes);
    if (name.startsWith('y_object_duplicated_key')) {
      assert.equal(reasonOf(parser.reason)?.word, 'duplicate-key', name);
      counts.y++;
    } else if (name.startsWith('y_')) {
      assert.ok(value !== undefined, `${name} was refused: ${reasonOf(parser.reason)?.word}`);
      assert.deepEqual(plain(value), JSON.parse(bytes.toString('utf8')), name);
      counts.y++;
    } else if (name.startsWith('n_')) {
      assert.equal(value, undefined, `${name} was decoded`);
      assert.notEqual(parser.reason, 0, name);
      counts.n++;
    } else {
      assert.ok(value !== undefined || parser.reason !== 0, name);
      counts.i++;
    }
  }
  assert.ok(counts.y >= 50 && counts.n >= 80 && counts.i >= 10, JSON.stringify(counts));
});

function plain(value: unknown): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...(value as Map<string, unknown>)].map(([name, inner]) => [name, plain(inner)]));
  }
  return Array.isArray(value) ? value.map(plain) : value;
}

for (const [text, expected] of [
  ['{"a":1,"a":1}', 'duplicate-key at 7'],
  ['{"a":1,"\\u0061":1}', 'duplicate-key at 7'],
  ['{"__proto__":{"x":1}}', 'proto-key at 1'],
  ['{"\\u005f_proto__":1}', 'proto-key at 1'],
  ['{"a":{"__proto__":1}}', 'proto-key at 6'],
  ['1e400', 'number-overflow at 0'],
  ['-1e400', 'number-overflow at 0'],
  ['9007199254740992', 'integer-overflow at 0'],
  ['-9007199254740992', 'integer-overflow at 0'],
  ['NaN', 'not-finite at 3'],
  ['-Infinity', 'not-finite at 0'],
  ['"\\ud800"', 'bad-utf8 at 0'],
  ['"\\ud83d\\ude00"', '😀'],
  ['9007199254740991', 9007199254740991],
  ['1234567890123456.5', 1234567890123456.5],
  ['1e-400', 0],
  ['\ufeff{}', 'decode at 0'],
  ['{"a":1}x', 'decode at 7'],
  ['', 'decode at 0'],
  ['"\\', 'decode at 3'],
] as const) {
  test(`parse() of ${text.slice(0, 30)} gives ${String(expected).slice(0, 30)}`, () => {
    assert.equal(outcome(text), expected);
  });
}

test('parse() refuses bytes that are not UTF-8, overlong forms and surrogates among them', () => {
  for (const hex of ['80', 'c0af', 'c328', 'eda080', 'f8888080', 'f4908080', 'ff']) {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(hex, 'hex'), Buffer.from('"}')]);
    assert.equal(outcome(bytes), 'bad-utf8 at 5', hex);
  }
});

test('parse() is bounded in depth, members and text', () => {
  assert.equal(outcome('['.repeat(100_000)), 'too-deep at 64');
  assert.equal(outcome('[[[]]]', { ...LIMITS, depth: 2 }), 'too-deep at 2');
  assert.equal(outcome('{"a":1,"b":2,"c":3}', { ...LIMITS, fields: 2 }), 'too-many-fields at 13');
  assert.equal(outcome('"abcd"', { ...LIMITS, textLength: 3 }), 'too-long at 0');
  assert.equal(outcome('"ää"', { ...LIMITS, textLength: 2 }), 'ää');
});

test('parse() leaves every prototype as it was', () => {
  outcome('{"constructor":{"prototype":{"polluted":1}},"prototype":1}');
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('parseNext() stops behind the value and its white space', () => {
  const parser = new JsonParser(LIMITS);
  const bytes = Buffer.from('[1 , 2]');
  assert.equal(parser.parseNext(bytes, 1, bytes.length), 1);
  assert.equal(parser.at, 3);
  assert.equal(parser.atEndAfter(bytes, 7), true);
  assert.equal(parser.atEndAfter(bytes, 6), false);
});

test('parse() makes no more objects than a message may have, and counts anew for the next', () => {
  const parser = new JsonParser(LIMITS);
  const many = (item: string, count: number) => Buffer.from(`[${Array.from({ length: count }, () => item).join(',')}]`);
  const most = mostObjects(LIMITS);
  for (const item of ['[]', '{}']) {
    assert.ok(Array.isArray(parser.parse(many(item, most - 1))));
    assert.equal(parser.parse(many(item, most)), undefined);
    assert.equal(reasonOf(parser.reason)?.word, 'too-many-readings');
  }
  assert.ok(Array.isArray(parser.parse(many('1', most * 2))));
});
