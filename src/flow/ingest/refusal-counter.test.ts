import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hmacSha256 } from '#base/crypto/index.ts';
import { RefusalCounter } from './refusal-counter.ts';

const key = new Uint8Array(32).fill(3);

test('cut() gives counts by device, stream and reason, with the digest of the first payload', () => {
  const counter = new RefusalCounter(key);
  counter.add('d', 's', 63, Buffer.from('one'));
  counter.add('d', 's', 63, Buffer.from('two'));
  counter.add('d', 's', 21, null);
  counter.add('e', 's', 63, Buffer.from('one'));
  assert.equal(counter.size, 3);
  const [first, second, third] = counter.cut();
  assert.deepEqual(first, {
    device: 'd',
    stream: 's',
    reason: 63,
    count: 2,
    digest: hmacSha256(key, Buffer.from('one')).slice(0, 16),
  });
  assert.deepEqual([second!.count, second!.digest.length, third!.device], [1, 0, 'e']);
  assert.deepEqual(counter.cut(), []);
});

test('add() is bounded: past so many kinds, devices are counted together', () => {
  const counter = new RefusalCounter(key);
  for (let i = 0; i < 10_000; i++) counter.add(`d${i}`, 's', 21, null);
  const counts = counter.cut();
  assert.equal(counts.length, 4_097);
  assert.equal(counts.find(({ device }) => device === '')!.count, 10_000 - 4_096);
});
