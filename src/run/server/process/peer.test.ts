import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { PlatformError } from '#base/core/index.ts';
import { Peer } from './peer.ts';
import { portLine } from './lines.ts';

type Adder = { add: (numbers: { a: number; b: number }) => number; fail: (parameters: null) => never };

function pair() {
  const { port1, port2 } = new MessageChannel();
  const near = new Peer<Adder>(portLine(port1), {});
  const far = new Peer<Record<string, never>>(portLine(port2), {
    add: ({ a, b }: { a: number; b: number }) => a + b,
    fail: () => {
      throw new PlatformError('TEST_FAILED', 'Cannot add: numbers are out', { hint: 'Bring more' });
    },
  });
  return { near, far, close: () => port1.close() };
}

test('Peer.call() answers with the value of the other side', async () => {
  const { near, close } = pair();
  assert.equal(await near.call('add', { a: 2, b: 3 }), 5);
  close();
});

test('Peer.call() brings code, message and hint of an error across', async () => {
  const { near, close } = pair();
  await assert.rejects(near.call('fail', null), { code: 'TEST_FAILED', hint: 'Bring more' });
  close();
});

test('Peer.call() refuses a method that is not offered, inherited ones included', async () => {
  const { near, close } = pair();
  await assert.rejects(near.call('toString' as 'add', { a: 1, b: 1 }), { code: 'SERVER_CALL_UNKNOWN' });
  close();
});

test('Peer.call() rejects when the other side ends', async () => {
  const { port1, port2 } = new MessageChannel();
  const near = new Peer<Adder>(portLine(port1), {});
  const waiting = near.call('add', { a: 1, b: 1 });
  port2.close();
  await assert.rejects(waiting, { code: 'SERVER_PROCESS_GONE' });
});
