import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listAt, member, numberAt, objectAt, textAt } from './json-place.ts';

const ROOT = { at: '', value: { a: { b: [1, '0x10', '12', 'x', -1, 1.5] }, toString: 'own' } };

test('places know where they stand, and take no member of every object for one', () => {
  const list = listAt(member(objectAt(ROOT, 'a'), 'b'));
  assert.equal(list[2]?.at, '/a/b/2');
  assert.deepEqual(list.slice(0, 3).map(numberAt), [1, 16, 12]);
  for (const item of list.slice(3)) assert.throws(() => numberAt(item), { code: 'MUD_PROFILE_INVALID' });
  assert.equal(textAt(list[3]!), 'x');
  assert.equal(member(ROOT, 'constructor').value, undefined);
  assert.equal(textAt(member(ROOT, 'toString')), 'own');
});

test('places say what was found where something else was expected', () => {
  assert.throws(() => objectAt(ROOT, 'c'), { message: /at \/c is nothing; an object is expected/ });
  assert.throws(() => listAt(member(ROOT, 'a')), { message: /at \/a is \{"b":.*a list is expected/ });
});
