import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assembleRegister, errorProblems, REGISTER } from './check-errors.ts';

const ERRORS = 'src/trust/audit/errors.ts';
const PAGE = 'docs/reference/errors/audit.md';
const HEAD = '| code | cause | remedy |\n|---|---|---|\n';

const GOOD: Readonly<Record<string, string>> = {
  [ERRORS]: `export type AuditErrorCode = 'AUDIT_TREE_SHRANK' | 'AUDIT_PROOF_INVALID';\nexport class AuditError {}`,
  'src/trust/audit/verify.ts': `throw new AuditError('AUDIT_TREE_SHRANK', 'a'); throw new AuditError('AUDIT_PROOF_INVALID', 'b');`,
  [PAGE]: `${HEAD}| \`AUDIT_TREE_SHRANK\` | the log lost entries | ask the witness \\| stop |\n| \`AUDIT_PROOF_INVALID\` | forged | tell |\n`,
};

function problemsWith(changes: Readonly<Record<string, string>>, fresh = true): string[] {
  const project = new Map(Object.entries({ ...GOOD, ...changes }));
  if (fresh) project.set(REGISTER, assembleRegister(project));
  return errorProblems(project);
}

test('errorProblems() finds nothing where code, page and register agree', () => {
  assert.deepEqual(problemsWith({}), []);
});

const BROKEN: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  [
    'an entry that is missing',
    { [PAGE]: `${HEAD}| \`AUDIT_PROOF_INVALID\` | forged | tell |` },
    /no entry for AUDIT_TREE_SHRANK/,
  ],
  ['an entry too many', { [PAGE]: `${GOOD[PAGE]}| \`AUDIT_MOON\` | a | b |` }, /AUDIT_MOON is not a code of this room/],
  [
    'an entry twice',
    { [PAGE]: `${GOOD[PAGE]}| \`AUDIT_PROOF_INVALID\` | a | b |` },
    /two entries for AUDIT_PROOF_INVALID/,
  ],
  ['an entry without a remedy', { [PAGE]: (GOOD[PAGE] ?? '').replace('| tell |', '| |') }, /AUDIT_PROOF_INVALID lacks/],
  [
    'a code that nothing raises',
    { 'src/trust/audit/verify.ts': `throw new AuditError('AUDIT_TREE_SHRANK', '');` },
    /AUDIT_PROOF_INVALID is raised nowhere/,
  ],
  [
    'a code of another form',
    {
      'src/trust/keys/errors.ts': `export type KeysErrorCode = 'lost';`,
      'src/trust/keys/a.ts': `f('lost')`,
      'docs/reference/errors/keys.md': `${HEAD}| \`lost\` | a | b |`,
    },
    /lost is not of the form/,
  ],
  [
    'a code in two rooms',
    {
      'src/trust/keys/errors.ts': `export type KeysErrorCode = 'AUDIT_PROOF_INVALID';`,
      'docs/reference/errors/keys.md': `${HEAD}| \`AUDIT_PROOF_INVALID\` | a | b |`,
    },
    /AUDIT_PROOF_INVALID is also in/,
  ],
];

for (const [what, changes, expected] of BROKEN) {
  test(`errorProblems() finds ${what}`, () => {
    const problems = problemsWith(changes);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', expected);
  });
}

test('errorProblems() finds a register that is out of date', () => {
  assert.match(problemsWith({ [REGISTER]: '# Errors\n' }, false).join('\n'), /out of date/);
});

test('assembleRegister() sorts codes over rooms and keeps bars in cells apart from those of the table', () => {
  const register = assembleRegister(new Map(Object.entries(GOOD)));
  assert.ok(register.indexOf('AUDIT_PROOF_INVALID') < register.indexOf('AUDIT_TREE_SHRANK'));
  assert.ok(register.includes('ask the witness \\| stop'));
});
