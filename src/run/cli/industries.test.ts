import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listIndustries, readIndustry } from './industries.ts';

test('listIndustries() has each template of the package with what it is for', () => {
  const all = listIndustries();
  assert.ok(all.length >= 4);
  assert.ok(all.every(({ description }) => description !== ''));
  assert.deepEqual(
    all.map(({ name }) => readIndustry(name).name),
    all.map(({ name }) => name),
  );
});

test('readIndustry() names the nearest where there is none', () => {
  assert.throws(() => readIndustry('factroy'), { code: 'CLI_USAGE', message: /did you mean factory/ });
  assert.throws(() => readIndustry('../demo'), { code: 'CLI_USAGE' });
});
