import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { REASON } from '../reasons.ts';
import { CELL, Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import { checkConsent } from './consent.ts';

const TEMPLATE = makeTemplate(`
devices: {band: {}}
streams:
  pulse: {from: band, purposes: [care], basis: consent, subject: wearer, fields: {wearer: {type: text, class: personal, nullable: true}}}
  open: {from: band, fields: {n: {type: integer}}}
`);
const rowOf = (stream: string, covers?: (subject: string, now: number) => boolean): Row =>
  new Row(
    compileStream(
      TEMPLATE.streams.get(stream)!,
      TEMPLATE.limits,
      () => undefined,
      () => (covers === undefined ? undefined : { covers }),
    ),
  );

test('checkConsent() asks for the person of the row, at the time of receipt', () => {
  const row = rowOf('pulse', (subject, now) => subject === 'ada' && now === 7);
  row.texts[0] = 'ada';
  row.cells[0] = CELL.present;
  assert.equal(checkConsent(row, 7), REASON.admitted.number);
  assert.equal(checkConsent(row, 8), REASON.consent.number);
  row.texts[0] = 'bob';
  assert.equal(checkConsent(row, 7), REASON.consent.number);
});

test('checkConsent() refuses what names nobody, and everything where nobody is known', () => {
  for (const cell of [CELL.null, CELL.absent]) {
    const row = rowOf('pulse', () => true);
    row.cells[0] = cell;
    assert.equal(checkConsent(row, 7), REASON.consent.number);
  }
  const row = rowOf('pulse');
  row.cells[0] = CELL.present;
  assert.equal(checkConsent(row, 7), REASON.consent.number);
  assert.equal(checkConsent(rowOf('open'), 7), REASON.admitted.number);
});
