import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importsByFile, importsOf, packageOf, resolveImport } from './imports.ts';

// This file is itself read by the check: so the words stand apart from their brackets.
const DYNAMIC = 'import';
const REQUIRE = 'require';

test('importsOf() finds every form of import, with its line', () => {
  const text = [
    `import a from 'a';`,
    `import type { B } from './b.ts';`,
    `import {`,
    `  c,`,
    `} from '#base/core/index.ts';`,
    `export { d } from './d.ts';`,
    `export * from './e.ts';`,
    `import './f.ts';`,
    `const g = await ${DYNAMIC}('./g.ts');`,
    `type H = ${DYNAMIC}('./h.ts').H;`,
    `const i = ${REQUIRE}('i');`,
  ].join('\n');
  const expected = ['a:1', './b.ts:2', '#base/core/index.ts:3', './d.ts:6', './e.ts:7', './f.ts:8'];
  assert.deepEqual(
    importsOf(text).map(({ specifier, line }) => `${specifier}:${line}`),
    [...expected, './g.ts:9', './h.ts:10', 'i:11'],
  );
});

test('importsOf() marks a computed import', () => {
  assert.deepEqual(importsOf(`await ${DYNAMIC}(\`./$\{name}.ts\`);`), [{ specifier: '<computed>', line: 1 }]);
  assert.deepEqual(importsOf(`await ${DYNAMIC}(name);`), [{ specifier: '<computed>', line: 1 }]);
});

test('importsOf() is not misled by comments, strings, exports without a source and method names', () => {
  const text = [
    `// import a from 'a';`,
    `/* import b`,
    `import c from 'c'; */`,
    `  // the word ${DYNAMIC}('d') in a comment`,
    `export const from = 'x';`,
    `const source = \`import f from 'f';\`;`,
    `catalogue.import(file);`,
    `export function e() { return 'from'; }`,
  ].join('\n');
  assert.deepEqual(importsOf(text), []);
});

test('resolveImport() follows relative paths and the imports field', () => {
  assert.equal(resolveImport('src/flow/store/a/b.ts', '../c.ts'), 'src/flow/store/c.ts');
  assert.equal(resolveImport('src/flow/store/b.ts', '#base/core/index.ts'), 'src/base/core/index.ts');
  assert.equal(resolveImport('src/flow/store/b.ts', 'yaml'), undefined);
});

test('packageOf() takes the scope and drops the path', () => {
  assert.equal(packageOf('@duckdb/node-api/lib/x.js'), '@duckdb/node-api');
  assert.equal(packageOf('typebox/compile'), 'typebox');
  for (const specifier of ['node:fs', 'fs', './a.ts', '#base/core/index.ts'])
    assert.equal(packageOf(specifier), undefined);
});

test('importsByFile() lists sources, tests, tools and benches', () => {
  const project = new Map(
    ['src/a.ts', 'test/b.ts', 'tools/c.ts', 'bench/d.ts', 'docs/e.ts', 'src/f.json'].map((file) => [file, '']),
  );
  assert.deepEqual([...importsByFile(project).keys()], ['src/a.ts', 'test/b.ts', 'tools/c.ts', 'bench/d.ts']);
});
