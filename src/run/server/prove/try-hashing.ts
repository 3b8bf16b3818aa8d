import type { HashingTrial } from '#assure/controls/index.ts';
import { hashBucket, sha256 } from '#base/crypto/index.ts';
import { encodeUtf8 } from '#base/core/index.ts';
import { measureHashing } from '#learn/features/index.ts';

const WORDS = 500;
const BUCKETS = 4_096;
const ROWS = 4_000;
const KEY_BYTES = 32;

/** What the trial reaches of the platform. */
export interface HashingParts {
  /** The key that masks hash with, as the catalogue has it. */
  readonly maskKey: () => Promise<Uint8Array>;
  /** Names of the digest keys that custody keeps. */
  readonly purposes: () => Promise<readonly string[]>;
  readonly random: (bytes: number) => Uint8Array;
}

/**
 * Hashes a dictionary of words under the platform's key, and tries to tell from the buckets which word is in which: by a
 * digest without a key, under a key of zeros, and under another key, as a rotation makes one.
 */
export async function tryHashing({ maskKey, purposes, random }: HashingParts): Promise<HashingTrial> {
  const key = await maskKey();
  const words = Array.from({ length: WORDS }, (_, i) => `unit-${i}`);
  const own = words.map((word) => hashBucket(key, word, BUCKETS));
  const again = await maskKey();
  const hits = (bucketOf: (word: string) => number): number =>
    words.filter((word, i) => bucketOf(word) === own[i]).length;
  const plain = (word: string): number => {
    const digest = sha256(encodeUtf8(word));
    return new DataView(digest.buffer, digest.byteOffset, digest.byteLength).getUint32(0) % BUCKETS;
  };
  const zeros = new Uint8Array(KEY_BYTES);
  const other = random(KEY_BYTES);
  const rows = Array.from({ length: ROWS }, (_, i) => words[(i * 7_919) % WORDS]!);
  // A target that the word tells, and something of its own.
  const targets = rows.map((word, i) => Number(word.slice(5)) + ((i * 104_729) % 100) / 10);
  const report = measureHashing(rows, targets, BUCKETS, [key]);
  return {
    words: WORDS,
    buckets: BUCKETS,
    same: hits((word) => hashBucket(again, word, BUCKETS)),
    withoutKey: Math.max(
      hits(plain),
      hits((word) => hashBucket(zeros, word, BUCKETS)),
    ),
    withOtherKey: hits((word) => hashBucket(other, word, BUCKETS)),
    custody: (await purposes()).includes('mask'),
    collided: report.collided.mean,
    expected: report.collided.expected,
    loss: report.quality?.loss ?? Number.NaN,
  };
}
