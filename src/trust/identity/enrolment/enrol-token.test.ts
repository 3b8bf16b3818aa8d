import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '#base/crypto/index.ts';
import { basicPassword, enrolTokenDigest, makeEnrolToken } from './enrol-token.ts';

test('makeEnrolToken() makes tokens that have a digest, each its own', () => {
  const [a, b] = [makeEnrolToken(systemRandom), makeEnrolToken(systemRandom)];
  assert.match(a, /^weir-enrol_/);
  assert.equal(enrolTokenDigest(a)?.length, 32);
  assert.notDeepEqual(enrolTokenDigest(a), enrolTokenDigest(b));
  for (const text of ['', 'weir-enrol_', `${a}x`, a.replace('weir-enrol', 'weir'), ` ${a}`])
    assert.equal(enrolTokenDigest(text), null);
});

test('basicPassword() reads what follows the first colon, and nothing that is not Basic', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  assert.equal(basicPassword(basic('any:a:b')), 'a:b');
  assert.equal(basicPassword(basic(':x').replace('Basic', 'basic')), 'x');
  for (const header of [
    undefined,
    '',
    'Basic',
    'Basic !',
    basic('no colon'),
    `Bearer ${basic('a:b')}`,
    basic(`a:${'x'.repeat(2_000)}`),
  ]) {
    assert.equal(basicPassword(header), null);
  }
});
