import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { combineShares, splitSecret } from './shamir.ts';
import type { Share } from './shamir.ts';

const random = seededRandom(1979);

/** All ways to choose `size` of the shares. */
function choices(shares: readonly Share[], size: number): Share[][] {
  if (size === 0) return [[]];
  return shares.flatMap((share, at) => choices(shares.slice(at + 1), size - 1).map((rest) => [share, ...rest]));
}

test('combineShares() gives the secret from every choice of enough shares, in any order', () => {
  const secret = random.bytes(32);
  for (const [threshold, count] of [
    [2, 2],
    [2, 5],
    [3, 5],
    [5, 5],
    [4, 7],
  ] as const) {
    const shares = splitSecret(secret, threshold, count, random);
    for (const choice of choices(shares, threshold)) {
      assert.deepEqual(combineShares(choice), secret);
      assert.deepEqual(combineShares(choice.toReversed()), secret);
    }
    assert.deepEqual(combineShares(shares), secret);
  }
});

test('combineShares() with one share too few gives something else', () => {
  const secret = random.bytes(32);
  for (const choice of choices(splitSecret(secret, 4, 6, random), 3))
    assert.notDeepEqual(combineShares(choice), secret);
});

test('splitSecret() of one byte spreads a share that is missing over all secrets', () => {
  // Given one share of a 2-of-2 split, every secret is as likely as any other: each is hit by exactly one second share.
  const [first] = splitSecret(Uint8Array.of(0x2a), 2, 2, random);
  assert.ok(first !== undefined);
  const secrets = Array.from(
    { length: 256 },
    (_, value) => combineShares([first, { index: 2, data: Uint8Array.of(value) }])[0],
  );
  assert.equal(new Set(secrets).size, 256);
});

test('splitSecret() refuses numbers that make no sense', () => {
  for (const [threshold, count] of [
    [1, 3],
    [0, 3],
    [4, 3],
    [2, 256],
    [2.5, 3],
  ] as const) {
    assert.throws(() => splitSecret(random.bytes(4), threshold, count, random), RangeError);
  }
  assert.throws(() => splitSecret(new Uint8Array(0), 2, 3, random), RangeError);
});

test('combineShares() refuses shares that do not belong together', () => {
  const data = random.bytes(4);
  const wrong: Share[][] = [
    [],
    [{ index: 1, data }],
    [
      { index: 1, data },
      { index: 1, data },
    ],
    [
      { index: 0, data },
      { index: 1, data },
    ],
    [
      { index: 256, data },
      { index: 1, data },
    ],
    [
      { index: 1, data },
      { index: 2, data: random.bytes(5) },
    ],
    [
      { index: 1, data: new Uint8Array(0) },
      { index: 2, data: new Uint8Array(0) },
    ],
  ];
  for (const shares of wrong) assert.throws(() => combineShares(shares), { code: 'CRYPTO_SHARES_INVALID' });
});
