import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { makeRecoveryShares, parseShare, readRecoveryShares } from './recovery-kit.ts';

const random = seededRandom(9);
const key = random.bytes(32);
const shares = makeRecoveryShares(key, 1, 3, 5, random);
const [a = '', b = '', c = '', d = ''] = shares;

test('readRecoveryShares() gives the root key from any three of five, however they are typed', () => {
  assert.match(a, /^WEIR-SHARE-(?:[0-9A-HJKMNP-TV-Z]{1,4}-)*[0-9A-HJKMNP-TV-Z]{1,4}$/);
  for (const choice of [[a, b, c], [d, a, c], shares, [a, a, b, c]]) {
    assert.deepEqual(readRecoveryShares(choice), { key, root: 1 });
  }
  const typed = [a.toLowerCase(), ` ${b.replaceAll('-', ' ')}\n`, c.replaceAll('0', 'O').replaceAll('1', 'l')];
  assert.deepEqual(readRecoveryShares(typed).key, key);
});

test('readRecoveryShares() finds every wrong character and names the line', () => {
  for (let at = 0; at < a.length; at += 1) {
    if (a[at] === '-') continue;
    const other = a[at] === '2' ? '3' : '2';
    const line = a.slice(0, at) + other + a.slice(at + 1);
    assert.throws(() => readRecoveryShares([b, line, c]), { code: 'KEYS_SHARE_MALFORMED', message: /share 2 / }, line);
  }
  for (const line of ['', 'WEIR-SHARE-', a.slice(0, -1), `${a}0`, 'x'.repeat(10_000)]) {
    assert.throws(() => readRecoveryShares([line]), { code: 'KEYS_SHARE_MALFORMED' });
  }
});

test('readRecoveryShares() refuses too few shares, one twice, and shares of different kits', () => {
  const failed = { code: 'KEYS_RECOVERY_FAILED' };
  assert.throws(() => readRecoveryShares([]), failed);
  assert.throws(() => readRecoveryShares([a, b]), failed);
  assert.throws(() => readRecoveryShares([a, a, a]), failed);
  const [stranger = ''] = makeRecoveryShares(random.bytes(32), 1, 3, 5, random);
  assert.throws(() => readRecoveryShares([stranger, b, c]), failed);
  // A second kit of the same root key has other polynomials: its shares do not mix with the first.
  const [again = ''] = makeRecoveryShares(key, 1, 3, 5, random);
  assert.throws(() => readRecoveryShares([again, b, c]), failed);
});

test('parseShare() shows what stands on the paper', () => {
  const share = parseShare(a);
  assert.deepEqual([share?.root, share?.threshold, share?.index, share?.data.length], [1, 3, 1, 32]);
});

test('the lines of docs/formats/recovery-kit.md give the root key that it names', async () => {
  const page = await readFile(new URL('../../../docs/formats/recovery-kit.md', import.meta.url), 'utf8');
  const [one = '', two = '', three = ''] = page.match(/^WEIR-SHARE-.*$/gm) ?? [];
  const expected = { key: Uint8Array.from({ length: 32 }, (_, at) => at), root: 1 };
  for (const pair of [
    [one, two],
    [two, three],
    [three, one],
  ]) {
    assert.deepEqual(readRecoveryShares(pair), expected);
  }
});
