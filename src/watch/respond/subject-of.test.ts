import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subjectOf } from './subject-of.ts';

test('subjectOf() is one for a device and stream, another for each rule that they break', () => {
  const plain = { device: 'truck-3', stream: 'climate' };
  const broken = { ...plain, violates: { kind: 'physics', rule: 'a = b' } };
  const all = [plain, { ...plain, device: 'truck-4' }, { ...plain, stream: null }, broken];
  assert.equal(new Set(all.map(subjectOf)).size, 4);
  assert.equal(subjectOf({ ...plain }), subjectOf(plain));
});
