import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf } from '../../../test/support/make-template.ts';

const stream = (body: string) =>
  findingsOf(`devices: {pump: {}}\nstreams:\n  s: {from: pump, ${body}}`).map((line) => line.replace(/ \d+:\d+/, ''));
const fields = 'fields: {x: {type: number}, who: {type: text, class: personal}}, purposes: [p]';

test('checkStreams() takes a sound stream', () => {
  assert.deepEqual(stream(`subject: who, keep: {min: 1d, max: 1d}, rate: {sustained: 1/h, burst: 1}, ${fields}`), []);
  assert.deepEqual(stream('basis: contract, purposes: [care], fields: {pulse: {type: number, class: health}}'), []);
  assert.deepEqual(stream(`basis: consent, subject: who, ${fields}`), []);
});

test('checkStreams() refuses what does not hold together', () => {
  const table: [string, string][] = [
    [`subject: wo, ${fields}`, 'TEMPLATE_REFERENCE_UNKNOWN ~who'],
    [`subject: x, ${fields}`, 'TEMPLATE_FIELD_CONFLICT'],
    [`subject: toString, ${fields}`, 'TEMPLATE_REFERENCE_UNKNOWN'],
    ['subject: x, fields: {x: {type: text}}', 'TEMPLATE_FIELD_CONFLICT'],
    ['fields: {who: {type: text, class: personal}}', 'TEMPLATE_PURPOSE_MISSING'],
    ['purposes: [], fields: {who: {type: text, class: identifier}}', 'TEMPLATE_PURPOSE_MISSING'],
    ['purposes: [p], fields: {pulse: {type: number, class: health}}', 'TEMPLATE_PURPOSE_MISSING'],
    [`keep: {min: 2d, max: 1d}, ${fields}`, 'TEMPLATE_VALUE_INVALID'],
    [`basis: consent, ${fields}`, 'TEMPLATE_FIELD_CONFLICT'],
    ['basis: consent, fields: {x: {type: number}}', 'TEMPLATE_FIELD_CONFLICT'],
    ['basis: consent, subject: w, fields: {w: {type: text, class: personal}}', 'TEMPLATE_PURPOSE_MISSING'],
    [
      `basis: consent, subject: w, purposes: [${Array.from({ length: 16 }, (_, n) => `p${n}`).join(', ')}], fields: {w: {type: text, class: personal}}`,
      'TEMPLATE_VALUE_INVALID',
    ],
    [`rate: 0/s, ${fields}`, 'TEMPLATE_VALUE_INVALID'],
    [`rate: 2, ${fields}`, 'TEMPLATE_TYPE_WRONG'],
    ['purposes: [p]', 'TEMPLATE_KEY_MISSING'],
  ];
  for (const [body, expected] of table) assert.ok(stream(body).includes(expected), `${body}: ${stream(body).join()}`);
});

test('checkStreams() knows the device types', () => {
  const yaml =
    'devices: {pump: {speaks-for: [valv]}, valve: {}}\nstreams: {s: {from: [pump, plc], fields: {x: {type: number}}}}';
  assert.deepEqual(findingsOf(yaml), ['TEMPLATE_REFERENCE_UNKNOWN 3:31 ~valve', 'TEMPLATE_REFERENCE_UNKNOWN 4:28']);
  assert.deepEqual(findingsOf('devices: {d: {}}\nstreams: {s: {from: [], fields: {x: {type: number}}}}'), [
    'TEMPLATE_VALUE_INVALID 4:21',
  ]);
});

test('checkStreams() takes as many streams as the gateway has places for, where those that are aggregated count twice', () => {
  const template = (plain: number, aggregated: number): readonly string[] => {
    const streams = Array.from({ length: plain + aggregated }, (_, i) => {
      const aggregate = i < plain ? '' : ', aggregate: {every: 1m, of: {x: [mean]}}';
      return `  s${i}: {from: pump, fields: {x: {type: number}}${aggregate}}`;
    });
    return findingsOf(`devices: {pump: {}}\nstreams:\n${streams.join('\n')}`);
  };
  assert.deepEqual([template(120, 0), template(100, 10)], [[], []]);
  for (const many of [template(121, 0), template(100, 11)]) assert.match(many.join(), /^TEMPLATE_TOO_LARGE[^,]*$/);
});
