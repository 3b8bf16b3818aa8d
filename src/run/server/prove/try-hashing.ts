import type { HashingTrial, PublishOutcome } from '#assure/controls/index.ts';
import { hashBucket, sha256 } from '#base/crypto/index.ts';
import { encodeUtf8, toHex, TRIAL_STREAM } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { PROBE_BUCKETS, PROBE_SHARE_PURPOSE } from '#declare/policy/index.ts';
import { measureHashing } from '#learn/features/index.ts';

const WORDS = 500;
const ROWS = 4_000;
const KEY_BYTES = 32;
/** `seq` is in milliseconds of the clock and then some, so that each run counts on. */
const SEQS_A_MS = 1_000;

/** What the trial reaches of the platform. */
export interface HashingParts {
  /** Sends readings as the device `_probe`. */
  readonly publish: (topic: string, payloads: readonly string[]) => Promise<readonly PublishOutcome[]>;
  /** Asks as the prober, for a purpose or none. @returns rows by column; none where it was refused */
  readonly query: (sql: string, purpose: string | null) => Promise<readonly Readonly<Record<string, Json>>[]>;
  /** The key that masks hash with, as the catalogue has it: to measure what buckets cost. */
  readonly maskKey: () => Promise<Uint8Array>;
  /** Names of the digest keys that custody keeps. */
  readonly purposes: () => Promise<readonly string[]>;
  readonly random: (bytes: number) => Uint8Array;
  readonly nowMs: () => number;
  /** Asks until it is so, or for some seconds. */
  readonly within: (ask: () => Promise<boolean>) => Promise<boolean>;
}

/**
 * Sends words as a device does, sees them as buckets, as a role with such a mask does, and tries to tell from these
 * which word is in which: by a digest without a key, under a key of zeros, and under another key, as a rotation makes one.
 */
export async function tryHashing(parts: HashingParts): Promise<HashingTrial> {
  const { maskKey, purposes, random, query } = parts;
  const name = toHex(random(4));
  const words = Array.from({ length: WORDS }, (_, i) => `unit-${name}-${i}`);
  const sql = await send(words, parts);
  const clear = (await query(sql, null)).map(({ word }) => word);
  const seen = async (): Promise<readonly Json[]> =>
    (await query(sql, PROBE_SHARE_PURPOSE)).map(({ word }) => word ?? null);
  const own = (await seen()).map((value) => (isBucket(value) ? Number(value) : null));
  const again = await seen();
  const hits = (bucketOf: (word: string) => number): number =>
    words.filter((word, i) => own[i] !== null && bucketOf(word) === own[i]).length;
  const plain = (word: string): number => {
    const digest = sha256(encodeUtf8(word));
    return new DataView(digest.buffer, digest.byteOffset, digest.byteLength).getUint32(0) % PROBE_BUCKETS;
  };
  const [zeros, other] = [new Uint8Array(KEY_BYTES), random(KEY_BYTES)];
  const alone = new Map<number | null, number>();
  for (const bucket of own) alone.set(bucket, (alone.get(bucket) ?? 0) + 1);
  return {
    words: WORDS,
    buckets: PROBE_BUCKETS,
    stored: words.filter((word, i) => clear[i] === word).length,
    hashed: own.filter((bucket) => bucket !== null).length,
    same: own.filter((bucket, i) => bucket !== null && Number(again[i]) === bucket).length,
    withoutKey: Math.max(
      hits(plain),
      hits((word) => hashBucket(zeros, word, PROBE_BUCKETS)),
    ),
    withOtherKey: hits((word) => hashBucket(other, word, PROBE_BUCKETS)),
    custody: (await purposes()).includes('mask'),
    collided: own.filter((bucket) => (alone.get(bucket) ?? 0) > 1).length,
    expected: WORDS * (1 - (1 - 1 / PROBE_BUCKETS) ** (WORDS - 1)),
    loss: lossOf(words, await maskKey()),
  };
}

/** Sends the words in order and waits until they can be asked for. @returns the statement that asks for them */
async function send(words: readonly string[], { publish, query, within, nowMs }: HashingParts): Promise<string> {
  const first = nowMs() * SEQS_A_MS;
  const payloads = words.map((word, i) => JSON.stringify({ seq: first + i, word }));
  await publish(`streams/${TRIAL_STREAM}`, payloads);
  const sql = `select word from ${TRIAL_STREAM} where seq between ${first} and ${first + words.length - 1} order by seq`;
  await within(async () => (await query(sql, null)).length >= words.length);
  return sql;
}

/** Whether a value is the number of a bucket; engines give whole numbers of 64 bits as texts. */
function isBucket(value: Json): boolean {
  if (typeof value !== 'number' && !(typeof value === 'string' && /^\d{1,7}$/.test(value))) return false;
  return Number.isInteger(Number(value)) && Number(value) >= 0 && Number(value) < PROBE_BUCKETS;
}

/** How much of its R² a model of a target loses, which the word tells beside something of its own. */
function lossOf(words: readonly string[], key: Uint8Array): number {
  const at = Array.from({ length: ROWS }, (_, i) => (i * 7_919) % words.length);
  const targets = at.map((word, i) => word + ((i * 104_729) % 100) / 10);
  const rows = at.map((word) => words[word]!);
  return measureHashing(rows, targets, PROBE_BUCKETS, [key]).quality?.loss ?? Number.NaN;
}
