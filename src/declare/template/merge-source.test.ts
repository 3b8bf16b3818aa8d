import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Findings } from './findings.ts';
import { mergeSource } from './merge-source.ts';
import { parseYaml } from './parse-yaml.ts';
import { plainValue, positionAt } from './source-node.ts';
import type { MapNode } from './source-node.ts';

function map(file: string, text: string): MapNode {
  const node = parseYaml(file, text, new Findings());
  assert.ok(node?.kind === 'map');
  return node;
}

function merged(base: string, over: string): unknown {
  return JSON.parse(JSON.stringify(plainValue(mergeSource(map('base', base), map('over', over)))));
}

test('mergeSource() merges mappings and replaces everything else', () => {
  assert.deepEqual(merged('a: {b: 1, c: [1, 2]}\nd: 1', 'a: {b: 2, c: [3]}\ne: 5'), {
    a: { b: 2, c: [3] },
    d: 1,
    e: 5,
  });
  assert.deepEqual(merged('a: {b: 1}', 'a: 1'), { a: 1 });
  assert.deepEqual(merged('a: 1', 'a: {b: 1}'), { a: { b: 1 } });
});

test('mergeSource() takes out what is overridden with nothing', () => {
  assert.deepEqual(merged('a: {b: 1, c: 2}', 'a: {b: }'), { a: { c: 2 } });
});

test('mergeSource() keeps a nothing that was not inherited, for the schema to refuse', () => {
  assert.deepEqual(merged('a: 1', 'b:'), { a: 1, b: null });
});

test('mergeSource() keeps the order and the place of what was inherited', () => {
  const node = mergeSource(map('base', 'a: 1\nb: {c: 1}'), map('over', 'b: {d: 1}\na: 2'));
  assert.deepEqual([...node.entries.keys()], ['a', 'b']);
  assert.equal(positionAt(node, ['b', 'c']).file, 'base');
  assert.equal(positionAt(node, ['b', 'd']).file, 'over');
});
