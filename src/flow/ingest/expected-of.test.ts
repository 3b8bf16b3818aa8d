import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { expectedOf } from './expected-of.ts';
import { REASON } from './reasons.ts';

const STREAM = makeTemplate(`
devices: { truck: {} }
streams:
  climate:
    from: truck
    rate: 2/s
    accept: { late: 1h, early: 5s }
    fields:
      temperature: { type: number, unit: Cel, range: [-30, 60], step: 5/s }
      low: { type: integer, range: [0, null], nullable: true }
      high: { type: number, range: [null, 5] }
      since: { type: time, range: [2020-01-01T00:00:00Z, null] }
      state: { type: text, enum: [open, shut, ajar, locked, broken, lost] }
      code: { type: text, pattern: 'A[0-9]+', max-length: 8 }
      long: { type: text, pattern: '${'x'.repeat(90)}' }
      door: { type: boolean }
      at: { type: time }
      pin: { type: text, class: secret }
`).streams.get('climate')!;

const expected = (reason: keyof typeof REASON, place = ''): string | null =>
  expectedOf(STREAM, REASON[reason].number, place);

test('expectedOf() says what the declaration asks of the field', () => {
  assert.equal(expected('range', 'temperature'), 'from -30 to 60 Cel');
  assert.equal(expected('range', 'low'), 'at least 0');
  assert.equal(expected('range', 'high'), 'at most 5');
  assert.equal(expected('range', 'since'), 'at least 2020-01-01T00:00:00.000Z');
  assert.equal(expected('step', 'temperature'), 'a change of at most 5 Cel a second');
  assert.equal(expected('schemaType', 'temperature'), 'a number');
  assert.equal(expected('schemaType', 'low'), 'an integer, or null');
  assert.equal(expected('schemaMissing', 'at'), 'RFC 3339 text or epoch seconds');
  assert.equal(expected('schemaEnum', 'state'), 'one of open, shut, ajar, locked, broken and others');
  assert.equal(expected('schemaPattern', 'code'), 'a text that matches A[0-9]+');
  assert.equal(expected('schemaLength', 'code'), 'a text of at most 8 characters');
});

test('expectedOf() knows time, seq, rate and clock of the stream', () => {
  assert.equal(expected('schemaType', 'time'), 'RFC 3339 text or epoch seconds');
  assert.equal(expected('schemaType', 'seq'), 'an integer from 0 on');
  assert.match(expected('rate') ?? '', /^at most 2 a second, \d+ at once$/);
  assert.equal(expected('clockLate'), 'at most 3600 s before its receipt');
  assert.equal(expected('clockEarly'), 'at most 5 s after its receipt');
});

test('expectedOf() has nothing of what was sent, and is bounded', () => {
  for (const reason of Object.keys(REASON) as (keyof typeof REASON)[]) {
    for (const place of ['', 'byte 12', 'nobody declared this', '__proto__', 'pin', 'seq']) {
      const text = expected(reason, place) ?? '';
      assert.ok(!text.includes('nobody') && !text.includes('12'), text);
    }
  }
  assert.equal(expected('secret', 'pin'), null);
  assert.equal(expected('range', 'door'), null);
  assert.ok((expected('schemaPattern', 'long') ?? '').length < 100);
});
