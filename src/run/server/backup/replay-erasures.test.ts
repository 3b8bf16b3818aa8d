import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { keyDigest } from '#trust/keys/index.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { makeSegment } from '../control/testing.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { ErasureReplay } from './replay-erasures.ts';

const DONE = { actor: 'weir:store', outcome: 'done' } as const;

async function open(t: Cleanable) {
  const clock = frozenClock();
  const { keys, catalogue } = await openKeys(t, clock);
  const segments = await SegmentHost.open(catalogue, keys, clock);
  for (const [at, id] of ['s1', 's2', 's3'].entries()) {
    const segment = await makeSegment(keys, { id, spans: [{ file: 'f', after: at * 9, to: at * 9 + 9 }] });
    await segments.publish({ segment, cursor: [] });
  }
  const replay = new ErasureReplay({ segments, lifecycle: keys.lifecycle, log: silentLog });
  const run = async (...events: readonly AuditEvent[]): Promise<void> => {
    const step = replay.replay();
    for (const [index, event] of events.entries()) step.take({ index, time: micros(7), event });
    await step.apply();
  };
  const stored = async (): Promise<string[]> => (await segments.active()).map(({ id }) => id).sort();
  return { keys, segments, replay, run, stored };
}

test('segments that the log says went go again, and those it does not know stay', async (t) => {
  const { run, stored, replay } = await open(t);
  const detail = { stream: 'climate', rows: 10, received_before: '2026-01-01T00:00:00Z' };
  const gone: AuditEvent = { ...DONE, action: 'expire-segment', resource: 'segment:s2', detail };
  await run(gone, { ...gone, resource: 'segment:s3', outcome: 'failed' }, { ...gone, resource: 'segment:unknown' });
  assert.deepEqual(await stored(), ['s1', 's3']);
  await run(gone);
  assert.deepEqual(
    [await stored(), replay.isCutDue, replay.template, await replay.suspend()],
    [['s1', 's3'], false, null, 0],
  );
});

test('readings that were cut out of a segment which is here again are to be cut before anybody sees them', async (t) => {
  const { run, replay } = await open(t);
  const cut = (inputs: string, expired: object): AuditEvent => ({
    ...DONE,
    action: 'reseal-segment',
    resource: 'segment:new',
    detail: { inputs: sha256Hex(inputs), from: 1, ...expired },
  });
  await run(cut('s1', {}), cut('other', { expired: 3 }));
  assert.equal(replay.isCutDue, false);
  await run(cut('s1', { expired: 3 }));
  assert.equal(replay.isCutDue, true);
});

test('a key that was destroyed is destroyed again: what was sealed again before that stays, what was not goes', async (t) => {
  for (const isSaved of [true, false]) {
    const { run, keys, segments } = await open(t);
    const resource = 'keys:stream:climate';
    const digest = keyDigest(['domain:climate:operational:1']);
    const destroyed: AuditEvent = { ...DONE, action: 'destroy-keys', resource, digest, detail: { count: 1 } };
    const saved: AuditEvent = { ...DONE, action: 'rewrap-keys', resource, detail: { count: 1 } };
    await run(...(isSaved ? [saved, destroyed] : [destroyed]));
    const of = (await keys.lifecycle.list()).filter(({ kind }) => kind === 'domain');
    assert.equal(of.find(({ version }) => version === 1)?.state, 'destroyed');
    const [segment] = await segments.active();
    const opened = await keys.unwrapDataKeys({ actor: 'test', resource: 'segment:s1' }, [segment!.footerHandle]);
    assert.equal(opened.size, isSaved ? 1 : 0, String(isSaved));
    await run(destroyed);
  }
});

test('the template that was applied last is told', async (t) => {
  const { run, replay } = await open(t);
  const applied = (digest: string): AuditEvent => ({
    ...DONE,
    action: 'apply-template',
    resource: 'template:x',
    digest,
  });
  await run(applied('a'), applied('b'));
  assert.equal(replay.template, 'b');
});
