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
  steps: {from: band, purposes: [care, research], basis: consent, subject: wearer, fields: {wearer: {type: text, class: personal}, gait: {type: number, purposes: [research]}}}
  open: {from: band, fields: {n: {type: integer}}}
`);
const rowOf = (stream: string, agrees?: (subject: string, now: number) => number): Row =>
  new Row(
    compileStream(
      TEMPLATE.streams.get(stream)!,
      TEMPLATE.limits,
      () => undefined,
      () => (agrees === undefined ? undefined : { standing: agrees }),
    ),
  );

test('checkConsent() asks for the person of the row, at the time of receipt', () => {
  const row = rowOf('pulse', (subject, now) => (subject === 'ada' && now === 7 ? 1 : 0));
  row.texts[0] = 'ada';
  row.cells[0] = CELL.present;
  assert.equal(checkConsent(row, 7), REASON.admitted.number);
  assert.equal(checkConsent(row, 8), REASON.consent.number);
  row.texts[0] = 'bob';
  assert.equal(checkConsent(row, 7), REASON.consent.number);
});

test('checkConsent() refuses what names nobody, and everything where nobody is known', () => {
  for (const cell of [CELL.null, CELL.absent]) {
    const row = rowOf('pulse', () => 1);
    row.cells[0] = cell;
    assert.equal(checkConsent(row, 7), REASON.consent.number);
  }
  const row = rowOf('pulse');
  row.cells[0] = CELL.present;
  assert.equal(checkConsent(row, 7), REASON.consent.number);
  assert.equal(checkConsent(rowOf('open'), 7), REASON.admitted.number);
});

test('checkConsent() withholds what is for purposes that the person does not agree to', () => {
  for (const [standing, expected] of [
    [0b01, CELL.withheld],
    [0b10, CELL.present],
    [0b11, CELL.present],
  ] as const) {
    const row = rowOf('steps', () => standing);
    row.cells.fill(CELL.present);
    assert.equal(checkConsent(row, 7), REASON.admitted.number);
    assert.deepEqual([row.cells[0], row.cells[1]], [CELL.present, expected]);
  }
});
