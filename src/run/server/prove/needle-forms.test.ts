import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteForms, needleForms } from './needle-forms.ts';

const NEEDLE = 'canary-0123456789ÿ?>';
const isIn = (haystack: Buffer | string) => {
  const bytes = Buffer.from(haystack as string);
  return needleForms(NEEDLE).some((form) => bytes.includes(form));
};

test('needleForms() finds a text however it is written, wherever it stands', () => {
  for (let before = 0; before < 7; before++) {
    const around = Buffer.concat([
      Buffer.from('abcdefg').subarray(0, before),
      Buffer.from(NEEDLE),
      Buffer.from('tail'),
    ]);
    assert.ok(isIn(around), `plain at ${before}`);
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      assert.ok(isIn(around.toString(encoding)), `${encoding} at ${before}`);
    }
    assert.ok(isIn(around.toString('hex').toUpperCase()));
  }
  assert.ok(isIn(Buffer.from(`ab${NEEDLE}`, 'utf16le')));
});

test('needleForms() finds nothing where one letter is another', () => {
  const other = NEEDLE.replace('5', '6');
  for (const encoding of ['utf8', 'hex', 'base64'] as const) {
    assert.ok(!isIn(Buffer.from(other).toString(encoding)), encoding);
  }
});

test('needleForms() refuses what is found by chance', () => {
  assert.throws(() => needleForms('short'), RangeError);
});

test('byteForms() finds a key that is no text', () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, n) => (n * 151 + 200) % 256));
  for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const) {
    const file = Buffer.from(`{"k":"${key.toString(encoding)}"}`, 'latin1');
    assert.ok(
      byteForms(key).some((form) => file.includes(form)),
      encoding,
    );
  }
});
