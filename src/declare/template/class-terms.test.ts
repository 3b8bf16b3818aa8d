import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLASS_RULES } from '#base/core/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { classRules, keepOf, mainRegion, placeRegion, regionOf } from './class-terms.ts';

const BODY = `devices: {d: {}}
streams:
  plain: {from: d, keep: {min: 1d, max: 2y}, fields: {x: {type: number}}}
  people: {from: d, purposes: [p], keep: {min: 1d, max: 2y}, fields: {x: {type: text, class: personal}, y: {type: text, class: secret}}}
`;

test('classRules() is the table where a template says nothing', () => {
  assert.equal(classRules(makeTemplate(BODY)), CLASS_RULES);
  const rules = classRules(makeTemplate(`classes: {personal: {export: never}}\n${BODY}`));
  assert.deepEqual(rules.personal, { ...CLASS_RULES.personal, exported: 'never' });
  assert.deepEqual(rules.health, CLASS_RULES.health);
});

test('keepOf() is the longest least and the shortest most of a stream and the classes of its fields', () => {
  const template = makeTemplate(
    `classes: {personal: {keep: {min: 7d, max: 30d}}, secret: {}}\n${BODY}`.replace(', secret: {}', ''),
  );
  const days = (name: string) => {
    const { min, max } = keepOf(template, template.streams.get(name) ?? assert.fail());
    return [min, max].map((each) => (each === null ? null : each / 86_400_000));
  };
  assert.deepEqual(days('plain'), [1, 730.5]);
  assert.deepEqual(days('people'), [7, 30]);
});

test('regionOf() and placeRegion() follow the nearest that says something', () => {
  const template = makeTemplate(
    `region: eu\nobjects: {main: {region: de}, cold: {location: /x}, far: {location: /y, region: us}}\n${BODY}`.replace(
      /from: d/g,
      'from: d, region: de',
    ),
  );
  assert.equal(mainRegion(template), 'de');
  assert.deepEqual(
    [null, 'cold', 'far', 'none'].map((place) => placeRegion(template, place)),
    ['de', 'de', 'us', null],
  );
  assert.equal(regionOf(template, template.streams.get('plain') ?? assert.fail()), 'de');
  assert.deepEqual(
    ['_events', '_connections', '_probe'].map((own) => regionOf(template, template.streams.get(own)!)),
    ['de', 'de', null],
    'what the platform says of devices stays where it is',
  );
  const none = makeTemplate(BODY);
  assert.equal(regionOf(none, none.streams.get('plain') ?? assert.fail()), null);
});
