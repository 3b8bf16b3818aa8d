import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { binary, bool, i32, i64, struct, structOf, text, withFields } from './thrift-value.ts';

describe('thrift values', () => {
  it('structOf() leaves out what is undefined', () => {
    assert.deepEqual([...structOf({ 1: i32(5), 2: undefined }).keys()], [1]);
  });

  it('withFields() sets and takes away, and leaves the original as it was', () => {
    const base = structOf({ 1: i32(5), 2: bool(true) });
    const changed = withFields(base, { 2: undefined, 3: text('x') });
    assert.deepEqual([...changed.keys()], [1, 3]);
    assert.deepEqual([...base.keys()], [1, 2]);
  });

  it('constructors keep kind and value', () => {
    assert.deepEqual(i64(5), { kind: 'i64', value: 5n });
    assert.deepEqual(binary(Uint8Array.of(1)), { kind: 'binary', value: Uint8Array.of(1) });
    assert.equal(struct({ 1: i32(1) }).kind, 'struct');
  });
});
