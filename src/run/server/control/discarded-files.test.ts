import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { discardedSince } from './discarded-files.ts';

const entry = (action: string, outcome: AuditEvent['outcome'], file: string): AuditEvent => ({
  actor: 'person:x',
  action,
  resource: `journal:${file}`,
  outcome,
  reason: 'JOURNAL_DAMAGED',
  detail: { offset: 0, bytes: 7, begun: '2026-01-01T00:00:00Z' },
});

test('discardedSince() tells of files that were discarded from a moment on, out of the log', async () => {
  const events = [
    entry('discard-journal', 'done', 'before'),
    entry('discard-journal', 'done', 'f1'),
    entry('find-damage', 'failed', 'f2'),
    entry('discard-journal', 'denied', 'f3'),
  ];
  const all = events.map((event, index) => ({ index, time: micros(index * 1_000_000), event }));
  const reader = { entries: async (from: number, limit: number) => all.slice(from, from + limit) };
  assert.deepEqual(await discardedSince(reader, micros(1_000_000)), [
    { file: 'f1', at: '1970-01-01T00:00:01Z', reason: 'JOURNAL_DAMAGED', bytes: 7, begun: '2026-01-01T00:00:00Z' },
  ]);
});
