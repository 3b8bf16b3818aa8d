import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '#base/core/index.ts';
import { rolesOfClaims } from './roles-of-claims.ts';

const rule = (role: string, ...claims: readonly (readonly [string, readonly (string | boolean)[]])[]) => ({
  role,
  claims: claims.map(([claim, values]) => ({ claim, values })),
});

const CASES: readonly (readonly [string, Json, ReturnType<typeof rule>, boolean])[] = [
  ['one of a list', { groups: ['x', 'a'] }, rule('r', ['groups', ['a', 'b']]), true],
  ['none of a list', { groups: ['x'] }, rule('r', ['groups', ['a', 'b']]), false],
  ['a single text', { team: 'a' }, rule('r', ['team', ['a']]), true],
  ['part of a text', { team: 'ab' }, rule('r', ['team', ['a']]), false],
  ['a truth', { email_verified: true }, rule('r', ['email_verified', [true]]), true],
  ['a truth as text', { email_verified: 'true' }, rule('r', ['email_verified', [true]]), false],
  ['a path', { realm_access: { roles: ['a'] } }, rule('r', ['realm_access.roles', ['a']]), true],
  ['a name with dots', { 'https://x.test/groups': ['a'] }, rule('r', ['https://x.test/groups', ['a']]), true],
  ['a name with dots before a path', { 'a.b': 'no', a: { b: 'yes' } }, rule('r', ['a.b', ['yes']]), false],
  ['scopes', { scope: 'openid weir:read' }, rule('r', ['scope', ['weir:read']]), true],
  ['all of several', { a: '1', b: '2' }, rule('r', ['a', ['1']], ['b', ['2']]), true],
  ['not all of several', { a: '1' }, rule('r', ['a', ['1']], ['b', ['2']]), false],
  ['what every object has', {}, rule('r', ['constructor.name', ['Object']]), false],
  ['a place in a list', { a: ['x'] }, rule('r', ['a.0', ['x']]), false],
  ['nothing', null, rule('r', ['a', ['1']]), false],
];

test('rolesOfClaims() gives a role where all its claims have one of the values', () => {
  for (const [name, claims, given, expected] of CASES) {
    assert.deepEqual(rolesOfClaims(claims, [given]), expected ? ['r'] : [], name);
  }
});

test('rolesOfClaims() keeps the order of the rules, and survives any claims', () => {
  assert.deepEqual(rolesOfClaims({ g: ['b', 'a'] }, [rule('one', ['g', ['a']]), rule('two', ['g', ['b']])]), [
    'one',
    'two',
  ]);
  fc.assert(
    fc.property(fc.jsonValue(), (claims) => {
      assert.deepEqual(rolesOfClaims(claims as Json, [rule('r', ['never.there', ['x']])]), []);
    }),
    { seed: 1 },
  );
});
