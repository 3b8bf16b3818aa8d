import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishedResource } from './published-resource.ts';

test('publishedResource() lets everyone have checkpoints and tiles, and auditors the entries', () => {
  for (const name of ['checkpoint', 'checkpoint.witnessed', 'tile/0/000', 'tile/1/x001/000.p/3']) {
    assert.deepEqual([publishedResource(name)?.access, publishedResource(name)?.path], ['public', name]);
  }
  assert.equal(publishedResource('tile/entries/000.p/3')?.access, 'audit');
  assert.equal(publishedResource('tile/entries/000.p/3')?.cacheControl, 'private, no-store');
});

test('publishedResource() knows nothing else in the folder or outside it', () => {
  for (const name of [
    '',
    'lock',
    'queue/0000000000000000.queue',
    '../checkpoint',
    'tile/0/../../queue',
    'tile/0/000/',
    'tmp/1',
  ]) {
    assert.equal(publishedResource(name), null, name);
  }
});
