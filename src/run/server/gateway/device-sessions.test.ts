import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionSummary } from '#flow/gateway/index.ts';
import { noteSessions } from './device-sessions.ts';
import type { DeviceSessions } from './device-sessions.ts';

const summary = (name: string, sessions: number, lost = 0, type = 'd'): ConnectionSummary => ({
  device: { index: 0, name, type, speaksFor: [], serials: [] },
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
  noteSessions(report, summary('_probe', 1, 0, '_probe'));
  noteSessions(report, summary('last', 1));
  assert.deepEqual([report.at(-1)?.device, report.at(-1)?.opened], ['', 5_001 - 1_024]);
  assert.equal(report.filter(({ device }) => device === '_probe').length, 1, 'the prober is among no others');
});
