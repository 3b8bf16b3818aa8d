import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenKey } from '#base/crypto/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { REASON } from '../reasons.ts';
import { Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import { Tokeniser } from '../tokeniser.ts';
import { takeNull, takeValue } from './schema.ts';
import { checkSubjects, compileGuards, isAboutRefused, isRefused } from './subjects.ts';

const template = makeTemplate(`
devices: {d: {}}
streams:
  s:
    from: d
    purposes: [p]
    fields:
      who: {type: text, class: identifier, nullable: true}
      badge: {type: integer, class: personal, nullable: true}
`);
const KEY = TokenKey.fromBytes(new Uint8Array(32).fill(1), 1);
const OWN = TokenKey.fromBytes(new Uint8Array(32).fill(2), 1);
const rules = compileStream(template.streams.get('s')!, template.limits, () => new Tokeniser(KEY));
const REFUSED = [
  { stream: 's', field: 'who', values: [KEY.text('ada'), OWN.text('ada')] },
  { stream: 's', field: 'badge', values: [OWN.integer(7)] },
  { stream: 'other', field: 'who', values: ['x'] },
  { stream: 's', field: 'gone', values: ['x'] },
];
const guards = compileGuards(rules, REFUSED, new Tokeniser(OWN));

function judge(who: string | null, badge: number | null): number {
  const row = new Row(rules);
  row.reset();
  if (who === null) takeNull(row, 0);
  else takeValue(row, 0, who);
  if (badge === null) takeNull(row, 1);
  else takeValue(row, 1, badge);
  return checkSubjects(row, guards ?? []);
}

test('checkSubjects() refuses who is refused, by keyed digest, and nobody else', () => {
  assert.equal(guards?.length, 2);
  assert.equal(judge('ada', null), REASON.erased.number);
  assert.equal(judge(null, 7), REASON.erased.number);
  for (const [who, badge] of [
    ['eve', 8],
    [null, null],
    ['Ada', 77],
    [KEY.text('ada'), null],
  ] as const)
    assert.equal(judge(who, badge), 0);
});

test('checkSubjects() knows somebody by the digest alone, whatever domain the tokens of a field are of', () => {
  const [text, integer] = [
    { stream: 's', field: 'who', values: [OWN.text('7')] },
    { stream: 's', field: 'who', values: [OWN.integer(7)] },
  ];
  for (const each of [text, integer]) {
    const [who] = compileGuards(rules, [each], new Tokeniser(OWN))!;
    const [badge] = compileGuards(rules, [{ ...each, field: 'badge' }], new Tokeniser(OWN))!;
    assert.deepEqual([isRefused('7', who!), isRefused(7, badge!)], [true, true], 'in a field of the other type too');
    assert.deepEqual([isRefused('8', who!), isRefused(8, badge!), isRefused('seven', who!)], [false, false, false]);
  }
});

test('isRefused() knows what is stored, by tokens too', () => {
  const [who] = guards!;
  assert.deepEqual(['ada', KEY.text('ada'), 'eve'].map((value) => isRefused(value, who!)), [true, true, false]); // prettier-ignore
});

test('compileGuards() gives null where nobody is refused, so that readings cost nothing', () => {
  assert.equal(compileGuards(rules, [], new Tokeniser(OWN)), null);
  assert.equal(compileGuards(rules, REFUSED.slice(2), new Tokeniser(OWN)), null);
  assert.equal(compileGuards(rules, REFUSED, null), null);
});

test('isAboutRefused() knows them by their originals, of the wrong type too', () => {
  const about = (...members: [string, string | number | boolean][]) => isAboutRefused(new Map(members), guards);
  assert.deepEqual(
    [about(['who', 'ada']), about(['badge', 7]), about(['who', 'eve'], ['badge', 8])],
    [true, true, false],
  );
  assert.equal(about(['who', true]), false);
  assert.equal(isAboutRefused(new Map([['who', 'ada']]), null), false);
});
