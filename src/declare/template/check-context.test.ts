import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeCheckContext } from './check-context.ts';
import { Findings } from './findings.ts';
import { parseYaml } from './parse-yaml.ts';

test('makeCheckContext() places findings at values, keys and references', () => {
  const findings = new Findings();
  const root = parseYaml('t.yaml', 'a:\n  key: value\n', findings);
  assert.ok(root?.kind === 'map');
  const context = makeCheckContext({}, root, findings);
  context.at(['a', 'key'], 'TEMPLATE_VALUE_INVALID', 'at value');
  context.atKey(['a', 'key'], 'TEMPLATE_NAME_TAKEN', 'at key');
  context.unknown(['a', 'key'], 'stream', 'value', ['valve', 'pump']);
  assert.deepEqual(
    findings.sorted().map(({ code, line, column, nearest }) => [code, line, column, nearest]),
    [
      ['TEMPLATE_NAME_TAKEN', 2, 3, null],
      ['TEMPLATE_REFERENCE_UNKNOWN', 2, 8, 'valve'],
      ['TEMPLATE_VALUE_INVALID', 2, 8, null],
    ],
  );
});
