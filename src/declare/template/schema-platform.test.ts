import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMIT_RULES } from './limits.ts';
import { limits, listen } from './schema-platform.ts';

test('limits has a key for every rule', () => {
  const { properties } = JSON.parse(JSON.stringify(limits)) as { properties: Record<string, { description: string }> };
  assert.deepEqual(
    Object.keys(properties),
    LIMIT_RULES.map(({ key }) => key),
  );
  for (const { key, meaning } of LIMIT_RULES) assert.equal(properties[key]?.description, meaning);
});

test('listen takes ports from 0 to 65535', () => {
  const { mqtt } = JSON.parse(JSON.stringify(listen.properties)) as { mqtt: { minimum: number; maximum: number } };
  assert.deepEqual([mqtt.minimum, mqtt.maximum], [0, 65_535]);
});
