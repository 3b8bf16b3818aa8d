import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTraceparent, makeTrace, parseTraceparent } from './trace-context.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

test('parseTraceparent() reads what the recommendation shows, and later versions as far as they are alike', () => {
  for (const [text, sampled] of [
    [`00-${TRACE}-${SPAN}-01`, true],
    [`00-${TRACE}-${SPAN}-00`, false],
    [`00-${TRACE}-${SPAN}-03`, true],
    [`cc-${TRACE}-${SPAN}-01`, true],
    [`cc-${TRACE}-${SPAN}-01-what-the-future-holds`, true],
  ] as const) {
    assert.deepEqual(parseTraceparent(text), { traceId: TRACE, spanId: SPAN, sampled }, text);
  }
});

test('parseTraceparent() takes nothing else', () => {
  for (const text of [
    undefined,
    '',
    'none',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-01.more`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}`,
    `0-${TRACE}-${SPAN}-01`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-0g`,
  ]) {
    assert.equal(parseTraceparent(text), null, String(text));
  }
});

test('formatTraceparent() and parseTraceparent() go round', () => {
  const random = seededRandom(1);
  for (const sampled of [true, false]) {
    const context = { ...makeTrace(random), sampled };
    assert.deepEqual(parseTraceparent(formatTraceparent(context)), context);
  }
});
