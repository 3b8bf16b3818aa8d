import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StoreError } from '../errors.ts';
import { decodeStruct, refuseTrailing } from './thrift-reader.ts';
import { binary, bool, i16, i32, i64, list, ThriftType } from './thrift-value.ts';
import type { ThriftValue } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

const scalar: fc.Arbitrary<ThriftValue> = fc.oneof(
  fc.boolean().map(bool),
  fc.integer({ min: -32_768, max: 32_767 }).map(i16),
  fc.integer().map(i32),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(i64),
  fc.double({ noNaN: true }).map((value): ThriftValue => ({ kind: 'double', value })),
  fc.uint8Array().map(binary),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((value): ThriftValue => ({ kind: 'uuid', value })),
);

const { tree } = fc.letrec<{ tree: ThriftValue; node: ThriftValue }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(fc.integer().map(i32), { maxLength: 20 }).map((items) => list(ThriftType.I32, items)),
    fc.array(tie('tree'), { maxLength: 3 }).map((items) => list(ThriftType.Struct, items)),
    fc
      .array(fc.tuple(fc.integer().map(i32), fc.uint8Array().map(binary)), { maxLength: 4 })
      .map((value): ThriftValue =>
        value.length === 0
          ? { kind: 'map', keyType: 0, valueType: 0, value }
          : { kind: 'map', keyType: ThriftType.I32, valueType: ThriftType.Binary, value },
      ),
    tie('tree'),
  ),
  tree: fc
    .array(fc.tuple(fc.integer({ min: 1, max: 40 }), tie('node')), { maxLength: 6 })
    .map((fields): ThriftValue => ({
      kind: 'struct',
      value: new Map(fields.toSorted(([a], [b]) => a - b)),
    })),
}));

describe('decodeStruct()', () => {
  it('gives back what encodeStruct() wrote, unknown fields and all, and refuses each truncation', () => {
    fc.assert(
      fc.property(tree, (value) => {
        if (value.kind !== 'struct') return;
        const bytes = encodeStruct(value.value);
        const { struct, end } = decodeStruct(bytes);
        assert.equal(end, bytes.length);
        assert.deepEqual(struct, value.value);
        for (let length = 0; length < bytes.length; length += 1) {
          assert.throws(() => decodeStruct(bytes.subarray(0, length)), StoreError);
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('refuses whatever else with a coded error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeStruct(bytes);
        } catch (error) {
          assert.ok(error instanceof StoreError && error.code === 'STORE_PARQUET_INVALID');
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  const malformed: Readonly<Record<string, string>> = {
    'a repeated field': '1502050200',
    'a list longer than its bytes': '19fcffffff0f00',
    'a type that is none': '1e00',
    'a number without end': '16ffffffffffffffffffffff0100',
    'a 16-bit number out of range': '14feffff0700',
    'nesting without end': '1c'.repeat(40),
    'lists within lists without end': '19' + '19'.repeat(40),
    'a binary longer than its bytes': '18ff0100',
  };
  for (const [name, hex] of Object.entries(malformed)) {
    it(`refuses ${name}`, () => {
      assert.throws(() => decodeStruct(Uint8Array.fromHex(hex)), { code: 'STORE_PARQUET_INVALID' });
    });
  }

  it('starts at an offset', () => {
    const { end } = decodeStruct(Uint8Array.of(9, 9, 0, 9), 2);
    assert.equal(end, 3);
  });
});

describe('refuseTrailing()', () => {
  it('lets zeros pass and nothing else', () => {
    refuseTrailing(Uint8Array.of(1, 0, 0), 1, 'a test');
    assert.throws(() => refuseTrailing(Uint8Array.of(1, 0, 2), 1, 'a test'), { code: 'STORE_PARQUET_INVALID' });
  });
});
