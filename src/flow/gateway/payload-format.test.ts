import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatOfMediaType, sniffFormat } from './payload-format.ts';

test('formatOfMediaType() knows what streams take', () => {
  assert.equal(formatOfMediaType('application/json; charset=utf-8'), 'json');
  assert.equal(formatOfMediaType('Application/CBOR'), 'cbor');
  assert.equal(formatOfMediaType('application/senml+json'), 'senml+json');
  assert.equal(formatOfMediaType('application/x-ndjson'), 'ndjson');
  assert.equal(formatOfMediaType('text/plain'), null);
  assert.equal(formatOfMediaType(''), null);
});

test('sniffFormat() tells CBOR maps and arrays from JSON by the first byte', () => {
  for (let byte = 0; byte < 256; byte++) {
    assert.equal(sniffFormat(byte), byte >> 5 === 4 || byte >> 5 === 5 ? 'cbor' : 'json');
  }
  assert.equal(sniffFormat(undefined), 'json');
});
