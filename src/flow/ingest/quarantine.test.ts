import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenKey } from '#base/crypto/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import type { Decoded } from './decode/json-parser.ts';
import { evidenceOf } from './quarantine.ts';
import { compileStream } from './stream-rules.ts';
import { Tokeniser } from './tokeniser.ts';

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

test('evidenceOf() has tokens for identifiers and grids for places, whatever is wrong with them', () => {
  const template = makeTemplate(
    'devices: {d: {}}\nstreams: {s: {from: d, purposes: [p], fields: {who: {type: text, class: identifier}, number: {type: integer, class: identifier}, lat: {type: number, coarsen: 0.01}}}}',
  );
  const key = TokenKey.fromBytes(new Uint8Array(32), 1);
  const tokens = new Tokeniser(key);
  const rules = compileStream(template.streams.get('s')!, template.limits, () => tokens);
  const evidence = (who: Decoded, number: Decoded, lat: Decoded): unknown =>
    JSON.parse(evidenceOf(new Map([['who', who], ['number', number], ['lat', lat]]), rules)); // prettier-ignore
  assert.deepEqual(evidence('ada', 7, 51.507351), { who: key.text('ada'), number: key.integer(7), lat: 51.51 });
  assert.deepEqual(evidence(77, '0077', '51.507351'), { who: key.text('77'), number: key.text('0077') });
  assert.deepEqual(evidence(['ada'], 7.5, [51.507351]), { number: key.text('7.5') });
  assert.deepEqual(evidence(new Map([['ada', 1]]), true, null), { lat: null });
});
