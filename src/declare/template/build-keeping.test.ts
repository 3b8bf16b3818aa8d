import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildClasses, buildPlaces, declassificationsOf } from './build-keeping.ts';

test('buildClasses() has what is said and nothing else', () => {
  const classes = buildClasses({ personal: { keep: { max: '2d' }, export: 'never', mask: 'hash' }, health: {} });
  assert.deepEqual(
    [...classes],
    [
      ['personal', { keep: { min: null, max: 172_800_000 }, mask: 'hash', exported: 'never' }],
      ['health', {}],
    ],
  );
});

test('buildPlaces() tells directories from buckets', () => {
  const places = buildPlaces({
    main: { region: 'eu' },
    cold: { location: 's3://b/p', credentials: 'c.json', endpoint: 'https://e.example', 'bucket-region': 'eu-1' },
  });
  assert.deepEqual(places.get('main'), { name: 'main', location: null, region: 'eu' });
  assert.deepEqual(places.get('cold'), {
    name: 'cold',
    location: 's3://b/p',
    region: null,
    s3: { endpoint: 'https://e.example', region: 'eu-1', credentials: 'c.json' },
  });
});

test('declassificationsOf() lists the rules of a view', () => {
  assert.deepEqual(declassificationsOf({ from: 's', sql: 'select 1' }), {});
  const view = {
    from: 's',
    sql: 'select 1',
    declassify: { means: { columns: 'm', to: 'operational', because: 'a mean' } },
  };
  assert.deepEqual(declassificationsOf(view as never), {
    declassify: [{ rule: 'means', columns: ['m'], to: 'operational', because: 'a mean' }],
  });
});
