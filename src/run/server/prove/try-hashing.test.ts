import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashBucket } from '#base/crypto/index.ts';
import { CONTROLS } from '#assure/controls/index.ts';
import type { ProbePlatform } from '#assure/controls/index.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { tryHashing } from './try-hashing.ts';
import type { HashingParts } from './try-hashing.ts';

const random = seededRandom(1);
const KEY = new Uint8Array(32).fill(9);

/** A platform that keeps what it is sent, and shows words under a key to who asks for a purpose. */
function platform({ key = (): Uint8Array => KEY, mask = true } = {}): HashingParts {
  const stored: string[] = [];
  return {
    publish: async (_topic, payloads) => {
      stored.push(...payloads.map((text) => (JSON.parse(text) as { word: string }).word));
      return payloads.map(() => ({ code: 0, text: null }));
    },
    query: async (_sql, purpose) => {
      const bucketOf = hashBucket.bind(null, key());
      return stored.map((word) => ({ word: purpose === null || !mask ? word : bucketOf(word, 4_096) }));
    },
    maskKey: async () => KEY,
    purposes: async () => ['statement', 'mask'],
    random: (bytes) => random.bytes(bytes),
    nowMs: () => 5,
    within: (ask) => ask(),
  };
}

async function outcomeOf(parts: HashingParts): Promise<string> {
  const control = CONTROLS.find(({ id }) => id === 'categories-stay-hashed') ?? assert.fail();
  const live = { hashingTrial: () => tryHashing(parts) } as Partial<ProbePlatform> as ProbePlatform;
  return (await control.probe(live, new AbortController().signal)).outcome;
}

test('tryHashing() finds nothing without the key, and says what a model loses', async () => {
  const trial = await tryHashing(platform());
  assert.deepEqual([trial.stored, trial.hashed, trial.same], [trial.words, trial.words, trial.words]);
  assert.ok(trial.withoutKey < 6 && trial.withOtherKey < 6);
  assert.ok(trial.loss > -0.01 && trial.loss < 0.3);
  assert.equal(await outcomeOf(platform()), 'pass');
});

test('tryHashing() shows a key of zeros, one that is not kept, one that changes, words in clear, and words that are lost', async () => {
  const zeros = await tryHashing(platform({ key: () => new Uint8Array(32) }));
  assert.equal(zeros.withoutKey, zeros.words);
  assert.equal((await tryHashing({ ...platform(), purposes: async () => [] })).custody, false);
  assert.ok((await tryHashing(platform({ key: () => random.bytes(32) }))).same < 10);
  assert.equal((await tryHashing(platform({ mask: false }))).hashed, 0);
  assert.equal((await tryHashing({ ...platform(), publish: async () => [] })).stored, 0);
  assert.equal(await outcomeOf(platform({ mask: false })), 'fail');
});
