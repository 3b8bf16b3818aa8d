import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { isSameLayout, windowColumns, windowEnd, windowLayoutOf, windowSeq, windowStart } from './window-layout.ts';

const SECOND = 1_000_000;

test('windowLayoutOf() leaves out what is for no purpose in use', () => {
  const template = makeTemplate(`
devices: { d: {} }
streams:
  s:
    from: d
    purposes: [care]
    aggregate: { every: 1m, wait: 5s, by: [room], of: { t: [mean, max], h: [count] } }
    fields:
      room: { type: text }
      t: { type: number }
      h: { type: integer, purposes: [marketing] }
  plain: { from: d, fields: { n: { type: integer } } }
people: { nurse: { query: [s], purposes: [care] } }
`);
  const layout = windowLayoutOf(template.streams.get('s')!, 7)!;
  assert.deepEqual(layout, {
    stream: 's',
    every: 60 * SECOND,
    wait: 5 * SECOND,
    since: 7,
    by: [{ name: 'room', type: 'text' }],
    of: [{ name: 't', type: 'number', measures: ['mean', 'max'] }],
  });
  const stored = template.streams.get('s')!.fields.filter(({ withheld }) => withheld !== true);
  assert.deepEqual(
    windowColumns(layout),
    stored.map(({ name, type }) => ({ name, type })),
  );
  assert.equal(windowLayoutOf(template.streams.get('plain')!), null);
  assert.ok(isSameLayout(layout, { ...layout, since: 0 }));
  assert.ok(!isSameLayout(layout, { ...layout, every: SECOND }));
});

test('windows begin at whole multiples of their length, the first of a layout when it came into force', () => {
  const layout = { every: 60 * SECOND, since: 0 };
  assert.equal(windowStart(125 * SECOND, layout), 120 * SECOND);
  assert.equal(windowStart(120 * SECOND, layout), 120 * SECOND);
  assert.equal(windowEnd(120 * SECOND, layout), 180 * SECOND);
  const later = { ...layout, since: 123 * SECOND };
  assert.equal(windowStart(125 * SECOND, later), 123 * SECOND);
  assert.equal(windowEnd(123 * SECOND, later), 180 * SECOND);
  assert.equal(windowSeq(123 * SECOND), 123);
});
