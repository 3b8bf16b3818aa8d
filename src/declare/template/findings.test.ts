import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Findings, formatDiagnostic } from './findings.ts';

const at = (line: number, column: number, file = 'a.yaml') => ({ file, line, column });

test('Findings sorts by place and drops repetition', () => {
  const findings = new Findings();
  findings.add('TEMPLATE_VALUE_INVALID', at(2, 1), 'b');
  findings.add('TEMPLATE_KEY_UNKNOWN', at(1, 9), 'a');
  findings.add('TEMPLATE_KEY_UNKNOWN', at(1, 2, 'b.yaml'), 'c');
  findings.add('TEMPLATE_VALUE_INVALID', at(2, 1), 'b');
  assert.deepEqual(
    findings.sorted().map(({ message }) => message),
    ['a', 'b', 'c'],
  );
  assert.equal(findings.count, 4);
});

test('Findings gives at most 200', () => {
  const findings = new Findings();
  for (let i = 1; i <= 500; i += 1) findings.add('TEMPLATE_KEY_UNKNOWN', at(i, 1), 'x');
  assert.equal(findings.sorted().length, 200);
});

test('formatDiagnostic() writes place, message, spelling and code', () => {
  const findings = new Findings();
  findings.add('TEMPLATE_WORD_UNKNOWN', at(3, 4), 'found `numbr`', { found: 'numbr', known: ['number', 'text'] });
  const [diagnostic] = findings.sorted();
  assert.ok(diagnostic);
  assert.equal(
    formatDiagnostic(diagnostic),
    'a.yaml:3:4: found `numbr`; did you mean `number`? [TEMPLATE_WORD_UNKNOWN]',
  );
});
