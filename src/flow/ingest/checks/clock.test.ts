import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import { checkClock } from './clock.ts';
import { takeNumber } from './schema.ts';

test('checkClock() accepts both ends of the span and nothing past them', () => {
  const template = makeTemplate(
    'devices: {d: {}}\nstreams: {s: {from: d, accept: {late: 10s, early: 5s}, fields: {n: {type: number}}}}',
  );
  const row = new Row(compileStream(template.streams.get('s')!, template.limits));
  assert.equal(checkClock(row, 1e15), 0, 'no time of its own cannot be wrong');
  const at = (seconds: number): number => {
    row.reset();
    takeNumber(row, 1, 1e9 + seconds);
    return checkClock(row, 1e15);
  };
  assert.deepEqual([at(-10), at(5), at(0)], [0, 0, 0]);
  assert.deepEqual([at(-10.000_001), at(5.000_001), at(-1e9), at(8e9)], [60, 61, 60, 61]);
});
