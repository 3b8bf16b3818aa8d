import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';
import { TECHNIQUES } from './attack-techniques.ts';

const FILE = `rules:
  guessed: { say: a, within: 1m, when: { event: sign-in } }
  probed: { say: b, within: 1m, when: { event: connect } }
`;
const PACKAGE = 'industry/detection-rules.yaml';
const shipped = readFileSync(path.resolve(import.meta.dirname, '../../../templates', PACKAGE), 'utf8');

test('readRuleFiles() lays the rules of the template over those of files', () => {
  const { rules } = makeTemplate(
    `rule-files: [night.yaml, more.yaml]
rules:
  guessed:
  probed: { say: c, within: 2m, when: { event: call } }
`,
    { 'night.yaml': FILE, 'more.yaml': FILE.replace('say: b', 'say: d').replace('guessed', 'other') },
  );
  assert.deepEqual(
    [...rules!.values()].map(({ name, say, within }) => [name, say, within]),
    [
      ['other', 'a', 60_000],
      ['probed', 'c', 120_000],
    ],
  );
});

test('readRuleFiles() names the file and line of what is wrong, and the rest is checked on', () => {
  const broken = FILE.replace('sign-in', 'sign-im').replace('event: connect', 'evnt: connect');
  assert.deepEqual(findingsOf('rule-files: [night.yaml]\n', { 'night.yaml': broken }), [
    'TEMPLATE_REFERENCE_UNKNOWN 2:49 ~sign-in',
    'TEMPLATE_KEY_MISSING 3:39',
    'TEMPLATE_KEY_UNKNOWN 3:41 ~event',
  ]);
  assert.deepEqual(findingsOf('rule-files: [night.yaml]\n'), ['TEMPLATE_FILE_MISSING 3:14']);
  assert.deepEqual(findingsOf('rule-files: [../night.yaml]\n'), ['TEMPLATE_EXTENDS_INVALID 3:14']);
  assert.deepEqual(findingsOf('rule-files: [night.yaml]\n', { 'night.yaml': '- a\n' }), ['TEMPLATE_TYPE_WRONG 1:1']);
  assert.deepEqual(findingsOf('rule-files: [night.yaml]\n', { 'night.yaml': `${FILE}roles: {}\n` }), [
    'TEMPLATE_KEY_UNKNOWN 4:1 ~rules',
  ]);
  assert.deepEqual(findingsOf('rule-files: [night.yaml]\nrules: none\n', { 'night.yaml': FILE }), [
    'TEMPLATE_TYPE_WRONG 4:8',
  ]);
  assert.deepEqual(findingsOf('rule-files: [night.yaml]\n', { 'night.yaml': `#${' '.repeat(70_000)}\n${FILE}` }), [
    'TEMPLATE_TOO_LARGE 3:14',
  ]);
});

test('the rules of the package are rules, and their techniques are known by name', () => {
  const { rules } = makeTemplate(`rule-files: [${PACKAGE}]\n`, { [PACKAGE]: shipped });
  assert.ok(rules!.size >= 12);
  for (const { name, techniques } of rules!.values()) {
    for (const id of techniques) assert.ok(TECHNIQUES.has(id), `${name}: ${id}`);
  }
});
