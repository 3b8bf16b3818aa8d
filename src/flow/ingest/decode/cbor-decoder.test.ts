import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import fc from 'fast-check';
import { reasonOf } from '../reasons.ts';
import { decodeCbor } from './cbor-decoder.ts';

const LIMITS = { depth: 8, fields: 50, textLength: 1_000, batchReadings: 10 };

function word(bytes: Uint8Array): string {
  const decoded = decodeCbor(Buffer.from(bytes), LIMITS);
  return 'value' in decoded ? 'decoded' : reasonOf(decoded.reason)!.word;
}

test('decodeCbor() decodes what a stock encoder writes', () => {
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(value, fc.array(value), fc.constant(null))), (object) => {
      fc.pre(!Object.hasOwn(object, '__proto__'));
      const decoded = decodeCbor(Buffer.from(encode(object)), LIMITS);
      assert.ok('value' in decoded && decoded.value instanceof Map);
      const normal = (v: unknown): unknown => (Object.is(v, -0) ? 0 : Array.isArray(v) ? v.map(normal) : v);
      assert.deepEqual(
        new Map([...(decoded.value as Map<string, unknown>)].map(([k, v]) => [k, normal(v)])),
        new Map(Object.entries(object).map(([k, v]) => [k, normal(v)])),
      );
    }),
    { numRuns: 500, seed: 3 },
  );
});

test('decodeCbor() refuses duplicate keys by their own reason', () => {
  assert.equal(word(Buffer.from('a2616101616102', 'hex')), 'duplicate-key');
});

test('decodeCbor() refuses forms that are longer than needed', () => {
  assert.equal(word(Buffer.from('1801', 'hex')), 'decode');
  assert.equal(word(Buffer.from('780161', 'hex')), 'decode');
});
