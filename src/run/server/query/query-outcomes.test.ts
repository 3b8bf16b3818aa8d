import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryOutcomes } from './query-outcomes.ts';

const DONE = {
  state: 'done',
  missing: [],
  rows: 1,
  resultBytes: 9,
  milliseconds: 3,
  bytesRead: 0,
  bytesOpened: 0,
  bytesReused: 7,
} as const;

test('QueryOutcomes tells an outcome to who ran the statement and to nobody else', () => {
  const outcomes = new QueryOutcomes();
  outcomes.note('q1', 'ada', { state: 'running' });
  outcomes.note('q1', 'ada', DONE);
  assert.deepEqual(outcomes.find('q1', 'ada'), DONE);
  assert.equal(outcomes.find('q1', 'bob'), null);
  assert.equal(outcomes.find('q2', 'ada'), null);
});

test('QueryOutcomes remembers a bounded number', () => {
  const outcomes = new QueryOutcomes();
  for (let i = 0; i < 2_000; i++) outcomes.note(`q${i}`, 'ada', DONE);
  assert.equal(outcomes.find('q0', 'ada'), null);
  assert.deepEqual(outcomes.find('q1999', 'ada'), DONE);
});
