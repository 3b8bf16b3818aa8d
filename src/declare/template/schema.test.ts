import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findingsOf } from '../../../test/support/make-template.ts';
import { TEMPLATE_SCHEMA } from './schema.ts';
import { field, stream, table, view } from './schema-data.ts';
import { role } from './schema-people.ts';
import { detection } from './schema-detect.ts';
import { deviceType, listen, tls } from './schema-platform.ts';

const page = readFileSync(new URL('../../../docs/reference/template.md', import.meta.url), 'utf8');

test('docs/reference/template.md names every key of the schema', () => {
  for (const part of [TEMPLATE_SCHEMA, field, stream, table, view, role, detection, deviceType, listen, tls]) {
    for (const key of Object.keys(part.properties)) {
      assert.ok(page.includes(`\`${key}\``) || page.includes(`${key}:`), key);
    }
  }
});

test('docs/reference/template.md shows a template that can be read', () => {
  const example = /```yaml\n(template: 1\n[\s\S]*?)```/.exec(page)?.[1];
  assert.ok(example);
  // A template of the package stands in for the one that the example extends.
  const files = { 'industry/logistics/template.yaml': '{}', 'climate_daily.sql': 'select 1' };
  assert.deepEqual(findingsOf(example, files), []);
});

test('docs/reference/template.md shows parts that can be read', () => {
  const parts = [...page.matchAll(/```yaml\n(listen:[\s\S]*?)```/g)].map((match) => match[1] ?? '');
  assert.notEqual(parts.length, 0);
  for (const part of parts) assert.deepEqual(findingsOf(part), [], part);
});
