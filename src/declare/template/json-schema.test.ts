import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { findingsOf } from '../../../test/support/make-template.ts';
import { templateJsonSchema } from './json-schema.ts';

const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
const validate = ajv.compile(templateJsonSchema() as object);
const shipped = ['demo', 'industry/building', 'industry/factory', 'industry/healthcare', 'industry/logistics'];
const read = (name: string): unknown =>
  parse(readFileSync(new URL(`../../../templates/${name}/template.yaml`, import.meta.url), 'utf8'));

test('templateJsonSchema() is a sound schema that takes every shipped template', () => {
  for (const name of shipped) assert.ok(validate(read(name)), `${name}: ${ajv.errorsText(validate.errors)}`);
});

test('templateJsonSchema() takes a file that extends another', () => {
  assert.ok(
    validate({ template: 1, extends: 'industry/logistics', streams: { climate: { rate: '5/s' }, position: null } }),
  );
});

test('templateJsonSchema() refuses wrong keys, words and forms', () => {
  const wrong = [
    {},
    { template: 2 },
    { template: 1, devces: {} },
    { template: 1, devices: { _x: {} } },
    { template: 1, devices: { x: { identity: 'x508' } } },
    { template: 1, streams: { s: { fields: { x: { type: 'numbr' } } } } },
    { template: 1, streams: { s: { rate: 2 } } },
    { template: 1, limits: { payload: '1KB' } },
  ];
  for (const value of wrong) assert.ok(!validate(value), JSON.stringify(value));
});

test('templateJsonSchema() describes every key', () => {
  const root = templateJsonSchema() as {
    readonly properties: Record<string, { readonly description?: string; readonly title?: string }>;
  };
  for (const [key, value] of Object.entries(root.properties)) assert.ok(value.description ?? value.title, key);
});

test('templateJsonSchema() refuses nothing that parseTemplate() takes', () => {
  const base = read('demo');
  const values = [null, 1, -1, 'x', '2/s', '30d', true, [], ['a'], {}, { a: 1 }, 'all', 1.5, '64KiB', [0, 1]];
  const files = {
    'climate_daily.sql': 'select 1',
    'pump_minutely.sql': 'select 1',
    'industry/detection-rules.yaml': 'rules: {}',
  };
  let refused = 0;
  fc.assert(
    fc.property(fc.nat(400), fc.constantFrom(...values), fc.boolean(), (place, value, drop) => {
      const changed = mutate(base, place, value, drop);
      if (validate(changed)) return;
      refused += 1;
      assert.notDeepEqual(findingsOf(stringify(changed), files), [], ajv.errorsText(validate.errors));
    }),
    { numRuns: 400, seed: 1 },
  );
  assert.ok(refused > 50);
});

/** A copy in which one value, counted in order of a walk, is replaced or dropped. */
function mutate(root: unknown, place: number, value: unknown, drop: boolean): unknown {
  let left = place;
  const walk = (node: unknown): unknown => {
    if (left === 0) {
      left = -1;
      return drop ? undefined : value;
    }
    left -= 1;
    if (Array.isArray(node)) return node.map(walk).filter((item) => item !== undefined);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node)
        .map(([key, item]) => [key, walk(item)])
        .filter(([, item]) => item !== undefined),
    );
  };
  return walk(root) ?? {};
}
