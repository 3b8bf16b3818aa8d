import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import type { PlacedEntry } from '#trust/audit/index.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { LogCounts } from './log-counts.ts';
import { LOG_COUNTS, PeriodCounts } from './period-counts.ts';

const HOUR = 3_600_000_000;

/** A log in memory that notes from where it was read. */
async function open(t: Cleanable) {
  const { catalogue, keys } = await openKeys(t);
  const sealer = await keys.rowSealer('people');
  const log: PlacedEntry[] = [];
  const read: number[] = [];
  const put = (hour: number, action: string, outcome: AuditEvent['outcome'] = 'allowed', actor = 'a'): void => {
    const event = { actor, action, resource: 'r:x', outcome } as const;
    log.push({ index: log.length, time: micros(hour * HOUR + 5), event });
  };
  const start = async (): Promise<LogCounts> =>
    new LogCounts({
      counts: await PeriodCounts.open(catalogue, sealer, LOG_COUNTS),
      entries: async function* (from) {
        read.push(from);
        yield* log.slice(from);
      },
    });
  return { put, read, start };
}

test('LogCounts counts each entry once, by hour, action and outcome', async (t) => {
  const { put, start } = await open(t);
  const counts = await start();
  put(1, 'query');
  put(1, 'query');
  put(1, 'query', 'denied');
  put(1, 'query', 'denied', 'weir:prover');
  put(2, 'enrol');
  const both = await Promise.all([counts.rows(), counts.rows()]);
  for (const rows of both) {
    assert.deepEqual(rows, [
      [HOUR, 'query', 'allowed', 2],
      [HOUR, 'query', 'denied', 1],
      [2 * HOUR, 'enrol', 'allowed', 1],
    ]);
  }
});

test('LogCounts goes on over a restart: what was saved is not read again, what was not is counted', async (t) => {
  const { put, read, start } = await open(t);
  const first = await start();
  put(1, 'query');
  await first.save();
  put(1, 'query');
  await first.rows();
  // It ends here without a word; the second entry was counted and not saved.
  put(1, 'query');
  const second = await start();
  assert.deepEqual(await second.rows(), [[HOUR, 'query', 'allowed', 3]]);
  assert.equal(read.at(-1), 1);
});
