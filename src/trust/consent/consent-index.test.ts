import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { ConsentIndex } from './consent-index.ts';
import { FOREVER } from './consent-table.ts';
import { AT, consentAt, SECOND } from './testing.ts';

test('who stands is worked out once, and again when something changes or ends', () => {
  const index = new ConsentIndex();
  index.put(consentAt({ expires: micros(AT + 10 * SECOND) }));
  const first = index.standing('pulse', 'care', AT);
  assert.deepEqual([...first.subjects], ['t1-ada']);
  assert.equal(index.standing('pulse', 'care', micros(AT + SECOND)), first);
  assert.deepEqual([...index.standing('pulse', 'care', micros(AT + 10 * SECOND)).subjects], []);
  index.put(consentAt({ id: 'c2', subject: 't1-bob' }));
  assert.deepEqual([...index.standing('pulse', 'care', AT).subjects], ['t1-ada', 't1-bob']);
  assert.deepEqual([...index.standing('pulse', 'care', AT).since], [AT, AT]);
  assert.deepEqual([...index.standing('other', 'care', AT).subjects], []);
});

test('excluded are those who once agreed and do no more, and nobody else', () => {
  const index = new ConsentIndex();
  const events = [...consentAt().events, { kind: 'withdrawn', at: AT, purposes: ['care'] } as const];
  index.load([consentAt({ events }), consentAt({ id: 'c2', subject: 't1-bob' })]);
  assert.deepEqual(index.excluded('pulse', 'care', AT), ['t1-ada']);
  assert.deepEqual(index.excluded('pulse', 'research', AT), []);
  assert.deepEqual(index.excluded('pulse', 'marketing', AT), []);
});

test('a gateway is told of persons by numbers of purposes, which stay what they are', () => {
  const index = new ConsentIndex();
  const ends = micros(AT + 10 * SECOND + 5);
  index.put(consentAt({ expires: ends }));
  const { purposes, entries } = index.change(index.all(), AT);
  assert.deepEqual(purposes, { pulse: ['care', 'research'] });
  assert.deepEqual(entries, [{ stream: 'pulse', subject: 't1-ada', until: [AT / 1e6 + 10, AT / 1e6 + 10] }]);
  const terms = { ...consentAt().terms, purposes: ['marketing', 'care'] };
  index.put(consentAt({ id: 'c2', terms }));
  const next = index.change([consentAt()], AT);
  assert.deepEqual(next.purposes, { pulse: ['care', 'research', 'marketing'] });
  assert.deepEqual(next.entries[0]?.until, [FOREVER, AT / 1e6 + 10, FOREVER]);
});
