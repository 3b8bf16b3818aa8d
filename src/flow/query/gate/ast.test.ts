import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '#base/core/index.ts';
import { formatAst, isNode, listOf, nodesOf, parseAst, textOf, textsOf, walkAst } from './ast.ts';

test('parseAst() and formatAst() keep every digit', () => {
  for (const text of ['{"a":18446744073709551615}', '[9007199254740993,1.10,1e300]', '{"a":[1,null,true,"x"]}']) {
    assert.equal(formatAst(parseAst(text)), text);
  }
});

test('parseAst() refuses what is no tree', () => {
  for (const text of ['', '{', 'undefined', '{"__proto__":{"a":1}}', '{"a":NaN}']) {
    assert.throws(
      () => parseAst(text),
      (error) => hasCode(error, 'QUERY_UNSUPPORTED'),
      text,
    );
  }
});

test('isNode() tells objects from lists, numbers and null', () => {
  const [node, list, big] = parseAst('[{"a":1},[1],18446744073709551615]') as [never, never, never];
  assert.deepEqual([isNode(node), isNode(list), isNode(big), isNode(null)], [true, false, false, false]);
});

test('textOf(), listOf(), nodesOf() and textsOf() give what is there in its form, else nothing', () => {
  const node = parseAst('{"t":"x","l":[1,{"b":2},"y"],"n":null}');
  assert.ok(isNode(node));
  assert.deepEqual([textOf(node, 't'), textOf(node, 'l'), textOf(node, 'absent')], ['x', '', '']);
  assert.deepEqual([listOf(node, 'l').length, listOf(node, 't').length], [3, 0]);
  assert.deepEqual([nodesOf(node, 'l'), textsOf(node, 'l')], [[{ b: 2 }], ['y']]);
});

test('walkAst() visits outermost first and leaves out the inside of what a visit declines', () => {
  const seen: string[] = [];
  walkAst(parseAst('{"k":"a","c":[{"k":"b","c":{"k":"c"}},{"k":"d"}]}'), (node) => {
    seen.push(textOf(node, 'k'));
    return textOf(node, 'k') !== 'b';
  });
  assert.deepEqual(seen, ['a', 'b', 'd']);
});
