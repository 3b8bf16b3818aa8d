import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dependencyProblems, REGISTER } from './check-dependencies.ts';

const HEAD = '| package | version | what for | why this one | imported by |\n|---|---|---|---|---|\n';

interface Parts {
  manifest: Record<string, unknown>;
  lock: Record<string, Record<string, unknown>>;
  rows: string[];
  files: Record<string, string>;
}

/** A project in order, with the parts that a case changes. */
function projectWith(change: (parts: Parts) => void = () => {}): Map<string, string> {
  const parts: Parts = {
    manifest: { dependencies: { yaml: '2.9.1' }, devDependencies: { ajv: '8.20.0' }, allowScripts: {} },
    lock: {
      '': { devDependencies: { ajv: '8.20.0' } },
      'node_modules/yaml': { version: '2.9.1', integrity: 'sha512-x', license: 'ISC' },
      'node_modules/ajv': { version: '8.20.0', integrity: 'sha512-x', license: 'MIT' },
      'node_modules/@os/build': { version: '1.0.0', optional: true, os: ['plan9'] },
    },
    rows: ['| `yaml` | 2.9.1 | parses | sound | `declare/template` |', '| `ajv` | 8.20.0 | checks | known | `tests` |'],
    files: {
      'src/declare/template/a.ts': `import { parse } from 'yaml';\nimport fs from 'node:fs';`,
      'src/declare/template/a.test.ts': `import { Ajv } from 'ajv';\nimport { parse } from 'yaml';`,
      'test/e2e/b.test.ts': `import { Ajv } from 'ajv/dist/2020.js';`,
    },
  };
  change(parts);
  return new Map(
    Object.entries({
      'package.json': JSON.stringify(parts.manifest),
      'package-lock.json': JSON.stringify({ packages: parts.lock }),
      [REGISTER]: HEAD + parts.rows.join('\n'),
      ...parts.files,
    }),
  );
}

test('dependencyProblems() finds nothing in a project in order', () => {
  assert.deepEqual(dependencyProblems(projectWith()), []);
});

const BROKEN: readonly (readonly [string, (parts: Parts) => void, RegExp])[] = [
  ['a package without a line', (p) => p.rows.pop(), /has no line for ajv/],
  [
    'a line without a package',
    (p) => p.rows.push('| `left-pad` | 1.0.0 | a | b | nothing |'),
    /left-pad is not in package\.json/,
  ],
  [
    'another version',
    (p) => (p.rows[0] = (p.rows[0] ?? '').replace('2.9.1', '2.9.0')),
    /yaml is 2\.9\.0 there and 2\.9\.1/,
  ],
  [
    'a range',
    (p) => {
      p.manifest['dependencies'] = { yaml: '^2.9.1' };
      p.rows[0] = (p.rows[0] ?? '').replace('2.9.1', '^2.9.1');
    },
    /yaml has no exact version/,
  ],
  ['a line without a reason', (p) => (p.rows[0] = (p.rows[0] ?? '').replace('sound', '')), /yaml lacks what for/],
  [
    'a room that does not exist',
    (p) => p.rows.splice(0, 1, '| `yaml` | 2.9.1 | a | b | `declare/template` `flow/sluice` |'),
    /flow\/sluice is no room/,
  ],
  [
    'an import by another room',
    (p) => (p.files['src/flow/store/c.ts'] = `import { parse } from 'yaml';`),
    /yaml is not for flow\/store/,
  ],
  [
    'an import of what is not declared',
    (p) => (p.files['src/flow/store/c.ts'] = `import x from 'left-pad';`),
    /left-pad, which is not a dependency/,
  ],
  [
    'a development package at run time',
    (p) => {
      p.rows[1] = (p.rows[1] ?? '').replace('`tests`', '`tests` `flow/store`');
      p.files['src/flow/store/c.ts'] = `import { Ajv } from 'ajv';`;
    },
    /ajv, which is not there at run time/,
  ],
  [
    'a package that nobody imports',
    (p) => {
      p.files['src/declare/template/a.ts'] = '';
      p.files['src/declare/template/a.test.ts'] = '';
    },
    /nobody imports yaml/,
  ],
  ['a lock without integrity', (p) => delete p.lock['node_modules/yaml']?.['integrity'], /yaml has no integrity hash/],
  [
    'a lock that names a registry',
    (p) => Object.assign(p.lock['node_modules/yaml'] ?? {}, { resolved: 'https://example.com' }),
    /names the registry/,
  ],
  [
    'a licence that asks for more',
    (p) => Object.assign(p.lock['node_modules/yaml'] ?? {}, { license: 'AGPL-3.0' }),
    /licence AGPL-3\.0/,
  ],
  [
    'an undecided install script',
    (p) => Object.assign(p.lock['node_modules/yaml'] ?? {}, { hasInstallScript: true }),
    /says nothing of yaml/,
  ],
  ['a lock behind the manifest', (p) => (p.lock[''] = {}), /devDependencies differ/],
];

for (const [what, change, expected] of BROKEN) {
  test(`dependencyProblems() finds ${what}`, () => {
    const problems = dependencyProblems(projectWith(change));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', expected);
  });
}
