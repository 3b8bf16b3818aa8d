import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';
import { intakeFields } from './aggregate-rules.ts';
import { diffTemplates } from './diff-template.ts';
import { templateFromJson, templateToJson } from './template-json.ts';

const yaml = (aggregate: string, more = '') => `
devices: { d: {} }
streams:
  s:
    from: d
    purposes: [care]
    ${more}
    ${aggregate === '' ? '' : `aggregate: ${aggregate}`}
    fields:
      who: { type: text, class: identifier }
      t: { type: number, unit: Cel, range: [-40, 60], step: 2/s, class: location }
      n: { type: integer, nullable: true }
      door: { type: boolean }
`;
const whole = yaml('{ every: 1m, by: [who], of: { t: [mean, min, count], n: [max] } }');

test('buildAggregation() stores the columns of its measures, and takes in the fields that were declared', () => {
  const stream = makeTemplate(whole).streams.get('s')!;
  const shown = stream.fields.map(({ name, type, unit, range, step, nullable, class: cls }) => [
    name,
    type,
    unit,
    range,
    step,
    nullable,
    cls,
  ]);
  assert.deepEqual(shown, [
    ['who', 'text', null, null, null, false, 'identifier'],
    ['t_mean', 'number', 'Cel', [-40, 60], null, false, 'location'],
    ['t_min', 'number', 'Cel', [-40, 60], null, false, 'location'],
    ['t_count', 'integer', null, [0, null], null, false, 'location'],
    ['n_max', 'integer', null, null, null, true, 'operational'],
  ]);
  assert.deepEqual(
    intakeFields(stream).map(({ name, withheld }) => [name, withheld ?? false]),
    [
      ['who', false],
      ['t', false],
      ['n', false],
      ['door', true],
    ],
  );
  assert.equal(stream.aggregate?.every, 60_000);
  assert.equal(stream.aggregate?.wait, 10_000);
  const again = templateFromJson(templateToJson(makeTemplate(whole)));
  assert.deepEqual(again.streams.get('s'), stream);
  const plain = makeTemplate(yaml('')).streams.get('s')!;
  assert.equal(intakeFields(plain), plain.fields);
});

test('checkAggregate() refuses what cannot be', () => {
  const codes = (aggregate: string, more = '') => findingsOf(yaml(aggregate, more)).map((each) => each.split(' ')[0]);
  for (const [aggregate, expected] of [
    ['{ every: 1m, of: { t: [mean] } }', []],
    ['{ every: 1500ms, of: { t: [mean] } }', ['TEMPLATE_VALUE_INVALID']],
    ['{ every: 2d, of: { t: [mean] } }', ['TEMPLATE_VALUE_INVALID']],
    ['{ every: 1s, wait: 1h, of: { t: [mean] } }', ['TEMPLATE_VALUE_INVALID']],
    ['{ every: 1m, of: { door: [mean] } }', ['TEMPLATE_VALUE_INVALID']],
    ['{ every: 1m, of: { who: [count] } }', ['TEMPLATE_VALUE_INVALID']],
    ['{ every: 1m, of: { speed: [mean] } }', ['TEMPLATE_REFERENCE_UNKNOWN']],
    ['{ every: 1m, by: [t], of: { n: [mean] } }', ['TEMPLATE_VALUE_INVALID']],
    ['{ every: 1m, of: { t: [median] } }', ['TEMPLATE_WORD_UNKNOWN']],
  ] as const) {
    assert.deepEqual(codes(aggregate), expected, aggregate);
  }
  assert.deepEqual(codes('{ every: 1m, of: { t: [mean] } }', 'subject: who'), ['TEMPLATE_FIELD_CONFLICT']);
  assert.deepEqual(codes('{ every: 1m, by: [who], of: { t: [mean] } }', 'subject: who'), []);
  assert.deepEqual(codes('{ every: 1m, of: { t: [mean] } }', 'coarsen-time: 1h'), ['TEMPLATE_FIELD_CONFLICT']);
});

test('to store readings one by one again, or windows that are shorter, weakens', () => {
  const judged = (before: string, after: string) =>
    new Map(
      diffTemplates(makeTemplate(before), makeTemplate(after)).map(({ path, effect }) => [path, effect] as const),
    );
  const finer = yaml('{ every: 1s, by: [who], of: { t: [mean, min, count], n: [max] } }');
  assert.equal(judged(whole, finer).get('streams.s.aggregate.every'), 'weakens');
  assert.equal(judged(finer, whole).get('streams.s.aggregate.every'), 'strengthens');
  assert.equal(judged(whole, yaml('')).get('streams.s.aggregate'), 'weakens');
  assert.equal(judged(yaml(''), whole).get('streams.s.aggregate'), 'strengthens');
});
