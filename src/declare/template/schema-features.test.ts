import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feature } from './schema-features.ts';

test('the schema of a feature knows no key that it does not name', () => {
  assert.match(JSON.stringify(feature), /"additionalProperties":false/);
  assert.deepEqual(feature.required, ['kind']);
});
