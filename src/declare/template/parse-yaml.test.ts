import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Findings } from './findings.ts';
import { parseYaml, YAML_LIMITS } from './parse-yaml.ts';
import { plainValue } from './source-node.ts';

function read(text: string): { value: unknown; codes: readonly string[] } {
  const findings = new Findings();
  const node = parseYaml('t.yaml', text, findings);
  return {
    value: node === null ? undefined : JSON.parse(JSON.stringify(plainValue(node))),
    codes: findings.sorted().map(({ code, line, column }) => `${code} ${line}:${column}`),
  };
}

test('parseYaml() reads the core schema of YAML 1.2', () => {
  const { value } = read(
    'a: [1, 0x10, true, no, ~, "x", 2026-01-01]\nb: {c: |\n    text\n  }\n'.replace(/\nb.*\n.*\n.*\n/, '\n'),
  );
  assert.deepEqual(value, { a: [1, 16, true, 'no', null, 'x', '2026-01-01'] });
});

test('parseYaml() expands aliases', () => {
  assert.deepEqual(read('a: &x {b: 1}\nc: *x\n').value, { a: { b: 1 }, c: { b: 1 } });
});

test('parseYaml() keeps a key that other readers would take for a prototype', () => {
  assert.deepEqual(read('__proto__: 1').value, JSON.parse('{"__proto__": 1}'));
});

test('parseYaml() refuses what is not one sound document', () => {
  const table: [string, string][] = [
    ['', 'TEMPLATE_YAML_INVALID 1:1'],
    ['a: 1\na: 2', 'TEMPLATE_YAML_INVALID 2:1'],
    ['a: [1', 'TEMPLATE_YAML_INVALID 1:6'],
    ['a: "x', 'TEMPLATE_YAML_INVALID 1:6'],
    ['a: *nowhere', 'TEMPLATE_YAML_INVALID 1:4'],
    ['a: !!js/function x', 'TEMPLATE_YAML_INVALID 1:4'],
    ['? [a, b]\n: 1', 'TEMPLATE_YAML_INVALID 1:3'],
    ['a: 1\n---\nb: 2', 'TEMPLATE_YAML_INVALID 2:1'],
    ['\ta: 1', 'TEMPLATE_YAML_INVALID 1:1'],
  ];
  for (const [text, expected] of table)
    assert.ok(read(text).codes.includes(expected), `${text}: ${read(text).codes.join()}`);
});

test('parseYaml() stops a bomb of aliases', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 10; i += 1)
    lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
  const started = process.cpuUsage();
  assert.match(read(lines.join('\n')).codes.join(), /TEMPLATE_TOO_LARGE/);
  assert.ok(process.cpuUsage(started).user < 5_000_000);
});

test('parseYaml() stops an alias inside its own anchor', () => {
  const { codes } = read('a: &a [*a]');
  assert.notEqual(codes.length, 0);
});

test('parseYaml() bounds size, depth and the number of nodes', () => {
  const deepBlock = Array.from({ length: 60 }, (_, i) => `${' '.repeat(i)}a:`).join('\n');
  const table = [
    'x'.repeat(YAML_LIMITS.characters + 1),
    '['.repeat(100_000),
    `a: ${'{a: '.repeat(50)}1${'}'.repeat(50)}`,
    deepBlock,
    `a: [${'1,'.repeat(YAML_LIMITS.nodes + 1)}]`,
  ];
  for (const text of table) assert.match(read(text).codes.join(), /TEMPLATE_TOO_LARGE/, text.slice(0, 20));
});

test('parseYaml() never throws on a text cut short', () => {
  const text =
    'template: 1\nstreams: {a: {from: [x], fields: {t: {type: "number", range: [1, 2]}}}}\nviews: &v\n  a: |\n    b\n';
  for (let end = 0; end <= text.length; end += 1) read(text.slice(0, end));
});
