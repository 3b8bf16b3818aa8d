import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';

const PERMIT = 'permit (principal, action, resource);';

test('readPolicies() makes the files part of the template and of its version', () => {
  const yaml = 'policies: [a.cedar, rules/b.cedar]';
  const one = makeTemplate(yaml, { 'a.cedar': PERMIT, 'rules/b.cedar': '' });
  assert.deepEqual(one.policies, [
    { file: 'a.cedar', text: PERMIT },
    { file: 'rules/b.cedar', text: '' },
  ]);
  const other = makeTemplate(yaml, { 'a.cedar': `${PERMIT}\n`, 'rules/b.cedar': '' });
  assert.notEqual(one.digest, other.digest);
  assert.equal('policies' in makeTemplate(''), false);
  assert.equal(makeTemplate('policies: []').digest, makeTemplate('').digest);
});

test('readPolicies() reads inside the folder of the template only', () => {
  assert.deepEqual(findingsOf('policies: [../a.cedar]'), ['TEMPLATE_POLICY_INVALID 3:12']);
  assert.deepEqual(findingsOf('policies: [/etc/a.cedar]'), ['TEMPLATE_POLICY_INVALID 3:12']);
  assert.deepEqual(findingsOf('policies: [industry/a.cedar]'), ['TEMPLATE_FILE_MISSING 3:12']);
  assert.deepEqual(findingsOf('policies: [a.cedar]'), ['TEMPLATE_FILE_MISSING 3:12']);
  assert.deepEqual(findingsOf('policies: [a.cedar, ./a.cedar]', { 'a.cedar': '' }), ['TEMPLATE_POLICY_INVALID 3:21']);
  assert.equal(findingsOf('policies: [a.txt]', { 'a.txt': '' }).length, 1);
});

test('readPolicies() bounds what it reads', () => {
  const found = (text: string) => findingsOf('policies: [a.cedar]', { 'a.cedar': text });
  assert.deepEqual(found(`// ${'x'.repeat(70_000)}`), ['TEMPLATE_TOO_LARGE 3:12']);
  assert.deepEqual(found(`permit (principal, action, resource) when { ${'('.repeat(70)}true${')'.repeat(70)} };`), [
    'TEMPLATE_TOO_LARGE 3:12',
  ]);
  assert.deepEqual(found(`permit (principal, action, resource) when { ${'!'.repeat(70)}true };`), [
    'TEMPLATE_TOO_LARGE 3:12',
  ]);
  assert.deepEqual(
    found(`permit (principal, action, resource) when { ${'if true then true else '.repeat(70)}true };`),
    ['TEMPLATE_TOO_LARGE 3:12'],
  );
  assert.deepEqual(found(`${PERMIT}\n`.repeat(200)), []);
  const names = Array.from({ length: 33 }, (_, index) => `f${index}.cedar`);
  assert.deepEqual(findingsOf(`policies: [${names.join(', ')}]`), ['TEMPLATE_TOO_LARGE 3:11']);
});
