import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetRelation } from './dataset-relation.ts';
import { makeDataset } from './testing.ts';

test('datasetRelation() is the dataset’s columns and nothing else', () => {
  const dataset = makeDataset();
  const { relation, select } = datasetRelation(dataset, null);
  assert.equal(select, 'SELECT "device", "pressure" FROM "training"');
  assert.deepEqual(
    [relation.purposes, relation.columns.map(({ sqlType }) => sqlType)],
    [['quality'], ['VARCHAR', 'DOUBLE']],
  );
  assert.equal(datasetRelation(dataset, ['pressure']).select, 'SELECT "pressure" FROM "training"');
  for (const columns of [['other'], [], ['device', 'pressure', 'device'], ['device", (select 1) "x']]) {
    assert.throws(() => datasetRelation(dataset, columns), { code: 'API_DATASET_INVALID' });
  }
});
