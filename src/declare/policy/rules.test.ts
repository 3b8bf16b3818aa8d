import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FORBIDS, PERMITS } from './rules.ts';

test('FORBIDS and PERMITS have ids and statements of their own', () => {
  const rules = [...FORBIDS, ...PERMITS];
  assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
  for (const { id, effect, statement } of rules) {
    assert.ok(id.startsWith(`${effect}-`), id);
    assert.match(statement, /\.$/, id);
  }
  assert.ok(FORBIDS.every(({ effect }) => effect === 'forbid') && PERMITS.every(({ effect }) => effect === 'permit'));
});
