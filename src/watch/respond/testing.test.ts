import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingOf } from './testing.ts';

test('findingOf() names a finding by what it is about', () => {
  assert.equal(findingOf().id, findingOf({ end: 9_000 }).id);
  assert.notEqual(findingOf().id, findingOf({ device: 'truck-4' }).id);
});
