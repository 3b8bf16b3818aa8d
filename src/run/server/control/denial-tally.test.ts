import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEvent } from '#base/core/index.ts';
import { DenialTally } from './denial-tally.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const event = (actor: string, n: number): AuditEvent => ({
  actor,
  action: 'audit',
  resource: `device:${n}`,
  outcome: 'denied',
  reason: 'not-granted',
});

function start() {
  const events: AuditEvent[] = [];
  const audit = { append: async (given: AuditEvent) => ({ index: events.push(given) - 1 }) };
  const owed = { appendLate: async (given: AuditEvent) => void events.push(given) };
  const tally = new DenialTally(audit, owed, quiet);
  return { events, tally };
}

test('DenialTally gives the first calls of a second an entry each, and sums up the others by caller', async () => {
  const { events, tally } = start();
  using _ = tally;
  for (let n = 0; n < 500; n++) await tally.denied(event('person:a', n));
  await tally.denied(event('person:b', 1));
  assert.equal(events.length, 9);
  assert.deepEqual(events[0], event('person:a', 0));
  await tally.flush();
  assert.deepEqual(events.slice(9), [
    {
      actor: 'person:a',
      action: 'call',
      resource: 'platform:api',
      outcome: 'denied',
      reason: 'not-granted',
      detail: { count: 492 },
    },
  ]);
  await tally.denied(event('person:a', 7));
  assert.deepEqual(events.at(-1), event('person:a', 7));
});

test('DenialTally counts calls that were refused before a decision', async () => {
  const { events, tally } = start();
  using _ = tally;
  for (let n = 0; n < 20; n++) tally.refused('person:a', 'rate');
  assert.equal(events.length, 0);
  await tally.flush();
  assert.deepEqual([events.length, events[0]?.reason, events[0]?.detail], [1, 'rate', { count: 20 }]);
});

test('DenialTally bounds the callers that it tells apart', async () => {
  const { events, tally } = start();
  using _ = tally;
  for (let n = 0; n < 6_000; n++) tally.refused(`person:${n}`, 'rate');
  await tally.flush();
  assert.equal(events.length, 4_097);
  assert.deepEqual(events.find(({ actor }) => actor === 'other')?.detail, { count: 6_000 - 4_096 });
});

test('DenialTally says in the diagnostics that the log did not take a sum, and goes on', async () => {
  const warned: string[] = [];
  const full = () => Promise.reject(new Error('full'));
  using tally = new DenialTally(
    { append: full },
    { appendLate: full },
    { ...quiet, warn: (_, message) => warned.push(message) },
  );
  tally.refused('person:a', 'rate');
  await tally.flush();
  assert.deepEqual(warned, ['denied calls could not be logged']);
  await assert.rejects(tally.denied(event('person:a', 1)));
});

test('DenialTally owes the log its sums while that cannot be written', async () => {
  const owed: AuditEvent[] = [];
  const full = { append: () => Promise.reject(new Error('full')) };
  using tally = new DenialTally(full, { appendLate: async (given) => void owed.push(given) }, quiet);
  for (let n = 0; n < 3; n++) tally.refused('person:a', 'rate');
  await tally.flush();
  assert.deepEqual(
    owed.map(({ detail }) => detail),
    [{ count: 3 }],
  );
});
