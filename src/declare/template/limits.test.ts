import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readFileSync } from 'node:fs';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { LIMIT_RULES } from './limits.ts';
import { formatDuration, formatSize } from './quantities.ts';
import { millis } from '#base/core/index.ts';

const shown = (kind: string, value: number) =>
  kind === 'size' ? formatSize(value) : kind === 'duration' ? formatDuration(millis(value)) : String(value);

test('LIMIT_RULES has one rule for each member, and its default lies between its extremes', () => {
  const { limits } = makeTemplate('');
  assert.deepEqual(Object.keys(limits).sort(), LIMIT_RULES.map((rule) => rule.member).sort());
  assert.equal(new Set(LIMIT_RULES.map((rule) => rule.key)).size, LIMIT_RULES.length);
  for (const { key, member, standard, least, most } of LIMIT_RULES) {
    assert.ok(least <= standard && standard <= most, key);
    assert.equal(limits[member], standard, key);
  }
});

test('LIMIT_RULES are what docs/reference/limits.md says', () => {
  const page = readFileSync(new URL('../../../docs/reference/limits.md', import.meta.url), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.replaceAll(/\s+/g, ' '));
  const expected = LIMIT_RULES.map(({ key, kind, standard, least, most, meaning }) =>
    `| \`${key}\` | ${shown(kind, standard)} | ${shown(kind, least)} | ${shown(kind, most)} | ${meaning} |`.replaceAll(
      /\s+/g,
      ' ',
    ),
  );
  assert.deepEqual(
    rows.filter((row) => expected.some((line) => line.split('|')[1] === row.split('|')[1])),
    expected,
  );
});
