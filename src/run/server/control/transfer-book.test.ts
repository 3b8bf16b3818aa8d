import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, millis } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { TransferBook } from './transfer-book.ts';

const DAY_US = 86_400_000_000;

async function open(t: Cleanable) {
  const clock = frozenClock();
  const { catalogue, keys, audit } = await openKeys(t, clock);
  const parts = { catalogue, sealer: await keys.rowSealer('people'), audit, clock, random: seededRandom(5) };
  const request = {
    from: 'eu',
    to: 'us',
    mechanism: 'standard-clauses',
    document: 'clauses of 2026-01-01',
    expires: clock.now() + DAY_US,
  } as const;
  return { parts, clock, audit, request, book: await TransferBook.open(parts) };
}

test('TransferBook has what is recorded in force until it is ended or expires, and logs both', async (t) => {
  const { book, parts, request, clock } = await open(t);
  const first = await book.record('person:a', request);
  const second = await book.record('person:a', { ...request, to: 'in' });
  assert.deepEqual(
    book.inForce().map(({ to }) => to),
    ['us', 'in'],
  );
  await book.end('person:a', first.id);
  await assert.rejects(book.end('person:a', first.id), { code: 'SERVER_TRANSFER_UNKNOWN' });
  const again = await TransferBook.open(parts);
  assert.deepEqual(
    again.inForce().map(({ id }) => id),
    [second.id],
  );
  assert.equal(again.list().length, 2);
  clock.advance(millis(DAY_US / 1_000));
  assert.deepEqual(again.inForce(), []);
});

test('TransferBook refuses what is none', async (t) => {
  const { book, request } = await open(t);
  await assert.rejects(book.record('person:a', { ...request, to: 'eu' }), { code: 'SERVER_TRANSFER_INVALID' });
  await assert.rejects(book.record('person:a', { ...request, expires: 1 }), { code: 'SERVER_TRANSFER_INVALID' });
});

test('an older catalogue brings no ended transfer back, and a gap ends all', async (t) => {
  const { book, request } = await open(t);
  const { id } = await book.record('person:a', request);
  await book.record('person:a', { ...request, to: 'in' });
  const replay = book.replay();
  const event = { actor: 'person:a', action: 'end-transfer', resource: `transfer:${id}`, outcome: 'done' } as const;
  replay.take({ event, time: micros(7) } as never);
  await replay.apply();
  assert.deepEqual(
    book.inForce().map(({ to }) => to),
    ['in'],
  );
  assert.equal(await book.suspend(), 1);
  assert.deepEqual(book.inForce(), []);
});
