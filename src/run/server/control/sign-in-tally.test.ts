import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEvent } from '#base/core/index.ts';
import { SignInTally } from './sign-in-tally.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

test('SignInTally sums up by reason and address', async () => {
  const events: AuditEvent[] = [];
  using tally = new SignInTally({ append: async (event) => ({ index: events.push(event) - 1 }) }, quiet);
  for (let i = 0; i < 5; i++) tally.count('10.0.0.0/24', 'unknown');
  tally.count('10.0.0.0/24', 'expired');
  await tally.flush();
  assert.deepEqual(
    events.map(({ reason, detail }) => [reason, detail?.['count']]),
    [
      ['unknown', 5],
      ['expired', 1],
    ],
  );
  await tally.flush();
  assert.equal(events.length, 2);
});

test('SignInTally bounds the addresses that it tells apart', async () => {
  const events: AuditEvent[] = [];
  using tally = new SignInTally({ append: async (event) => ({ index: events.push(event) - 1 }) }, quiet);
  for (let i = 0; i < 6_000; i++) tally.count(`10.${i >> 8}.${i & 255}.0/24`, 'unknown');
  await tally.flush();
  assert.equal(events.length, 4_097);
  assert.equal(events.find(({ detail }) => detail?.['address'] === 'other')?.detail?.['count'], 6_000 - 4_096);
});
