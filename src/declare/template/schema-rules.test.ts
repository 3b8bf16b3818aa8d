import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_FIELDS } from './event-words.ts';
import { rule } from './schema-rules.ts';

test('a match of the schema has each field of events, with what it means', () => {
  const { when } = rule.properties as unknown as {
    when: { properties: Record<string, { description?: string }>; required: readonly string[] };
  };
  assert.deepEqual(Object.keys(when.properties).sort(), ['event', ...Object.keys(EVENT_FIELDS)].sort());
  assert.deepEqual(when.required, ['event']);
  for (const { description = '' } of Object.values(when.properties)) assert.match(description, /\.$/);
});
