import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isInert, pairProblems } from './check-pairs.ts';

const CODE = 'export function f() { return 1; }';

test('pairProblems() accepts pairs, doors, errors, entries, types and further tests', () => {
  const project = new Map(
    Object.entries({
      'src/flow/store/page.ts': CODE,
      'src/flow/store/page.test.ts': CODE,
      'src/flow/store/page.vectors.test.ts': CODE,
      'src/flow/store/index.ts': `export { f } from './page.ts';`,
      'src/flow/store/errors.ts': CODE,
      'src/flow/store/types.ts': `import type { A } from './a.ts';\nexport type { A };\n/** Why. */\nexport interface B { readonly a: A }`,
      'src/run/server/store-process.ts': CODE,
      'src/run/cli/main.ts': CODE,
      'bench/main.ts': CODE,
      'test/e2e/tour.test.ts': CODE,
    }),
  );
  assert.deepEqual(pairProblems(project), []);
});

test('pairProblems() finds code without a test and a test without its source', () => {
  const project = new Map(
    Object.entries({
      'src/flow/store/page.ts': CODE,
      'src/flow/store/pgae.test.ts': CODE,
      'tools/check-moon.ts': CODE,
      'test/support/moon.ts': CODE,
    }),
  );
  assert.deepEqual(pairProblems(project), [
    'src/flow/store/page.ts: has no test beside it',
    'src/flow/store/pgae.test.ts: tests src/flow/store/pgae.ts, which does not exist',
    'tools/check-moon.ts: has no test beside it',
    'test/support/moon.ts: has no test beside it',
  ]);
});

test('isInert() accepts types and tables, and sees code among them', () => {
  assert.equal(isInert('export type A = () => string;\ndeclare const b: unique symbol;'), true);
  assert.equal(isInert(`import { A, type B } from './a.ts';\nexport interface C extends A, B { f(): void }`), true);
  assert.equal(isInert(`export const WORDS = ['function', 'a => b'] as const; // no class`), true);
  assert.equal(isInert('export const idle = seconds(60);'), true);
  assert.equal(isInert('export const f = () => 1;'), false);
  assert.equal(isInert('export class A {}'), false);
  assert.equal(isInert(`import './effect.ts';\nrun();`), false);
});
