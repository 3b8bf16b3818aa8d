import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Findings } from './findings.ts';
import { parseYaml } from './parse-yaml.ts';
import { describeNode, keyPositionAt, nodeAt, plainValue, positionAt } from './source-node.ts';

function read(text: string) {
  const node = parseYaml('t.yaml', text, new Findings());
  assert.ok(node !== null);
  return node;
}

const root = read('a:\n  b: [1, two]\n  c:\n');

test('plainValue() gives values without a prototype', () => {
  const plain = plainValue(root) as { a: object };
  assert.equal(JSON.stringify(plain), '{"a":{"b":[1,"two"],"c":null}}');
  assert.equal(Object.getPrototypeOf(plain.a), null);
});

test('nodeAt() follows keys and indexes', () => {
  assert.equal(nodeAt(root, ['a', 'b', 1])?.kind, 'scalar');
  assert.equal(nodeAt(root, ['a', 'x']), undefined);
  assert.equal(nodeAt(root, ['a', 'b', 1, 'deeper']), undefined);
});

test('positionAt() gives the place of the value, or of what is nearest above', () => {
  assert.deepEqual(positionAt(root, ['a', 'b', 1]), { file: 't.yaml', line: 2, column: 10 });
  assert.deepEqual(positionAt(root, ['a', 'b', 9]), { file: 't.yaml', line: 2, column: 6 });
  assert.deepEqual(positionAt(root, []), { file: 't.yaml', line: 1, column: 1 });
});

test('keyPositionAt() gives the place of the key', () => {
  assert.deepEqual(keyPositionAt(root, ['a', 'b']), { file: 't.yaml', line: 2, column: 3 });
  assert.deepEqual(keyPositionAt(root, ['a', 'b', 1]), { file: 't.yaml', line: 2, column: 10 });
});

test('describeNode() names what was found', () => {
  const described = ['a', ['a', 'b'], ['a', 'b', '1'], ['a', 'c']].map((path) => {
    const node = nodeAt(root, [path].flat());
    return node === undefined ? '' : describeNode(node);
  });
  assert.deepEqual(described, ['a mapping', 'a list', '`two`', 'nothing']);
});
