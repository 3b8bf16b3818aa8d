import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { formatMicros, micros, PROBE_STREAM, systemClock } from '#base/core/index.ts';
import { CONTROLS } from '#assure/controls/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openAuditLog, testEvent } from '../../../../test/support/open-audit-log.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { auditReader } from '../control/audit-reader.ts';
import { makeSegment } from '../control/testing.ts';
import { layoutOf, makeDirectories } from '../data-directory.ts';
import { LivePlatform } from './live-platform.ts';
import type { LiveParts } from './live-platform.ts';
import { barePlatform } from './testing.ts';
import { TokenBucket } from './token-bucket.ts';

/** What does not need listeners; the tests of the whole platform try the rest. */
async function openLive(t: TestContext, more: Partial<LiveParts> = {}) {
  const { log: auditLog, directory } = await openAuditLog(t);
  const { identity, keys } = await openTrust(t);
  const layout = layoutOf(join(directory, '..', 'data'), directory);
  await makeDirectories(layout);
  const live = await LivePlatform.open(
    {
      ...barePlatform(),
      layout,
      auditLog,
      auditReader: auditReader(auditLog),
      identity,
      keys,
      template: () => makeTemplate('devices: {a: {}}\nstreams: {s: {from: a, fields: {x: {type: number}}}}'),
      // As of a watch that runs, be it for rules over the log alone.
      baseline: async () => [],
      status: async () => ({ watch: {} }) as never,
      ...more,
    },
    new TokenBucket(20, 100, () => performance.now()),
  );
  return { live, layout, auditLog };
}

test('search() finds a canary in the data directory and in the log, wherever that is', async (t) => {
  const { live, layout } = await openLive(t);
  const { signal } = new AbortController();
  const canary = live.canary();
  assert.notEqual(live.canary(), canary);
  const clean = await live.search(canary, signal);
  assert.deepEqual(clean.hits, []);
  assert.ok(clean.bytes > 0);
  await writeFile(join(layout.root, 'leak.log'), `value=${canary}\n`);
  await writeFile(join(layout.audit, 'leak'), Buffer.from(canary).toString('base64'));
  assert.deepEqual((await live.search(canary, signal)).hits, ['leak.log', join('..', 'audit', 'leak')]);
});

test('logged() looks for action, resource, reason and time', async (t) => {
  const { live, auditLog } = await openLive(t);
  const since = live.now();
  await auditLog.append({ ...testEvent(1), reason: 'granted' });
  assert.equal(await live.logged('query', 'view:climate', since), true);
  assert.equal(await live.logged('query', 'view:', since, 'granted'), true);
  assert.equal(await live.logged('query', 'view:', since, 'denied'), false);
  assert.equal(await live.logged('query', 'view:clim', since), false);
  assert.equal(await live.logged('enrol', 'view:climate', since), false);
  const later = formatMicros(micros(systemClock.now() + 60_000_000));
  assert.equal(await live.logged('query', 'view:climate', later), false);
});

test('trials of the watch have nothing to try where nothing is detected in readings', async (t) => {
  const { live } = await openLive(t);
  assert.equal((await live.strangerTrial()).watched, false);
  assert.equal((await live.commandTrial()).watched, false);
  assert.equal(await live.tiers(), null);
});

test('what the platform declares is told as it is', async (t) => {
  const { live } = await openLive(t);
  assert.deepEqual(
    (await live.streams()).map(({ name }) => name),
    ['s'],
  );
  assert.ok((await live.inventory()).some(({ name }) => name === '_probe'));
  assert.equal(live.controls().length, CONTROLS.length);
  assert.equal((await live.searchKeys(new AbortController().signal)).keys, 0);
  assert.deepEqual(await live.tamperWithSegment(), {
    segment: '',
    opens: false,
    tried: 0,
    unnoticed: 0,
    reasons: [],
  });
});

test('tamperWithSegment() leaves alone what the store is writing meanwhile', async (t) => {
  const { keys } = await openTrust(t);
  const segment = await makeSegment(keys, { id: 's1', stream: PROBE_STREAM });
  const segments = { active: async () => [segment] } as unknown as LiveParts['segments'];
  const { live, layout } = await openLive(t, { segments });
  const draft = join(layout.objects, '.tmp', 'draft');
  await mkdir(join(layout.objects, '.tmp'));
  await writeFile(draft, 'half of a segment');
  assert.equal((await live.tamperWithSegment()).segment, 's1');
  assert.equal(await readFile(draft, 'utf8'), 'half of a segment');
});

test('connect() and publish() without a platform say so', async (t) => {
  const { live } = await openLive(t);
  assert.equal((await live.connect('good')).admitted, false);
  await assert.rejects(live.publish('streams/_probe', ['{}']), /not admitted/);
});
