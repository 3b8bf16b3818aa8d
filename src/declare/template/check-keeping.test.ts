import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';

const template = (top: string, stream = '', field = 'type: number') =>
  `${top === '' ? '' : `${top}\n`}devices: {d: {}}\nstreams:\n  s:\n    from: d\n    ${stream}\n    purposes: [p]\n    fields: {x: {${field}}}`;

test('checkKeeping() takes what goes together', () => {
  const yaml = template(
    'region: eu\nobjects: {cold: {location: /mnt/cold}, deep: {location: s3://b/p, credentials: deep.json, region: eu}}\nclasses: {operational: {keep: {max: 1y}}}',
    'archive: {after: 90d, to: deep}',
  );
  const { objects, classes, streams } = makeTemplate(yaml);
  assert.deepEqual(objects?.get('cold'), { name: 'cold', location: '/mnt/cold', region: null });
  assert.deepEqual(objects?.get('deep')?.s3, { credentials: 'deep.json' });
  assert.deepEqual(classes?.get('operational')?.keep?.max, 365.25 * 86_400_000);
  assert.deepEqual(streams.get('s')?.archive, { after: 90 * 86_400_000, to: 'deep' });
});

test('checkKeeping() refuses a stream that has to stay where the platform does not stand', () => {
  const table: [top: string, stream: string, found: string[]][] = [
    ['region: eu', 'region: eu', []],
    ['region: eu', 'region: us', ['TEMPLATE_FIELD_CONFLICT 7:5']],
    ['', 'region: us', ['TEMPLATE_FIELD_CONFLICT 7:5']],
    ['region: eu\nobjects: {main: {region: us}}', '', ['TEMPLATE_FIELD_CONFLICT 6:3']],
    ['region: eu\nobjects: {main: {region: us}}', 'region: us', []],
    ['region: eu\nclasses: {operational: {region: us}}', '', ['TEMPLATE_FIELD_CONFLICT 6:3']],
    ['region: eu\nclasses: {operational: {region: us}}', 'region: eu', ['TEMPLATE_FIELD_CONFLICT 8:5']],
    ['region: eu\nclasses: {health: {region: us}}', '', []],
  ];
  for (const [top, stream, found] of table) {
    assert.deepEqual(
      findingsOf(template(top, stream)).map((one) => one.split(' ')[0]),
      found.map((one) => one.split(' ')[0]),
      `${top} ${stream}`,
    );
  }
});

test('checkKeeping() refuses places and archives that cannot be', () => {
  const table: [top: string, stream: string][] = [
    ['objects: {cold: {region: eu}}', ''],
    ['objects: {main: {location: /x}}', ''],
    ['objects: {cold: {location: s3://b/p}}', ''],
    ['objects: {cold: {location: /x, credentials: c.json}}', ''],
    ['region: eu', 'archive: {after: 1d, to: cold}'],
    ['region: eu\nobjects: {cold: {location: /x, region: us}}', 'archive: {after: 1d, to: cold}'],
    ['objects: {cold: {location: /x}}', 'archive: {after: 30d, to: cold}\n    keep: {max: 30d}'],
    ['classes: {operational: {keep: {min: 1y}}}', 'keep: {max: 30d}'],
    ['classes: {secret: {export: allowed}}', ''],
  ];
  for (const [top, stream] of table) assert.equal(findingsOf(template(top, stream)).length, 1, `${top} ${stream}`);
});
