import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEvent } from '#base/core/index.ts';
import { SignInTally } from './sign-in-tally.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

test('SignInTally sums up by reason, network and who it is', async () => {
  const events: AuditEvent[] = [];
  using tally = new SignInTally({ appendLate: async (event) => void events.push(event) }, quiet);
  for (let i = 0; i < 5; i++) tally.count(`10.0.0.${i}`, 'unknown');
  tally.count('10.0.0.9', 'expired');
  tally.count('10.0.0.9', 'not-for-devices', 'device:truck-1');
  await tally.flush();
  assert.deepEqual(
    events.map(({ actor, reason, detail }) => [actor, reason, detail?.['count'], detail?.['address']]),
    [
      ['anonymous', 'unknown', 5, '10.0.0.0/24'],
      ['anonymous', 'expired', 1, '10.0.0.0/24'],
      ['device:truck-1', 'not-for-devices', 1, '10.0.0.0/24'],
    ],
  );
  await tally.flush();
  assert.equal(events.length, 3);
});

test('SignInTally bounds the addresses that it tells apart', async () => {
  const events: AuditEvent[] = [];
  using tally = new SignInTally({ appendLate: async (event) => void events.push(event) }, quiet);
  for (let i = 0; i < 6_000; i++) tally.count(`10.${i >> 8}.${i & 255}.7`, 'unknown');
  tally.count('127.0.0.1', 'unknown', 'weir:prover');
  await tally.flush();
  assert.equal(events.length, 4_098);
  assert.equal(events.at(-1)?.actor, 'weir:prover', 'in no sum with strangers');
  assert.equal(events.find(({ detail }) => detail?.['address'] === 'other')?.detail?.['count'], 6_000 - 4_096);
});
