import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import type { Decoded } from './decode/json-parser.ts';
import { evidenceOf } from './quarantine.ts';
import { compileStream } from './stream-rules.ts';

test('evidenceOf() keeps declared members, whatever their type, and neither secrets nor others', () => {
  const template = makeTemplate(
    'devices: {d: {}}\nstreams: {s: {from: d, fields: {n: {type: number}, pin: {type: text, class: secret}}}}',
  );
  const rules = compileStream(template.streams.get('s')!, template.limits);
  const members = new Map<string, Decoded>([
    ['n', [new Map<string, Decoded>([['__proto__', 1]]), 'ü']],
    ['pin', '1234'],
    ['seq', 4],
    ['other', 'private'],
  ]);
  assert.equal(evidenceOf(members, rules), '{"n":[{"__proto__":1},"ü"],"seq":4}');
});
