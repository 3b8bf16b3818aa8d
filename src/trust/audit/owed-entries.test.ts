import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AuditEvent } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { makeRowSealer, openSqliteCatalogue } from '#base/storage/index.ts';
import { keysOf, testLogOptions } from '../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { AuditLog } from './audit-log.ts';
import { OwedEntries } from './owed-entries.ts';
import { tailLog } from './tail-log.ts';

/** A log on a disk that can be full, a catalogue on another, and what the one is owed. */
async function openOwed(t: TestContext, most?: number) {
  const folder = await temporaryFolder(t);
  const disk = { full: false };
  const options = testLogOptions(folder);
  const openLog = (): Promise<AuditLog> =>
    AuditLog.open({
      ...options,
      openFile: async (file) => {
        const handle = await open(file, 'w');
        const write = handle.write.bind(handle);
        return Object.assign(handle, {
          write: (data: Uint8Array, offset: number, length: number, position: number) => {
            if (disk.full) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
            return write(data, offset, length, position);
          },
        }) as never;
      },
    });
  const catalogue = await openSqliteCatalogue(':memory:');
  t.after(() => catalogue[Symbol.asyncDispose]());
  const sealer = makeRowSealer(new Map([[1, AeadKey.fromBytes(systemRandom.bytes(32))]]), 1, systemRandom);
  let audit = await openLog();
  t.after(() => audit[Symbol.asyncDispose]());
  const parts = { catalogue, sealer, clock: options.clock, log: options.log, ...(most === undefined ? {} : { most }) };
  const owed = await OwedEntries.open({ ...parts, audit });
  return {
    disk,
    audit,
    owed,
    catalogue,
    /** The same after a restart. */
    reopen: async () => {
      await audit[Symbol.asyncDispose]();
      audit = await openLog();
      return { audit, owed: await OwedEntries.open({ ...parts, audit }) };
    },
  };
}

const event = (resource: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  actor: 'weir:store',
  action: 'seal-segment',
  resource,
  outcome: 'done',
  ...more,
});

/** All events of a log, in order. */
async function eventsOf(audit: AuditLog): Promise<readonly AuditEvent[]> {
  await audit.flush();
  const found: AuditEvent[] = [];
  for await (const { event: each } of tailLog(audit.source, { from: 0, logKeys: keysOf(audit) })) found.push(each);
  return found;
}

const resources = (events: readonly AuditEvent[]): readonly string[] => events.map(({ resource }) => resource);

test('what cannot be logged is owed, and is there before anything else once the log can be written', async (t) => {
  const { disk, audit, owed, catalogue } = await openOwed(t);
  await owed.appendLate(event('segment:0'));
  disk.full = true;
  await owed.appendLate(event('segment:1'));
  await owed.appendLate(event('segment:2'));
  await assert.rejects(audit.append(event('query')), { code: 'AUDIT_LOG_UNAVAILABLE' });
  assert.equal(owed.size, 2);
  disk.full = false;
  await Promise.all([audit.append(event('next')), owed.appendLate(event('segment:3'))]);
  await owed.idle();
  assert.equal(owed.size, 0);
  assert.deepEqual(await catalogue.all('SELECT id FROM audit_owed'), []);
  const events = await eventsOf(audit);
  assert.deepEqual(resources(events), ['segment:0', 'segment:1', 'segment:2', 'next', 'segment:3']);
  assert.equal(events[0]?.detail, undefined);
  assert.equal(events[1]?.detail?.['late'], true);
  assert.ok(Date.parse(String(events[1]?.detail?.['at'])) > 0);
});

test('what is owed outlives a restart', async (t) => {
  const { disk, owed, reopen } = await openOwed(t);
  disk.full = true;
  await owed.appendLate(event('segment:1'));
  await owed.appendLate(event('segment:2'));
  disk.full = false;
  const again = await reopen();
  assert.equal(again.owed.size, 2);
  await again.owed.pay();
  assert.deepEqual(resources(await eventsOf(again.audit)), ['segment:1', 'segment:2']);
  await again.owed.idle();
  assert.equal((await reopen()).owed.size, 0);
});

test('counts of one thing are one entry; others are bounded', async (t) => {
  const { disk, audit, owed } = await openOwed(t, 2);
  const refused = (source: string, count: number): AuditEvent =>
    event('listener:mqtt', { action: 'connect', outcome: 'denied', reason: 'expired', detail: { source, count } });
  disk.full = true;
  for (const count of [2, 3, 4]) await owed.appendLate(refused('192.0.2.0/24', count));
  await owed.appendLate(refused('198.51.100.0/24', 1));
  await assert.rejects(owed.appendLate(event('segment:1')), { code: 'AUDIT_LOG_UNAVAILABLE' });
  await owed.appendLate(refused('192.0.2.0/24', 10));
  assert.equal(owed.size, 2);
  disk.full = false;
  await owed.pay();
  const counts = (await eventsOf(audit)).map(({ detail }) => [detail?.['source'], detail?.['count']]);
  assert.deepEqual(counts, [
    ['192.0.2.0/24', 19],
    ['198.51.100.0/24', 1],
  ]);
});

test('what is counted while its entry is on its way to the log is owed still', async (t) => {
  const { disk, owed, reopen } = await openOwed(t);
  const refused = (count: number): AuditEvent => event('listener:mqtt', { action: 'connect', detail: { count } });
  disk.full = true;
  await owed.appendLate(refused(2));
  const [first] = owed.oldest(1);
  await owed.appendLate(refused(3));
  owed.paid(first?.id ?? 0, first?.event ?? refused(0));
  const counts = (from: OwedEntries): unknown[] => from.oldest(9).map((one) => one.event.detail?.['count']);
  assert.deepEqual(counts(owed), [3]);
  await owed.idle();
  disk.full = false;
  assert.deepEqual(counts((await reopen()).owed), [3]);
});

test('an entry that the log refuses for its form is not owed', async (t) => {
  const { owed } = await openOwed(t);
  await assert.rejects(owed.appendLate(event('')), { code: 'AUDIT_ENTRY_INVALID' });
  assert.equal(owed.size, 0);
});
