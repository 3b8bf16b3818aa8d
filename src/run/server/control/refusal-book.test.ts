import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEvent } from '#base/core/index.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { PeriodCounts, REFUSAL_COUNTS } from './period-counts.ts';
import { RefusalBook } from './refusal-book.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

test('RefusalBook keeps rows by minute, stream, device and reason, and logs those of the worst devices and sums of the others', async (t) => {
  const events: AuditEvent[] = [];
  const { catalogue, keys } = await openKeys(t);
  const sealer = await keys.rowSealer('people');
  const counts = await PeriodCounts.open(catalogue, sealer, REFUSAL_COUNTS);
  const book = new RefusalBook(counts, { appendLate: async (event) => void events.push(event) }, quiet);
  const refused = [
    { device: 'a', stream: 's', reason: 'range', count: 2 },
    { device: 'b', stream: 's', reason: 'range', count: 3 },
    { device: '', stream: '', reason: 'not-a-stream', count: 1 },
  ];
  await book.note(refused, 61_000_000);
  await book.note(refused.slice(0, 1), 62_000_000);
  await book.note([{ device: '_probe', stream: '_probe', reason: 'range', count: 9 }], 62_000_000);
  const rows = [
    [60_000_000, 's', 'a', 'range', 4],
    [60_000_000, 's', 'b', 'range', 3],
    [60_000_000, null, null, 'not-a-stream', 1],
  ];
  assert.deepEqual(await book.rows(), rows);
  await book.save();
  const after = await PeriodCounts.open(catalogue, sealer, REFUSAL_COUNTS);
  assert.deepEqual(await new RefusalBook(after, { appendLate: async () => undefined }, quiet).rows(), rows);
  assert.deepEqual(
    events.map(({ resource, reason, detail }) => [resource, reason, detail?.['count'], detail?.['device'] ?? null]),
    [
      ['stream:s', 'range', 3, 'b'],
      ['stream:s', 'range', 2, 'a'],
      ['stream:-', 'not-a-stream', 1, null],
      ['stream:s', 'range', 2, 'a'],
      ['stream:_probe', 'range', 9, '_probe'],
    ],
  );
  events.length = 0;
  const fleet = Array.from({ length: 20 }, (_, i) => ({ device: `d${i}`, stream: 's', reason: 'range', count: i + 1 }));
  await book.note(fleet, 63_000_000);
  assert.equal(events.length, 9);
  assert.deepEqual(events.at(-1)?.detail, { count: 78, devices: 12 });
});
