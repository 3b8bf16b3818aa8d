import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { queriesAreConfined } from './queries-are-confined.ts';

test('queriesAreConfined turns red', () =>
  assertTurnsRed(queriesAreConfined, {
    'they are not': { status: async () => ({ queries: { confined: false, reason: 'user namespaces are off' } }) },
    'nothing is known': { status: async () => ({}) },
  }));
