import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMud } from '#declare/mud/index.ts';
import { LAMP_MUD } from './lamp-mud.ts';

test('LAMP_MUD is a profile', () => {
  assert.equal(readMud(LAMP_MUD).url, 'https://maker.example/lamp');
});
