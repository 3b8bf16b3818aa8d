import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLASSES } from '#base/core/index.ts';
import { findingsOf } from '../../../test/support/make-template.ts';
import { classTerms, MAIN_PLACE } from './schema-keeping.ts';

test('classTerms has every class that is stored', () => {
  assert.deepEqual(
    Object.keys(classTerms.properties),
    CLASSES.filter((cls) => cls !== 'secret'),
  );
});

test('a place is named and lies somewhere', () => {
  assert.deepEqual(findingsOf(`objects: {${MAIN_PLACE}: {region: eu}, cold: {location: /mnt/cold}}`), []);
  assert.notEqual(findingsOf('objects: {cold: {location: ftp://x}}').length, 0);
});
