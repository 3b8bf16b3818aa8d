import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { CountedAudit } from './counted-audit.ts';

test('CountedAudit counts what was taken by hour, action and outcome', async () => {
  let now = 3_600_000_000;
  const audit = new CountedAudit(
    { append: async () => ({ index: 0 }) },
    { now: () => micros(now), monotonicMs: () => 0 },
  );
  const event = { actor: 'a', action: 'query', resource: 'view:x', outcome: 'allowed' } as const;
  await audit.append(event);
  await audit.append(event);
  await audit.append({ ...event, outcome: 'denied' });
  now = 7_200_000_000;
  await audit.append(event);
  assert.deepEqual(audit.rows(), [
    [3_600_000_000, 'query', 'allowed', 2],
    [3_600_000_000, 'query', 'denied', 1],
    [7_200_000_000, 'query', 'allowed', 1],
  ]);
});

test('CountedAudit counts nothing that the log refused', async () => {
  const audit = new CountedAudit(
    { append: () => Promise.reject(new Error('full')) },
    { now: () => micros(0), monotonicMs: () => 0 },
  );
  await assert.rejects(audit.append({ actor: 'a', action: 'query', resource: 'r', outcome: 'denied' }));
  assert.deepEqual(audit.rows(), []);
});
