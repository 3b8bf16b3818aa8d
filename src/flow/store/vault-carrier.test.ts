import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VaultRecord } from '#flow/journal/index.ts';
import { VaultCarrier } from './vault-carrier.ts';

const record = (number: number, bytes = 8): VaultRecord => ({
  kind: 'vault',
  version: 1,
  salt: new Uint8Array(16),
  number,
  sealed: new Uint8Array(bytes),
});

test('VaultCarrier delivers in order while more comes, and settles once all that came before is there', async () => {
  const taken: number[] = [];
  const held: PromiseWithResolvers<void>[] = [];
  const carrier = new VaultCarrier(async (records) => {
    const wait = Promise.withResolvers<void>();
    held.push(wait);
    await wait.promise;
    taken.push(...records.map(({ number }) => number));
  });
  await carrier.settled();
  await carrier.add(record(1));
  await carrier.add(record(2));
  let isSettled = false;
  const settled = carrier.settled().then(() => void (isSettled = true));
  held[0]!.resolve();
  await new Promise(setImmediate);
  assert.deepEqual([taken, isSettled], [[1], false]);
  await carrier.add(record(3));
  held[1]!.resolve();
  await settled;
  assert.deepEqual(taken.slice(0, 2), [1, 2], 'what came later is not waited for');
});

test('VaultCarrier keeps what could not be delivered, and tries again when somebody waits', async () => {
  let works = false;
  const taken: number[] = [];
  const carrier = new VaultCarrier((records) => {
    if (!works) return Promise.reject(new Error('control is away'));
    taken.push(...records.map(({ number }) => number));
    return Promise.resolve();
  });
  await carrier.add(record(1));
  await carrier.add(record(2));
  await assert.rejects(carrier.settled(), /away/);
  await assert.rejects(carrier.add(record(3, 2_000_000)), /away/, 'what is much is waited for');
  works = true;
  await carrier.settled();
  assert.deepEqual(taken, [1, 2, 3]);
});
