import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonWord, Tally } from './tally.ts';

test('Tally counts what is stored, left out, refused and unreadable', () => {
  const tally = new Tally();
  for (let i = 0; i < 6; i++) tally.countRead();
  tally.countUnreadable('no-time');
  tally.countSkipped();
  tally.countOutcome(0, null);
  tally.countOutcome(0x10, null);
  tally.countOutcome(0x83, 'step: A value changed faster than declared.');
  tally.countOutcome(0x83, 'range: A value is outside its declared range.');
  tally.countOutcome(0x83, 'range: A value is outside its declared range.');
  tally.countOutcome(0x87, null);
  assert.equal(tally.refused, 4);
  assert.deepEqual(tally.report(2, 1.5, false), {
    read: 6,
    stored: 2,
    skipped: 1,
    refused: { range: 2, step: 1, '0x87': 1 },
    unreadable: { 'no-time': 1 },
    devices: 2,
    seconds: 1.5,
    interrupted: false,
  });
});

test('reasonWord() takes the word before the colon', () => {
  assert.equal(reasonWord('clock-late: The time lies further back.'), 'clock-late');
  assert.equal(reasonWord('range'), 'range');
  for (const text of [null, '', 'No such thing', ': x']) assert.equal(reasonWord(text), null);
});
