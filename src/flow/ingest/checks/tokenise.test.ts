import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenKey } from '#base/crypto/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import { Tokeniser } from '../tokeniser.ts';
import { takeNull, takeValue } from './schema.ts';
import { tokeniseRow } from './tokenise.ts';

const template = makeTemplate(`
devices: {d: {}}
streams:
  s:
    from: d
    purposes: [p]
    fields:
      who: {type: text, class: identifier, nullable: true, pattern: "[a-z]+"}
      number: {type: integer, class: personal, tokenise: people, nullable: true, range: [0, 99]}
      name: {type: text}
`);
const keys = new Map(['s', 'people'].map((domain, i) => [domain, TokenKey.fromBytes(new Uint8Array(32).fill(i), 1)]));
const find = (domain: string) => new Tokeniser(keys.get(domain)!);

test('tokeniseRow() replaces what is tokenised, each in its domain, and nothing else', () => {
  const row = new Row(compileStream(template.streams.get('s')!, template.limits, find));
  row.reset();
  for (const [at, value] of ['ada', 42, 'ada'].entries()) assert.equal(takeValue(row, at, value), 0);
  assert.equal(tokeniseRow(row), 2, 'both are new');
  assert.deepEqual(row.texts, [keys.get('s')!.text('ada'), '', 'ada']);
  assert.equal(row.numbers[1], keys.get('people')!.integer(42));
});

test('tokeniseRow() leaves nulls', () => {
  const row = new Row(compileStream(template.streams.get('s')!, template.limits, find));
  row.reset();
  takeNull(row, 0);
  assert.equal(tokeniseRow(row), 0);
  assert.deepEqual([row.texts[0], row.numbers[1]], ['', 0]);
});
