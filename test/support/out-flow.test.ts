import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outFlow, ZEEK_HEADER, ZEEK_LINE } from './out-flow.ts';

test('the log for tests has as many columns as its header', () => {
  assert.equal(ZEEK_LINE.split('\t').length, ZEEK_HEADER[5].split('\t').length - 1);
  assert.equal(outFlow({ protocol: 'udp' }).protocol, 'udp');
});
