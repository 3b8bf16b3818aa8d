import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { judgeRectification } from './rectification.ts';

const template = makeTemplate(`
devices: { d: {} }
streams:
  trips:
    from: d
    purposes: [p]
    subject: rider
    fields:
      rider: { type: text, class: personal }
      plate: { type: text, class: identifier, nullable: true }
      speed: { type: number, range: [0, 300], nullable: true }
      late: { type: boolean }
      town: { type: text }
  plain: { from: d, fields: { n: { type: integer } } }
`);
const judge = (set: Record<string, string | number | boolean | null>, stream = 'trips', from = null as number | null) =>
  judgeRectification({ stream, set, from: from === null ? null : micros(from), to: micros(100) }, template);

test('judgeRectification() takes what a reading might bring, texts of a command line too', () => {
  assert.deepEqual(judge({ speed: '12.5', late: 'true', town: '7' }), {
    stream: 'trips',
    values: [
      { column: 'speed', value: 12.5 },
      { column: 'late', value: true },
      { column: 'town', value: '7' },
    ],
    from: null,
    to: 100,
  });
  assert.deepEqual(judge({ speed: 'null' }).values, [{ column: 'speed', value: null }]);
});

test('judgeRectification() refuses what cannot be corrected, and says why', () => {
  for (const [set, message] of [
    [{ speed: 301 }, /range/],
    [{ speed: 'fast' }, /schema-type/],
    [{ late: 'maybe' }, /schema-type/],
    [{ rider: 'eve' }, /names the person/],
    [{ plate: 'X-1' }, /token/],
    [{ sped: 1 }, /no such field/],
    [{}, /0 fields/],
  ] as const) {
    assert.throws(() => judge(set), { code: 'SERVER_SUBJECT_INVALID', message });
  }
  assert.throws(() => judge({ n: 1 }, 'plain'), /about nobody/);
  assert.throws(() => judge({ n: 1 }, 'gone'), /no stream/);
  assert.throws(() => judge({ speed: 1 }, 'trips', 100), /lies no time/);
});
