import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingId, severityOf } from './finding.ts';

test('findingId() is the same for the same and another for anything else', () => {
  const id = findingId('d', 's', 'robust-z', 5);
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.equal(findingId('d', 's', 'robust-z', 5), id);
  const others = [
    findingId('ds', '', 'robust-z', 5),
    findingId('d', 's', 'robust-z', 6),
    findingId('d', 's', 'ewma-chart', 5),
  ];
  assert.equal(new Set([id, ...others]).size, 4);
});

test('severityOf() goes by how many times a score is beyond its limit', () => {
  assert.deepEqual(
    [10, 15, 30, 100, 1e9].map((score) => severityOf(score, 10)),
    ['low', 'medium', 'high', 'critical', 'critical'],
  );
});
