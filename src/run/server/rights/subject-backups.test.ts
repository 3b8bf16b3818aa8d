import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SnapshotInForce } from '../backup/snapshots-in-force.ts';
import { subjectBackups } from './subject-backups.ts';

const segment = (id: string, stream: string) => ({ id, stream, key: id, size: 1, digest: '' });
const READ: SnapshotInForce = {
  target: 't1',
  location: '/copies',
  manifest: {
    at: '2026-01-01T00:00:00Z',
    segments: [segment('a', 'trips'), segment('b', 'trips'), segment('old', 'trips'), segment('other', 'weather')],
  },
  problem: null,
};
const LOST: SnapshotInForce = { target: 't2', location: 's3://b', manifest: null, problem: 'STORAGE_UNAVAILABLE' };

test('subjectBackups() counts rows of a person by the segments that a backup has, and what it has from before', () => {
  const held = new Map([
    ['a', 3],
    ['c', 5],
  ]);
  assert.deepEqual(subjectBackups([READ, LOST], held, new Set(['trips']), new Set(['a', 'b', 'c'])), [
    { target: 't1', location: '/copies', at: '2026-01-01T00:00:00Z', segments: 1, rows: 3, replaced: 1, problem: null },
    { target: 't2', location: 's3://b', at: null, segments: 0, rows: 0, replaced: 0, problem: 'STORAGE_UNAVAILABLE' },
  ]);
});
