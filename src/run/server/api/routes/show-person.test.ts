import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { person, showPerson } from './show-person.ts';

test('showPerson() shows what stands in a list, and person() names it for the policy', () => {
  const ada = { id: 'p1', kind: 'person', name: 'ada', roles: ['r'], status: 'enabled', created: micros(0) } as const;
  assert.deepEqual(showPerson(ada), { ...ada, created: '1970-01-01T00:00:00Z' });
  assert.deepEqual(person('*'), { type: 'person', name: '*' });
});
