import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { PlacedEntry } from '#trust/audit/index.ts';
import { findEntry } from './find-entry.ts';

/** One entry a second; every hundredth is a sealing. */
const entries: PlacedEntry[] = Array.from({ length: 5_000 }, (_, index) => ({
  index,
  time: micros(index * 1_000_000),
  event: {
    actor: 'weir:test',
    action: index % 100 === 7 ? 'seal-segment' : 'query',
    resource: index % 100 === 7 ? `segment:${index}` : 'view:a',
    outcome: 'done',
    ...(index === 1_234 ? { reason: 'expired' } : {}),
  },
}));

function reader() {
  let reads = 0;
  return {
    read: async (from: number, limit: number) => {
      reads += 1;
      assert.ok(limit >= 1 && limit <= 256);
      return entries.slice(from, from + limit);
    },
    reads: () => reads,
  };
}

const wanted = (resource: string, since: number, reason?: string) => ({
  action: resource.startsWith('segment') ? 'seal-segment' : 'query',
  resource,
  since: micros(since * 1_000_000),
  ...(reason === undefined ? {} : { reason }),
});

test('findEntry() finds what a plain search finds, and nothing else', async () => {
  for (const [resource, since, reason] of [
    ['segment:4907', 0],
    ['segment:7', 0],
    ['segment:7', 7],
    ['segment:7', 8],
    ['segment:', 4_908],
    ['segment:', 4_907],
    ['segment:49', 0],
    ['segment:2407', 100],
    ['view:a', 1_000, 'expired'],
    ['view:a', 1_235, 'expired'],
    ['view:b', 0],
  ] as const) {
    const want = wanted(resource, since, reason);
    const found = await findEntry(reader().read, entries.length, want);
    const any = entries.some(
      ({ time, event }) =>
        time >= want.since &&
        event.action === want.action &&
        (resource.endsWith(':') ? event.resource.startsWith(resource) : event.resource === resource) &&
        (reason === undefined || event.reason === reason),
    );
    assert.equal(found !== null, any, `${resource} since ${since} ${reason ?? ''}`);
  }
});

test('findEntry() reads little where the entry is near an end', async () => {
  for (const [resource, since] of [
    ['segment:4907', 0],
    ['segment:3007', 3_000],
  ] as const) {
    const { read, reads } = reader();
    assert.notEqual(await findEntry(read, entries.length, wanted(resource, since)), null);
    assert.ok(reads() < 18, String(reads()));
  }
});

test('findEntry() in an empty log finds nothing', async () => {
  assert.equal(await findEntry(async () => [], 0, wanted('view:a', 0)), null);
});
