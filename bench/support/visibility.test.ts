import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingFor } from './visibility.ts';

test('missingFor() is the age of the oldest acknowledged reading that a count lacks', () => {
  const curve = [
    { atMs: 100, readings: 0 },
    { atMs: 110, readings: 5 },
    { atMs: 120, readings: 9 },
  ];
  const lacking = (askedMs: number, readings: number): number =>
    missingFor({ askedMs, answeredMs: 500, readings }, curve);
  assert.equal(lacking(300, 9), 0);
  assert.equal(lacking(300, 12), 0, 'stored and not yet acknowledged');
  assert.equal(lacking(300, 5), 190, 'the sixth was acknowledged after 110');
  assert.equal(lacking(300, 0), 200);
  assert.equal(lacking(90, 0), 0, 'asked before any was');
});
