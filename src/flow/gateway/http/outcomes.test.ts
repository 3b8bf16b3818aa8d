import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASON } from '#flow/ingest/index.ts';
import type { Reason } from '#flow/ingest/index.ts';
import { OutcomeList } from './outcomes.ts';

function list(...reasons: readonly Reason[]): OutcomeList {
  const outcomes = new OutcomeList();
  for (const { number } of reasons) {
    outcomes.add({
      reasons: Uint8Array.of(number),
      places: new Map([[0, number > 1 ? 'n' : '']]),
      dropped: [],
      stored: 0,
      refused: 0,
    });
  }
  return outcomes;
}

test('OutcomeList numbers readings over all parts', () => {
  assert.deepEqual(list(REASON.admitted, REASON.range, REASON.duplicate).answer(), {
    stored: 2,
    refused: 1,
    outcomes: [
      { index: 0, outcome: 'admitted' },
      { index: 1, outcome: 'range', place: 'n' },
      { index: 2, outcome: 'duplicate' },
    ],
  });
});

test('OutcomeList chooses the status', () => {
  const { admitted, duplicate, range, rate, tryLater } = REASON;
  assert.deepEqual([list(admitted, duplicate).status, list(admitted).refusal], [202, null]);
  assert.equal(list(duplicate).status, 200);
  assert.deepEqual([list(admitted, range).status, list(admitted, range).refusal], [207, null]);
  assert.equal(list(range, rate).refusal, rate.number);
  assert.equal(list(range, tryLater, rate).refusal, tryLater.number);
});

test('OutcomeList lists what was left out once, cut and bounded', () => {
  const outcomes = new OutcomeList();
  const part = (dropped: readonly string[]) =>
    outcomes.add({ reasons: Uint8Array.of(0), places: new Map(), dropped, stored: 1, refused: 0 });
  part(['a', 'b']);
  part(['b', 'x'.repeat(100)]);
  assert.deepEqual(outcomes.answer().dropped, ['a', 'b', 'x'.repeat(64)]);
  part(Array.from({ length: 8 }, (_, i) => `more-${i}`));
  assert.equal(outcomes.answer().dropped?.length, 8);
});
