import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8, millis } from '#base/core/index.ts';
import { openAuditLog, testEvent } from '../../../test/support/open-audit-log.ts';
import { tailLog } from './tail-log.ts';

test('tailLog() reads from an index to the newest entry, across bundles', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await Promise.all(Array.from({ length: 600 }, (_, i) => log.append(testEvent(i))));
  await log.flush();
  const numbers: unknown[] = [];
  for await (const { index, event } of tailLog(log.source, { from: 250, logKeys: keys })) {
    assert.equal(event.detail?.['number'], index);
    numbers.push(index);
  }
  assert.deepEqual(
    numbers,
    Array.from({ length: 350 }, (_, i) => 250 + i),
  );
});

test('tailLog() follows a growing log until told to stop', async (t) => {
  const { log, keys } = await openAuditLog(t, { integrateEvery: millis(5) });
  const stop = new AbortController();
  const seen: number[] = [];
  const feed = (async () => {
    for (let i = 0; i < 300; i++) await log.append(testEvent(i));
  })();
  for await (const { index } of tailLog(log.source, {
    from: 0,
    logKeys: keys,
    follow: millis(5),
    signal: stop.signal,
  })) {
    seen.push(index);
    if (seen.length === 300) stop.abort();
  }
  await feed;
  assert.deepEqual(
    seen,
    Array.from({ length: 300 }, (_, i) => i),
  );
});

test('tailLog() refuses a log without a checkpoint, under other keys, and one that shrinks', async (t) => {
  const { log, keys } = await openAuditLog(t);
  const next = (source: typeof log.source, from = 0) => tailLog(source, { from, logKeys: keys }).next();
  await assert.rejects(next({ read: async () => null }), { code: 'AUDIT_CHECKPOINT_INVALID' });
  await assert.rejects(tailLog(log.source, { from: 0, logKeys: [] }).next(), { code: 'AUDIT_CHECKPOINT_INVALID' });
  const empty = log.checkpoint.note;
  await log.append(testEvent(0));
  await log.flush();
  let reads = 0;
  const shrinking = {
    read: async (name: string) => (name === 'checkpoint' && reads++ > 0 ? encodeUtf8(empty) : log.source.read(name)),
  };
  const tail = tailLog(shrinking, { from: 0, logKeys: keys, follow: millis(1) });
  assert.equal((await tail.next()).value?.index, 0);
  await assert.rejects(tail.next(), { code: 'AUDIT_LOG_CORRUPT' });
});
