import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenKey } from '#base/crypto/index.ts';
import { Tokeniser } from './tokeniser.ts';

const KEY = TokenKey.fromBytes(new Uint8Array(32).fill(7), 1);

test('Tokeniser makes a token once per value and remembers it', () => {
  const tokens = new Tokeniser(KEY);
  for (let round = 0; round < 3; round++) {
    for (const value of ['a', 'b', 'a', '']) assert.equal(tokens.text(value).token, KEY.text(value));
    for (const value of [1, -2, 1]) assert.equal(tokens.integer(value).token, KEY.integer(value));
  }
  assert.equal(tokens.made, 5);
});

test('a flood of values pushes none of the wrong tokens in, and the values of lately stay', () => {
  const tokens = new Tokeniser(KEY);
  tokens.text('steady');
  for (let i = 0; i < 70_000; i++) {
    tokens.text(`flood-${i}`);
    if (i % 1_000 === 0) tokens.text('steady');
  }
  assert.equal(tokens.made, 70_001);
  assert.equal(tokens.text('flood-0').token, KEY.text('flood-0'));
  assert.equal(tokens.made, 70_002, 'the first of the flood was forgotten');
});

test('long texts are not remembered', () => {
  const tokens = new Tokeniser(KEY);
  const long = 'x'.repeat(129);
  for (const value of [long, 'y', long]) tokens.text(value);
  assert.equal(tokens.made, 3);
  assert.equal(tokens.text(long).token, KEY.text(long), 'but for the last one');
});
