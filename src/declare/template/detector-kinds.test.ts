import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DETECTOR_GROUPS, DETECTOR_KINDS, DETECTOR_NAMES, kindsNamed } from './detector-kinds.ts';

test('groups are of kinds that there are, and share no name with one', () => {
  for (const [group, kinds] of Object.entries(DETECTOR_GROUPS)) {
    assert.ok(!Object.hasOwn(DETECTOR_KINDS, group), group);
    for (const kind of kinds) assert.ok(Object.hasOwn(DETECTOR_KINDS, kind), kind);
  }
  assert.equal(new Set(DETECTOR_NAMES).size, DETECTOR_NAMES.length);
});

test('kindsNamed() takes groups apart and leaves kinds as they are', () => {
  assert.deepEqual(kindsNamed('ensemble'), ['series-ensemble']);
  assert.deepEqual(kindsNamed('hbos'), ['hbos']);
});
