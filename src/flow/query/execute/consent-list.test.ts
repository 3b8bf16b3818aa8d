import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planConsentList } from './consent-list.ts';

test('planConsentList() has a row for each person, and none for nobody', () => {
  const planned = planConsentList('pulse', { subjects: ['a', 'b'], since: Float64Array.of(1, 2) });
  assert.equal(planned.name, '_consent_pulse');
  assert.equal(planned.tail[0]?.rows, 2);
  assert.deepEqual(
    planned.tail[0]?.columns.map(({ name }) => name),
    ['subject', 'since'],
  );
  assert.equal(planConsentList('pulse', null).tail[0]?.rows, 0);
});
