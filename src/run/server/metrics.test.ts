import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryMetrics } from './metrics.ts';

test('MemoryMetrics sums by labels, whatever their order', () => {
  const metrics = new MemoryMetrics();
  metrics.count('refused', { reason: 'range', stream: 'a' });
  metrics.count('refused', { stream: 'a', reason: 'range' }, 2);
  metrics.count('refused', { reason: 'step', stream: 'b' });
  assert.equal(metrics.total('refused'), 4);
  assert.deepEqual(metrics.by('refused', 'reason'), { range: 3, step: 1 });
});

test('MemoryMetrics keeps the last value of a gauge', () => {
  const metrics = new MemoryMetrics();
  metrics.gauge('connections', 5);
  metrics.gauge('connections', 2);
  assert.equal(metrics.total('connections'), 2);
});
