import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CONTROLS } from './register.ts';
import { isRequirement } from './requirement-ids.ts';

test('CONTROLS have unique ids, rows of the checklist and statements', () => {
  assert.equal(new Set(CONTROLS.map(({ id }) => id)).size, CONTROLS.length);
  for (const { id, row, statement, requirements } of CONTROLS) {
    assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)+$/);
    assert.ok(row >= 1 && row <= 98 && statement.length > 20 && requirements.length > 0, id);
  }
});

test('CONTROLS name requirements that exist', () => {
  for (const { id, requirements } of CONTROLS) {
    assert.deepEqual(
      requirements.filter((requirement) => !isRequirement(requirement)),
      [],
      id,
    );
  }
});

test('CONTROLS are the files under probes, each named for its control', async () => {
  const files = await readdir(join(import.meta.dirname, 'probes'));
  const helpers = new Set(['probe-queries', 'eventually']);
  const stems = files.filter((file) => !file.endsWith('.test.ts')).map((file) => file.replace(/\.ts$/, ''));
  assert.deepEqual(CONTROLS.map(({ id }) => id).sort(), stems.filter((stem) => !helpers.has(stem)).sort());
});
