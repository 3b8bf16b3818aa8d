import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import type { PlacedEntry } from '#trust/audit/index.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { SegmentEntries } from './segment-entries.ts';

const DIGEST = (letter: string): string => letter.repeat(64);

test('SegmentEntries finds where the log has a segment, and goes on from there after a restart', async (t) => {
  const { catalogue, keys } = await openKeys(t);
  const sealer = await keys.rowSealer('people');
  const log: PlacedEntry[] = [];
  const read: number[] = [];
  const put = (event: Partial<AuditEvent>): void => {
    const whole = { actor: 'weir:store', action: 'seal-segment', resource: '', outcome: 'done', ...event } as const;
    log.push({ index: log.length, time: micros(1), event: whole });
  };
  const open = (): Promise<SegmentEntries> =>
    SegmentEntries.open({
      catalogue,
      sealer,
      entries: async function* (from) {
        read.push(from);
        yield* log.slice(from);
      },
    });
  put({ resource: 'platform:*', action: 'start' });
  put({ resource: 'segment:a', digest: DIGEST('a') });
  put({ resource: 'segment:b', digest: DIGEST('b'), outcome: 'failed' });
  const first = await open();
  const a = { id: 'a', digest: DIGEST('a') };
  const b = { id: 'b', digest: DIGEST('b') };
  assert.deepEqual(await first.find([a, b, { ...a, digest: DIGEST('c') }]), [1, null, null]);
  put({ resource: 'segment:b', digest: DIGEST('b') });
  put({ resource: 'segment:a', digest: DIGEST('a'), action: 'expire-segment' });
  const second = await open();
  assert.deepEqual(await Promise.all([second.find([b, a]), second.find([b])]), [[3, 1], [3]]);
  assert.deepEqual(read, [0, 3, 5]);
});
