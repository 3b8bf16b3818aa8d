import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { emptyTreeRoot, hashLeaf, hashNode } from './merkle-hash.ts';
import { CompactRange, foldRange, planRange, planSpan } from './merkle-range.ts';

const leaves = Array.from({ length: 70 }, (_, i) => hashLeaf(encodeUtf8(`entry ${i}`)));

/** The tree head as RFC 6962 section 2.1 defines it, word by word. */
function naiveRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes;
  if (only === undefined) return emptyTreeRoot();
  if (hashes.length === 1) return only;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return hashNode(naiveRoot(hashes.slice(0, split)), naiveRoot(hashes.slice(split)));
}

test('CompactRange.root() equals the definition at every size', () => {
  const range = new CompactRange();
  assert.deepEqual(range.root(), emptyTreeRoot());
  for (const [i, leaf] of leaves.entries()) {
    range.append(leaf);
    assert.equal(range.size, i + 1);
    assert.deepEqual(range.root(), naiveRoot(leaves.slice(0, i + 1)));
  }
});

test('CompactRange.from() goes on from the hashes of planRange()', () => {
  for (let size = 0; size <= leaves.length; size++) {
    const hashes = planRange(size).map(({ level, index }) =>
      naiveRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)),
    );
    const range = CompactRange.from(size, hashes);
    for (const leaf of leaves.slice(size)) range.append(leaf);
    assert.deepEqual(range.root(), naiveRoot(leaves));
  }
});

test('CompactRange.from() rejects a wrong number of hashes and a hash of wrong length', () => {
  assert.throws(() => CompactRange.from(3, [leaves[0]!]), RangeError);
  assert.throws(() => CompactRange.from(1, [new Uint8Array(31)]), RangeError);
  assert.throws(() => CompactRange.from(-1, []), RangeError);
});

test('CompactRange.copy() goes its own way', () => {
  const range = new CompactRange();
  for (const leaf of leaves.slice(0, 5)) range.append(leaf);
  const before = range.root();
  const copy = range.copy();
  copy.append(leaves[5]!);
  assert.deepEqual(range.root(), before);
  assert.deepEqual(copy.root(), naiveRoot(leaves.slice(0, 6)));
});

test('planRange() has a subtree for each bit, also beyond 32 bits', () => {
  assert.deepEqual(planRange(0), []);
  assert.deepEqual(planRange(6), [
    { level: 2, index: 0 },
    { level: 1, index: 2 },
  ]);
  assert.deepEqual(planRange(2 ** 40 + 1), [
    { level: 40, index: 0 },
    { level: 0, index: 2 ** 40 },
  ]);
});

test('planSpan() covers a span that does not start at zero', () => {
  assert.deepEqual(planSpan(4, 7), [
    { level: 1, index: 2 },
    { level: 0, index: 6 },
  ]);
});

test('foldRange() of nothing is the empty tree', () => {
  assert.deepEqual(foldRange([]), emptyTreeRoot());
});
