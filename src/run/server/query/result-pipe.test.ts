import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResultPipe } from './result-pipe.ts';

test('ResultPipe hands parts on in order and ends', async () => {
  const pipe = new ResultPipe();
  const reading = Array.fromAsync(pipe, (part) => part[0]);
  await pipe.push(Uint8Array.of(1));
  await pipe.push(Uint8Array.of(2));
  pipe.end();
  assert.deepEqual(await reading, [1, 2]);
});

test('ResultPipe holds the writer back until a part was taken', async () => {
  const pipe = new ResultPipe();
  let taken = false;
  const pushed = pipe.push(Uint8Array.of(1)).then(() => (taken = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(taken, false);
  await pipe[Symbol.asyncIterator]().next();
  await pushed;
  assert.equal(taken, true);
});

test('ResultPipe tells the reader of an error after the last part', async () => {
  const pipe = new ResultPipe();
  const read: number[] = [];
  const reading = (async () => {
    for await (const part of pipe) read.push(part[0] ?? -1);
  })();
  await pipe.push(Uint8Array.of(1));
  pipe.end(new Error('broke off'));
  await assert.rejects(reading, /broke off/);
  assert.deepEqual(read, [1]);
});

test('ResultPipe lets the writer go on where the reader has gone', async () => {
  const pipe = new ResultPipe();
  const iterator = pipe[Symbol.asyncIterator]();
  const first = iterator.next();
  await pipe.push(Uint8Array.of(1));
  await first;
  await iterator.return?.();
  await pipe.push(Uint8Array.of(2));
});
