import assert from 'node:assert/strict';
import { test } from 'node:test';

import { commandsOf, docProblems } from './check-docs.ts';

function problemsIn(page: string, others: Readonly<Record<string, string>> = {}): string[] {
  return docProblems(
    new Map(Object.entries({ 'docs/page.md': page, 'docs/formats/a.md': '# One heading\n', ...others })),
  );
}

test('docProblems() accepts links that lead somewhere', () => {
  const page =
    '[a](formats/a.md) [b](formats/a.md#one-heading) [c](#here) [d](formats) [e](https://example.com) `[f](gone.md)`\n# Here\n[r]: formats/a.md';
  assert.deepEqual(problemsIn(page), []);
});

test('docProblems() finds links that lead nowhere', () => {
  assert.deepEqual(problemsIn('\n[a](gone.md)'), ['docs/page.md:2: links to gone.md, which does not exist']);
  assert.match(problemsIn('[a](formats/a.md#two)')[0] ?? '', /a heading that does not exist/);
  assert.match(problemsIn('[r]: gone.md')[0] ?? '', /does not exist/);
});

test('docProblems() accepts commands that a test has and blocks that say why not', () => {
  const page =
    '```sh\nweir plan # what it means\n```\n```sh untested="needs two machines"\nscp a b:\n```\n```json\n{}\n```';
  assert.deepEqual(problemsIn(page, { 'src/run/cli/plan.test.ts': `run('weir plan')` }), []);
});

test('docProblems() finds commands without a test and marks without a reason', () => {
  assert.deepEqual(problemsIn('```sh\nweir moon\n```'), ['docs/page.md:1: no test has the command: weir moon']);
  assert.match(problemsIn('```sh untested=""\nweir moon\n```')[0] ?? '', /does not say why/);
});

test('docProblems() leaves the commands of the README to the test of the tour', () => {
  assert.deepEqual(docProblems(new Map([['README.md', '```sh\nweir moon\n```']])), []);
});

test('docProblems() leaves the commands of a page to the test that takes its steps', () => {
  const page = '```sh\nweir moon\n```';
  assert.deepEqual(problemsIn(page, { 'test/e2e/moon.test.ts': "tourSteps(read('docs/page.md'))" }), []);
  assert.equal(problemsIn(page, { 'test/e2e/moon.test.ts': "tourSteps(read('docs/other.md'))" }).length, 1);
  assert.deepEqual(problemsIn(page, { 'test/e2e/moon.test.ts': "Walk.begin(t, 'docs/page.md')" }), []);
});

test('docProblems() finds words out of place in any file', () => {
  const places = [
    ['https://registry', 'npmjs', 'org'].join('.'),
    ['', 'work', 'main'].join('/'),
    ['', 'home', 'ada'].join('/'),
    ['Issue', '12'].join(' '),
  ];
  for (const place of places) {
    const problems = docProblems(new Map([['src/a.ts', `// from here\n// see ${place}`]]));
    assert.equal(problems.length, 1, place);
    assert.match(problems[0] ?? '', /^src\/a\.ts:2: names /);
  }
  assert.deepEqual(docProblems(new Map([['src/a.ts', '// framework/api, docs/work/flow, /home/weir, an issue']])), []);
});

test('commandsOf() joins lines that go on and drops comments, prompts and blanks', () => {
  const block = "# first\n$ weir query 'select 1' \\\n    --format csv   # prints one\n\nweir status";
  assert.deepEqual(commandsOf(block), ["weir query 'select 1' --format csv", 'weir status']);
});
