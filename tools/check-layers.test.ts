import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cyclesOf, layerProblems, roomOf } from './check-layers.ts';
import { importsByFile } from './imports.ts';
import { PROJECT_ROOT, readProject } from './project.ts';

// This file is itself read by the check: so the word stands apart from its bracket.
const DYNAMIC = 'import';

const GOOD: Readonly<Record<string, string>> = {
  'src/base/core/index.ts': `export type { Id } from './id.ts';`,
  'src/base/core/id.ts': 'export type Id = string;',
  'src/flow/journal/index.ts': `export { append } from './files/append.ts';`,
  'src/flow/journal/files/append.ts': `import { open } from 'node:fs/promises';\nimport type { Id } from '#base/core/index.ts';`,
  'src/flow/journal/files/append.test.ts': `import { x } from '../../../../test/support/tmp.ts';`,
  'src/flow/store/index.ts': `import { append } from '#flow/journal/index.ts';`,
  'src/flow/journal/files/testing.ts': `import { x } from '../../../../test/support/tmp.ts';`,
  'src/flow/journal/files/open.test.ts': `import { y } from './testing.ts';`,
  'test/support/tmp.ts': '',
  'bench/main.ts': `const bench = await ${DYNAMIC}(name);`,
  'test/fuzz/append.test.ts': `import { append } from '#flow/journal/files/append.ts';`,
};

function problemsWith(changes: Readonly<Record<string, string>>): string[] {
  return layerProblems(new Map(Object.entries({ ...GOOD, ...changes })));
}

test('layerProblems() finds nothing in a project that keeps to the rules', () => {
  assert.deepEqual(problemsWith({}), []);
});

const BROKEN: readonly (readonly [string, string, string, RegExp])[] = [
  ['a later room', 'src/flow/journal/b.ts', `import { s } from '#flow/store/index.ts';`, /flow\/store, a later room/],
  ['a type of a later room', 'src/flow/journal/b.ts', `import type { S } from '#flow/store/index.ts';`, /a later room/],
  [
    'an inside of another room',
    'src/flow/store/b.ts',
    `import { a } from '#flow/journal/files/append.ts';`,
    /use #flow\/journal\/index/,
  ],
  [
    'a relative path to another room',
    'src/flow/store/b.ts',
    `import { a } from '../journal/index.ts';`,
    /by a relative path/,
  ],
  [
    'what is for tests in the product',
    'src/flow/journal/files/append.ts',
    `import { y } from './testing.ts';`,
    /is for tests only/,
  ],
  [
    'its own door by name',
    'src/flow/journal/b.ts',
    `import { a } from '#flow/journal/index.ts';`,
    /use a relative path/,
  ],
  ['no extension', 'src/flow/journal/b.ts', `import { a } from './files/append';`, /without its extension/],
  ['a file that is not there', 'src/flow/journal/b.ts', `import { a } from './gone.ts';`, /does not exist/],
  ['a folder that is no room', 'src/flow/sluice/a.ts', '', /is in no room/],
  ['a file beside the rooms', 'src/flow/a.ts', '', /is in no room/],
  [
    'a stranger',
    'src/flow/query/b.ts',
    `import { g } from '#flow/gateway/index.ts';`,
    /flow\/query and imports flow\/gateway: /,
  ],
  ['a built-in without node:', 'src/flow/journal/b.ts', `import fs from 'fs';`, /write node:fs/],
  ['a guarded built-in', 'src/flow/store/b.ts', `import { createHmac } from 'node:crypto';`, /through base\/crypto/],
  [
    'a test helper in product code',
    'src/flow/store/b.ts',
    `import { x } from '../../../test/support/tmp.ts';`,
    /from outside src/,
  ],
  [
    'an inside from a contract',
    'test/conformance/b.ts',
    `import { a } from '#flow/journal/files/append.ts';`,
    /use its door/,
  ],
  [
    'a relative path into src',
    'test/e2e/b.test.ts',
    `import { a } from '../../src/flow/journal/index.ts';`,
    /write #flow\/journal/,
  ],
  ['a computed name', 'src/flow/store/b.ts', `const x = await ${DYNAMIC}(name);`, /computed name/],
];

for (const [what, file, text, expected] of BROKEN) {
  test(`layerProblems() finds ${what}`, () => {
    const problems = problemsWith({ 'src/flow/gateway/index.ts': '', [file]: text });
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', expected);
    assert.ok(problems[0]?.startsWith(file));
  });
}

test('cyclesOf() finds the files of a circle of types and nothing beside it', () => {
  const project = new Map([
    ['src/base/core/a.ts', `import type { B } from './b.ts';`],
    ['src/base/core/b.ts', `import { c } from './c.ts';`],
    ['src/base/core/c.ts', `export type { A } from './a.ts';`],
    ['src/base/core/d.ts', `import { c } from './c.ts';`],
    ['src/base/core/e.ts', `import { e } from './e.ts';`],
  ]);
  const named = (name: string): string => `src/base/core/${name}.ts`;
  assert.deepEqual(cyclesOf(importsByFile(project)), [['a', 'b', 'c'].map(named), ['e'].map(named)]);
});

test('roomOf() knows rooms only', () => {
  assert.equal(roomOf('src/flow/store/parquet/page.ts'), 'flow/store');
  for (const file of ['src/flow/store.ts', 'src/flow/other/a.ts', 'test/flow/store/a.ts'])
    assert.equal(roomOf(file), undefined);
});

test('layerProblems() reads the project itself', () => {
  assert.ok(importsByFile(readProject(PROJECT_ROOT)).size > 20);
});
