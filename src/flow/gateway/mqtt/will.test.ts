import assert from 'node:assert/strict';
import { test } from 'node:test';
import { willDetail } from './will.ts';

test('willDetail() is the text of a text and hex of anything else, cut at 1024 bytes', () => {
  assert.equal(willDetail(Buffer.from('lost power')), 'lost power');
  assert.equal(willDetail(Uint8Array.of(0xff, 0x00)), 'ff00');
  assert.equal(willDetail(new Uint8Array()), '');
  assert.equal(willDetail(Buffer.from('é'.repeat(600))).length, 512);
  assert.equal(willDetail(Buffer.from(`a${'é'.repeat(600)}`)).length, 512);
  assert.equal(willDetail(new Uint8Array(2_000).fill(0xff)).length, 2_048);
});
