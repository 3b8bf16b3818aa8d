import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minutes } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { NONCE_LIFE, ProofNonces } from './proof-nonces.ts';

test('ProofNonces count for some minutes, and those of another process for nothing', () => {
  const clock = frozenClock();
  const nonces = new ProofNonces(clock, seededRandom(1));
  const first = nonces.current();
  assert.equal(nonces.current(), first);
  assert.equal(nonces.counts(first), true);
  assert.equal(new ProofNonces(clock, seededRandom(2)).counts(first), false);
  clock.advance(NONCE_LIFE);
  assert.notEqual(nonces.current(), first);
  assert.deepEqual([nonces.counts(first), nonces.counts(nonces.current())], [true, true]);
  clock.advance(minutes(1));
  assert.equal(nonces.counts(first), false);
});

test('ProofNonces take nothing that they did not make', () => {
  const nonces = new ProofNonces(frozenClock(), seededRandom(1));
  const good = nonces.current();
  const flipped = good.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  const later = `1${good.slice(1)}`;
  for (const wrong of [undefined, null, 7, '', '0.', flipped, later, `${good} `, `0${good}`, `-${good}`, [good]]) {
    assert.equal(nonces.counts(wrong), false, String(wrong));
  }
});
