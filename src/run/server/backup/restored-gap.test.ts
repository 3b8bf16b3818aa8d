import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { LogGap } from '#trust/identity/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { layoutOf } from '../data-directory.ts';
import { noteGap, settleGap } from './restored-gap.ts';

test('a gap that was accepted is acted upon by the next start, once', async (t) => {
  const layout = layoutOf(await temporaryFolder(t));
  const clock = frozenClock();
  const acted: LogGap[] = [];
  const continuity = { suspend: async (gap: LogGap) => acted.push(gap) };
  await settleGap(layout, continuity, clock);
  await noteGap(layout, null);
  await settleGap(layout, continuity, clock);
  assert.deepEqual([acted, await readdir(layout.root)], [[], []]);
  await noteGap(layout, { from: 3, to: 9, end: micros(5) });
  const failing = { suspend: () => Promise.reject(new Error('full')) };
  await assert.rejects(settleGap(layout, failing, clock), /full/);
  await settleGap(layout, continuity, clock);
  await settleGap(layout, continuity, clock);
  assert.deepEqual(acted, [{ from: 3, to: 9, knownBy: 'witness', end: micros(5), found: clock.now() }]);
});
