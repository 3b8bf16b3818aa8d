import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase64, micros } from '#base/core/index.ts';
import type { Decision } from '#declare/policy/index.ts';
import type { Segment } from '#flow/store/index.ts';
import { handlesOf } from '#flow/store/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import type { Caller } from '../api/caller.ts';
import { makeSegment } from '../control/testing.ts';
import { isGoing, KeyReleases, NO_SIGHT } from './key-releases.ts';
import type { ExportSight } from './key-releases.ts';

const caller = (id: string): Caller => ({
  subject: { id, kind: 'person', roles: [], standing: 'good', deviceType: null },
  actor: `person:${id}`,
  peer: { kind: 'none', name: null, serial: null, address: '', listener: 'api' },
});
const ADA = caller('ada');

const allow = (columns: Readonly<Record<string, string | null>>, rowFilter: string | null = null): Decision => ({
  effect: 'allow',
  reason: 'granted',
  rule: 'r',
  policies: ['p'],
  obligations: { columns: Object.entries(columns).map(([name, mask]) => ({ name, mask })), rowFilter },
});

async function open(t: Cleanable) {
  const { keys, catalogue, audit } = await openKeys(t);
  const segment = await makeSegment(keys, { id: 's1', columns: { device: 'operational', pulse: 'health' } });
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, handlesOf(segment)));
  const now = {
    sight: { decision: allow({ device: null, pulse: null }), obligation: null } as ExportSight,
    segments: [segment] as readonly Segment[],
    going: false,
    asStored: true,
  };
  const releases = await KeyReleases.open({
    catalogue,
    sealer: await keys.rowSealer('people'),
    segments: { active: async () => now.segments },
    keys,
    isAsStored: () => now.asStored,
    audit,
    clock: frozenClock(),
    sight: async () => now.sight,
    isGoing: () => now.going,
  });
  const handle = (column: string): string =>
    column === '' ? segment.footerHandle : (segment.columns.find(({ name }) => name === column)?.handle ?? '');
  const logged = () =>
    audit.events
      .filter(({ action }) => action === 'release-key')
      .map(({ actor, outcome, reason, detail }) => [actor, outcome, detail?.['column'], reason]);
  return { releases, now, handle, logged, keys, segment, audit, catalogue };
}

test('KeyReleases.unwrap() gives the key itself, and logs it once for each subject, column and purpose', async (t) => {
  const { releases, handle, logged, keys, audit } = await open(t);
  const key = await releases.unwrap(ADA, handle('pulse'), 'care');
  const use = { actor: 'weir:test', resource: 'x' };
  assert.deepEqual(
    fromBase64(key),
    (await keys.unwrapDataKeys(use, [handle('pulse')])).get(handle('pulse'))?.exportBytes(),
  );
  assert.equal(await releases.unwrap(ADA, handle('pulse'), 'care'), key);
  await releases.unwrap(ADA, handle(''), 'care');
  await releases.unwrap(caller('bob'), handle('pulse'), 'care');
  for (let i = 0; i < 2; i++) await releases.unwrap(ADA, handle('pulse'), 'research');
  assert.deepEqual(logged(), [
    ['person:ada', 'allowed', 'pulse', undefined],
    ['person:ada', 'allowed', 'footer', undefined],
    ['person:bob', 'allowed', 'pulse', undefined],
    ['person:ada', 'allowed', 'pulse', undefined],
  ]);
  assert.equal(audit.events.findLast(({ action }) => action === 'release-key')?.purpose, 'research');
  assert.equal(audit.events.filter(({ action, actor }) => action === 'use-keys' && actor === 'person:ada').length, 0);
});

test('KeyReleases.unwrap() refuses whatever stands between the subject and the stored rows', async (t) => {
  const { releases, now, handle, logged } = await open(t);
  const whole = allow({ device: null, pulse: null });
  const cases: readonly (readonly [string, ExportSight, boolean])[] = [
    ['not-granted', NO_SIGHT, false],
    ['not-granted', { decision: allow({ device: null }), obligation: null }, false],
    ['row-filter', { decision: allow({ device: null, pulse: null }, 'device = 1'), obligation: null }, false],
    ['mask', { decision: allow({ device: null, pulse: 'round:1' }), obligation: null }, false],
    ['consent', { decision: whole, obligation: 'consent' }, false],
    ['privacy', { decision: whole, obligation: 'privacy' }, false],
    ['erasure', { decision: whole, obligation: null }, true],
  ];
  for (const [reason, sight, going] of cases) {
    Object.assign(now, { sight, going });
    const message = reason === 'not-granted' ? /there is none/ : /use a dataset or a query/;
    await assert.rejects(releases.unwrap(ADA, handle('pulse'), null), { code: 'API_KEY_FORBIDDEN', message });
  }
  assert.deepEqual(
    logged().map(([, outcome, , reason]) => [outcome, reason]),
    cases.map(([reason]) => ['denied', reason]),
  );
  await assert.rejects(releases.unwrap(ADA, 'unknown', null), { code: 'API_KEY_FORBIDDEN', message: /there is none/ });
});

test('KeyReleases.unwrap() releases nothing that cannot be logged, nor of a segment that is gone', async (t) => {
  const { releases, now, handle, audit, segment } = await open(t);
  audit.broken = true;
  await assert.rejects(releases.unwrap(ADA, handle('device'), null), { code: 'AUDIT_LOG_UNAVAILABLE' });
  audit.broken = false;
  await releases.unwrap(ADA, handle('device'), null);
  now.segments = [];
  await assert.rejects(releases.unwrap(ADA, handle('device'), null), { code: 'API_KEY_FORBIDDEN' });
  await releases.tend();
  now.segments = [segment];
  await releases.unwrap(ADA, handle('device'), null);
  const allowed = audit.events.filter(({ action, outcome }) => action === 'release-key' && outcome === 'allowed');
  assert.equal(allowed.length, 2, 'what was released of a segment that is gone is forgotten');
});

test('isGoing() tells a segment with rows that are kept no longer', async (t) => {
  const { segment } = await open(t);
  const received = { ...segment, received: { first: micros(100), last: micros(200) } };
  const kept = (from: number | null) => isGoing(received, { keptFrom: () => (from === null ? null : micros(from)) });
  assert.deepEqual([kept(null), kept(100), kept(101)], [false, false, true]);
});
