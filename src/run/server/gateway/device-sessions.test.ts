import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionSummary } from '#flow/gateway/index.ts';
import { noteSessions } from './device-sessions.ts';
import type { DeviceSessions } from './device-sessions.ts';

const summary = (name: string, sessions: number, lost = 0): ConnectionSummary => ({
  device: { index: 0, name, type: 'd', speaksFor: [], serials: [] },
  at: 1,
  manner: null,
  topics: [],
  messages: 9,
  payload: 1,
  largest: 1,
  gap: null,
  sessions,
  sessionGap: null,
  goodbyes: 0,
  lost,
  wills: 0,
});

test('noteSessions() adds what was opened and lost, and nothing for who only sent', () => {
  const report: DeviceSessions[] = [];
  noteSessions(report, summary('quiet', 0));
  noteSessions(report, summary('a', 1, 2));
  assert.deepEqual(report, [{ device: 'a', network: '', protocol: '', opened: 1, lost: 2, wills: 0 }]);
});

test('noteSessions() sums up the devices that a report cannot name', () => {
  const report: DeviceSessions[] = [];
  for (let i = 0; i < 5_000; i++) noteSessions(report, summary(`d${i}`, 1));
  assert.equal(report.length, 1_025);
  assert.deepEqual([report.at(-1)?.device, report.at(-1)?.opened], ['', 5_000 - 1_024]);
});
