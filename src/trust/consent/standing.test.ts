import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { Consent } from './consent.ts';
import { standingOf } from './standing.ts';
import { AT, consentAt, SECOND } from './testing.ts';

const at = (seconds: number) => micros(AT + seconds * SECOND);
/** A consent from one second to another, ended by itself or by being withdrawn. */
const span = (from: number, to: number | null, withdrawn: number | null = null): Consent =>
  consentAt({
    id: `c${from}`,
    given: at(from),
    expires: to === null ? null : at(to),
    events: [
      { kind: 'given', at: at(from), purposes: ['care'] },
      ...(withdrawn === null ? [] : [{ kind: 'withdrawn', at: at(withdrawn), purposes: ['care'] } as const]),
    ],
  });

for (const [name, consents, now, since, until] of [
  ['one that does not end', [span(0, null)], 9, 0, null],
  ['one that ends later', [span(0, 10)], 9, 0, 10],
  ['one that has ended', [span(0, 10)], 10, null, null],
  ['one that begins later', [span(5, null)], 4, null, null],
  ['one that was withdrawn', [span(0, null, 3)], 3, null, null],
  ['a renewal without a gap', [span(0, 5), span(4, 20)], 9, 0, 20],
  ['a renewal after a gap', [span(0, 5), span(6, 20)], 9, 6, 20],
  ['one given anew after a withdrawal', [span(0, null, 3), span(7, null)], 9, 7, null],
  ['whatever the order', [span(7, null), span(0, null, 3)], 9, 7, null],
  ['one within another', [span(0, null), span(2, 4)], 9, 0, null],
] as const) {
  test(`standingOf() of ${name}`, () => {
    const standing = standingOf(consents, 'care', at(now));
    assert.deepEqual(standing, since === null ? null : { since: at(since), until: until === null ? null : at(until) });
  });
}

test('standingOf() knows no other purpose, and nothing of what is suspended', () => {
  assert.equal(standingOf([span(0, null)], 'marketing', at(1)), null);
  assert.equal(standingOf([{ ...span(0, null), suspended: true }], 'care', at(1)), null);
});
