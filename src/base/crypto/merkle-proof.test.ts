import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { encodeUtf8, fromBase64 } from '#base/core/index.ts';
import { corpora } from '../../../test/support/outside.ts';
import { hashLeaf, hashNode } from './merkle-hash.ts';
import type { MerkleNode } from './merkle-range.ts';
import {
  buildProof,
  planConsistencyProof,
  planInclusionProof,
  verifyConsistencyProof,
  verifyInclusionProof,
} from './merkle-proof.ts';
import { CompactRange } from './merkle-range.ts';

const leaves = Array.from({ length: 40 }, (_, i) => hashLeaf(encodeUtf8(`entry ${i}`)));

function nodeHash({ level, index }: MerkleNode): Uint8Array {
  if (level === 0) return leaves[index]!;
  return hashNode(
    nodeHash({ level: level - 1, index: index * 2 }),
    nodeHash({ level: level - 1, index: index * 2 + 1 }),
  );
}

function rootOf(size: number): Uint8Array {
  const range = new CompactRange();
  for (const leaf of leaves.slice(0, size)) range.append(leaf);
  return range.root();
}

/** The published cases of a folder; JSON `null` stands for an empty proof in some of them. */
function cases<T>(folder: string): [string, T][] {
  const files = globSync('**/*.json', { cwd: folder });
  assert.ok(files.length > 30, 'the corpus is there');
  return files.map((file) => [file, JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as T]);
}

interface InclusionCase {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

interface ConsistencyCase {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

test('verifyInclusionProof() agrees with every published case', (t) => {
  for (const [file, c] of cases<InclusionCase>(corpora(t, 'standards/merkle/inclusion'))) {
    const verify = () =>
      verifyInclusionProof(
        fromBase64(c.leafHash),
        c.leafIdx,
        c.treeSize,
        fromBase64(c.root),
        (c.proof ?? []).map(fromBase64),
      );
    if (c.wantErr) assert.throws(verify, { code: 'CRYPTO_PROOF_INVALID' }, file);
    else assert.doesNotThrow(verify, file);
  }
});

test('verifyConsistencyProof() agrees with every published case', (t) => {
  for (const [file, c] of cases<ConsistencyCase>(corpora(t, 'standards/merkle/consistency'))) {
    const verify = () =>
      verifyConsistencyProof(
        c.size1,
        fromBase64(c.root1),
        c.size2,
        fromBase64(c.root2),
        (c.proof ?? []).map(fromBase64),
      );
    if (c.wantErr) assert.throws(verify, { code: 'CRYPTO_PROOF_INVALID' }, file);
    else assert.doesNotThrow(verify, file);
  }
});

test('planInclusionProof() proves every leaf at every size, and one flipped bit fails it', async () => {
  for (let size = 1; size <= leaves.length; size++) {
    const root = rootOf(size);
    for (let index = 0; index < size; index++) {
      const proof = await buildProof(planInclusionProof(index, size), nodeHash);
      verifyInclusionProof(leaves[index]!, index, size, root, proof);
      for (const [at, hash] of proof.entries()) {
        const bent = proof.with(at, hash.with(at % 32, hash[at % 32]! ^ 1));
        assert.throws(() => verifyInclusionProof(leaves[index]!, index, size, root, bent), {
          code: 'CRYPTO_PROOF_INVALID',
        });
      }
    }
  }
});

test('planConsistencyProof() proves every pair of sizes, and no truncation of it does', async () => {
  for (let size = 1; size <= leaves.length; size++) {
    for (let oldSize = 1; oldSize <= size; oldSize++) {
      const proof = await buildProof(planConsistencyProof(oldSize, size), nodeHash);
      const verify = (hashes: readonly Uint8Array[]) =>
        verifyConsistencyProof(oldSize, rootOf(oldSize), size, rootOf(size), hashes);
      verify(proof);
      for (let length = 0; length < proof.length; length++) {
        assert.throws(() => verify(proof.slice(0, length)), { code: 'CRYPTO_PROOF_INVALID' });
      }
    }
  }
});

test('verifyInclusionProof() rejects an index equal to the tree size', () => {
  assert.throws(() => verifyInclusionProof(leaves[0]!, 1, 1, leaves[0]!, []), { code: 'CRYPTO_PROOF_INVALID' });
});

test('verifyInclusionProof() rejects sizes that are no numbers of leaves', () => {
  for (const size of [Number.NaN, -1, 1.5, 2 ** 53, Infinity]) {
    assert.throws(() => verifyInclusionProof(leaves[0]!, 0, size, leaves[0]!, []), { code: 'CRYPTO_PROOF_INVALID' });
  }
});

test('verifyConsistencyProof() rejects a proof longer than any tree needs', () => {
  const long = Array.from({ length: 100 }, () => leaves[0]!);
  assert.throws(() => verifyConsistencyProof(3, leaves[0]!, 2 ** 52, leaves[1]!, long), {
    code: 'CRYPTO_PROOF_INVALID',
  });
});

test('planInclusionProof() and planConsistencyProof() reject positions outside the tree', () => {
  assert.throws(() => planInclusionProof(3, 3), RangeError);
  assert.throws(() => planInclusionProof(-1, 3), RangeError);
  assert.throws(() => planConsistencyProof(4, 3), RangeError);
});

test('planConsistencyProof() works beyond 32 bits', () => {
  assert.equal(planConsistencyProof(2 ** 40, 2 ** 41).length, 1);
  assert.equal(planInclusionProof(2 ** 40, 2 ** 40 + 1).length, 1);
});
