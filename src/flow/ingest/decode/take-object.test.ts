import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { reasonOf } from '../reasons.ts';
import { Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import type { Decoded } from './json-parser.ts';
import { takeObject } from './take-object.ts';

const template = makeTemplate(
  'devices: {d: {}}\nstreams: {s: {from: d, fields: {n: {type: number}, t: {type: text}, pin: {type: text, class: secret}}}}',
);

function take(members: Record<string, Decoded>): { word: string; place: string; undeclared: number } {
  const row = new Row(compileStream(template.streams.get('s')!, template.limits));
  const reason = takeObject(row, new Map(Object.entries(members)));
  return { word: reasonOf(reason)!.word, place: row.place, undeclared: row.undeclared };
}

test('takeObject() takes declared members and counts the others', () => {
  assert.deepEqual(take({ n: 1, x: new Map(), y: 2 }), { word: 'admitted', place: '', undeclared: 2 });
});

test('takeObject() names the first member that is wrong, unless a secret is among them', () => {
  assert.deepEqual(take({ n: 'x', t: 5 }), { word: 'schema-type', place: 'n', undeclared: 0 });
  assert.deepEqual(take({ n: 'x', pin: 'p', t: 5 }), { word: 'secret', place: 'pin', undeclared: 0 });
});
