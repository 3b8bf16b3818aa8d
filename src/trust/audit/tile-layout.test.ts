import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashesAtLevel, tileLevels, tilesFilled, tileWidthAt } from './tile-layout.ts';

test('tileWidthAt() gives the example of the specification: 70,000 leaves', () => {
  assert.equal(hashesAtLevel(70_000, 1), 273);
  assert.equal(tileLevels(70_000), 3);
  assert.equal(tileWidthAt(70_000, 0, 272), 256);
  assert.equal(tileWidthAt(70_000, 0, 273), 112);
  assert.equal(tileWidthAt(70_000, 'entries', 273), 112);
  assert.equal(tileWidthAt(70_000, 0, 274), 0);
  assert.equal(tileWidthAt(70_000, 1, 0), 256);
  assert.equal(tileWidthAt(70_000, 1, 1), 17);
  assert.equal(tileWidthAt(70_000, 2, 0), 1);
});

test('tileLevels() of a tree of 256 has a partial tile above its full one', () => {
  assert.equal(tileLevels(0), 0);
  assert.equal(tileLevels(255), 1);
  assert.equal(tileLevels(256), 2);
  assert.equal(tileWidthAt(256, 1, 0), 1);
});

test('tilesFilled() names what became full between two sizes', () => {
  assert.deepEqual(tilesFilled(0, 255), []);
  assert.deepEqual(tilesFilled(255, 256), [
    { row: 0, index: 0 },
    { row: 'entries', index: 0 },
  ]);
  assert.deepEqual(tilesFilled(256, 256), []);
  assert.equal(tilesFilled(65_535, 65_536).filter(({ row }) => row === 1).length, 1);
});
