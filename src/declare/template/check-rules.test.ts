import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';

const rule = (lines: string): readonly string[] =>
  findingsOf(`rules:\n  r:\n    ${lines.replaceAll('\n', '\n    ')}\n`);

test('checkRules() takes rules of each kind', () => {
  const { rules } = makeTemplate(`
rules:
  counted: { say: '{address} {count}', by: address, when: { event: [sign-in, call], outcome: denied }, count: 3, within: 1m }
  spread: { say: a, by: actor, when: { event: command }, distinct: device, count: 3, within: 1h }
  ordered: { say: '{device}', by: [device], steps: [{ event: clone-alert }, { event: command, count: 2 }], within: 1h }
  missed: { say: '{within}', absent: { event: create-backup, outcome: done }, within: 2d }
`);
  assert.deepEqual(
    [...rules!.values()].map(({ name, pattern, by }) => [name, pattern.kind, by]),
    [
      ['counted', 'count', ['address']],
      ['spread', 'count', ['actor']],
      ['ordered', 'sequence', ['device']],
      ['missed', 'absence', []],
    ],
  );
});

test('checkRules() says where a rule is wrong, and what may have been meant', () => {
  const good = 'say: a\nwithin: 1m\n';
  assert.deepEqual(rule(`${good}when: { event: sign-im }`), ['TEMPLATE_REFERENCE_UNKNOWN 7:20 ~sign-in']);
  assert.deepEqual(rule(`${good}when: { event: [sign-in, raise-alerts] }`), [
    'TEMPLATE_REFERENCE_UNKNOWN 7:30 ~raise-alert',
  ]);
  assert.deepEqual(rule(`${good}when: { event: sign-in, adress: a }`), ['TEMPLATE_KEY_UNKNOWN 7:29 ~address']);
  assert.deepEqual(rule(`${good}when: { event: sign-in }\nby: adress`), ['TEMPLATE_WORD_UNKNOWN 8:9 ~address']);
  assert.deepEqual(
    rule(`${good}wen: { event: sign-in }`),
    ['TEMPLATE_KEY_UNKNOWN 7:5 ~when'].concat(rule(good)).sort(),
  );
  assert.deepEqual(rule(good), ['TEMPLATE_FIELD_CONFLICT 4:3']);
  assert.deepEqual(rule(`${good}when: { event: call }\nabsent: { event: call }`), ['TEMPLATE_FIELD_CONFLICT 4:3']);
  assert.deepEqual(rule(`${good}absent: { event: call }\ncount: 2`), ['TEMPLATE_FIELD_CONFLICT 8:5']);
  assert.deepEqual(rule(`${good}when: { event: call }\nafter: { event: call }`), ['TEMPLATE_FIELD_CONFLICT 8:5']);
  assert.deepEqual(rule(`${good}when: { event: call }\nby: actor\ndistinct: actor`), ['TEMPLATE_FIELD_CONFLICT 9:5']);
  assert.deepEqual(rule('say: a\nwithin: 8d\nwhen: { event: call }'), ['TEMPLATE_VALUE_INVALID 6:13']);
  assert.deepEqual(rule("say: 'from {adress}'\nwithin: 1m\nby: address\nwhen: { event: call }"), [
    'TEMPLATE_REFERENCE_UNKNOWN 5:10 ~address',
  ]);
  assert.deepEqual(rule(`${good}steps: [{ event: call, count: 100 }, { event: call, count: 100 }]`), [
    'TEMPLATE_TOO_LARGE 7:12',
  ]);
  assert.deepEqual(rule(`${good}when: { event: call }\ntechniques: [T1078]`), ['TEMPLATE_VALUE_INVALID 8:18']);
});
