import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeldCallers, heldKeyOf } from './held-callers.ts';
import { stateIdentity } from './identity-header.ts';

const PEER = stateIdentity(null, { address: '192.0.2.1', own: false }, 'api');
const keyOf = (url: string, authorization?: string) => heldKeyOf(PEER, '192.0.2.0/24', 'GET', url, authorization);
const ANSWER = {
  'x-weir-hold': 'route',
  'retry-after': '3',
  'ratelimit-policy': '"caller";q=9;w=60, "GET /a";q=5;w=60',
  ratelimit: '"caller";r=4;t=7, "GET /a";r=0;t=3',
};

function start() {
  let now = 0;
  const held = new HeldCallers(() => now);
  return { held, wait: (ms: number) => (now += ms) };
}

test('HeldCallers answers for control until the time is over', () => {
  const { held, wait } = start();
  const key = keyOf('/a?x=1', 'Bearer t');
  assert.equal(held.find(key), null);
  held.note(key, ANSWER);
  const hold = held.find(keyOf('/a?x=2', 'Bearer t'));
  assert.deepEqual(hold?.violated, ['GET /a']);
  assert.equal(hold?.fields['ratelimit'], ANSWER.ratelimit);
  assert.equal(held.secondsLeft(hold), 3);
  wait(2_999);
  assert.notEqual(held.find(key), null);
  wait(1);
  assert.equal(held.find(key), null);
  assert.equal(held.size, 0);
});

test('HeldCallers holds one route or the whole caller, and nobody else', () => {
  const { held } = start();
  held.note(keyOf('/a', 'Bearer t'), ANSWER);
  for (const other of [keyOf('/b', 'Bearer t'), keyOf('/a', 'Bearer u'), keyOf('/a')]) {
    assert.equal(held.find(other), null);
  }
  held.note(keyOf('/a', 'Bearer t'), { ...ANSWER, 'x-weir-hold': 'caller' });
  assert.notEqual(held.find(keyOf('/b', 'Bearer t')), null);
});

test('HeldCallers takes no note of answers that do not say so, and keeps a bounded number', () => {
  const { held } = start();
  held.note(keyOf('/a'), { 'retry-after': '3' });
  held.note(keyOf('/a'), { 'x-weir-hold': 'all' });
  assert.equal(held.size, 0);
  for (let i = 0; i < 5_000; i++) held.note(keyOf(`/${i}`), ANSWER);
  assert.equal(held.size, 4_096);
});

test('heldKeyOf() tells a certificate by its fingerprint, whatever else is sent', () => {
  const certified = { ...PEER, kind: 'client', fingerprint: 'ab' } as const;
  const keys = ['1', '2'].map((token) => heldKeyOf(certified, '192.0.2.0/24', 'GET', '/', token).caller);
  assert.deepEqual(keys, ['ab', 'ab']);
  assert.notEqual(keyOf('/', '1').caller, keyOf('/', '2').caller);
  assert.ok(keyOf(`/${'a'.repeat(900)}`).route.length <= 64);
});
