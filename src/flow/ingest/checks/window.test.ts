import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { REASON } from '../reasons.ts';
import { Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import { takeNumber } from './schema.ts';
import { checkWindow } from './window.ts';

const template = makeTemplate(`
devices: { d: {} }
streams:
  s: { from: d, aggregate: { every: 1m, wait: 10s, of: { n: [mean] } }, fields: { n: { type: number } } }
  plain: { from: d, fields: { n: { type: number } } }
`);

test('checkWindow() takes readings until the wait after the end of their window', () => {
  const check = (time: number | null, received: number, stream = 's', since = 0): number => {
    const rules = compileStream(template.streams.get(stream)!, template.limits, undefined, undefined, since * 1e6);
    const row = new Row(rules);
    row.reset();
    if (time !== null) takeNumber(row, rules.members.get('time')!, time);
    return checkWindow(row, received * 1e6);
  };
  const closed = REASON.windowClosed.number;
  assert.deepEqual([check(60, 129.999), check(119.9, 129.999), check(60, 130)], [0, 0, closed]);
  assert.deepEqual([check(null, 130), check(200, 130), check(60, 1e6, 'plain')], [0, 0, 0]);
  assert.deepEqual([check(100, 110, 's', 105), check(106, 110, 's', 105)], [closed, 0], 'other windows had it');
});
