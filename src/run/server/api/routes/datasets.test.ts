import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { Dataset } from '../../datasets/dataset.ts';
import type { DatasetRequest } from '../../datasets/dataset.ts';
import { makeDataset } from '../../datasets/testing.ts';
import { ApiError } from '../errors.ts';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

/** Datasets that note what they are asked; there is one, `training`. */
function recordDatasets(dataset: Dataset = makeDataset()) {
  const asked: DatasetRequest[] = [];
  const removed: string[] = [];
  const datasets: Services['datasets'] = {
    create: async (_caller, request) => {
      asked.push(request);
      return dataset;
    },
    list: async () => [dataset],
    show: async (_caller, name) => {
      if (name === 'training') return dataset;
      throw new ApiError('API_DATASET_UNKNOWN', 'none');
    },
    rows: async (_caller, _dataset, { format, columns }) => ({
      contentType: `x/${format}`,
      parts: (async function* () {
        yield Buffer.from(String(columns));
      })(),
      headers: {},
    }),
    remove: async (actor) => void removed.push(actor),
    endOf: () => micros(5_000_000),
    erasureOf: () => 'whole',
    leftOut: async () => ({ subjects: 1, rows: 2 }),
  };
  return { datasets, asked, removed };
}

test('POST /v1/datasets makes a statement of a view and a condition, or takes one', async (t) => {
  const { datasets, asked } = recordDatasets();
  const { call } = await openApi(t, { datasets });
  const made = await call('POST', '/v1/datasets', {
    body: { name: 'training', from: 'pump', where: 'a > 1 -- b', keepDays: 2 },
  });
  assert.equal(made.status, 201, made.text);
  const { version, ends, erasure } = made.json();
  assert.deepEqual([version, ends, erasure], [1, '1970-01-01T00:00:05Z', 'whole']);
  await call('POST', '/v1/datasets', {
    body: { name: 'training', sql: 'select 1 as n', purpose: 'quality', parameters: [1] },
  });
  assert.deepEqual(asked, [
    {
      name: 'training',
      sql: 'SELECT * FROM "pump" WHERE (a > 1 -- b\n)',
      rowsOf: 'pump',
      parameters: [],
      purpose: null,
      keep: 172_800_000,
    },
    { name: 'training', sql: 'select 1 as n', rowsOf: null, parameters: [1], purpose: 'quality', keep: null },
  ]);
  for (const body of [
    { name: 'a' },
    { name: 'a', from: 'x', sql: 'select 1' },
    { name: 'a', sql: 'x', where: 'y' },
    { name: 'a', from: 'x" union' },
  ]) {
    assert.equal((await call('POST', '/v1/datasets', { body })).json()['code'], 'API_DATASET_INVALID');
  }
});

test('GET /v1/datasets shows, reads and tells the lineage', async (t) => {
  const { datasets } = recordDatasets();
  const segmentLineage: Services['segmentLineage'] = async (ids) => [
    {
      segment: {
        id: ids[0],
        stream: 'pump',
        rows: 9,
        digest: '01'.repeat(32),
        inputs: [],
        spans: [],
        templates: ['t'],
      } as never,
      state: 'replaced',
      replacedBy: 's2',
    },
  ];
  const { call } = await openApi(t, { datasets, segmentLineage });
  assert.equal(((await call('GET', '/v1/datasets')).json()['datasets'] as unknown[]).length, 1);
  assert.equal(
    (await call('GET', '/v1/datasets/training?version=1')).json()['sql'],
    'select device, pressure from pump',
  );
  const shown = (await call('GET', '/v1/datasets/training')).json();
  assert.deepEqual(shown['leftOut'], { subjects: 1, rows: 2 });
  assert.equal((await call('GET', '/v1/datasets/other')).json()['code'], 'API_DATASET_UNKNOWN');
  const lineage = (await call('GET', '/v1/datasets/training/lineage')).json() as {
    segments: object[];
    devices: string[];
  };
  assert.deepEqual(lineage.devices, ['pump-1']);
  assert.deepEqual(
    { ...lineage.segments[0], journal: [] },
    {
      id: 's1',
      stream: 'pump',
      rows: 9,
      digest: '01'.repeat(32),
      direct: true,
      state: 'replaced',
      replacedBy: 's2',
      inputs: [],
      journal: [],
      templates: ['t'],
    },
  );
  const rows = await call('GET', '/v1/datasets/training/rows?columns=device,pressure&format=csv');
  assert.deepEqual([rows.headers['content-type'], rows.text], ['x/csv', 'device,pressure']);
  assert.equal((await call('GET', '/v1/datasets/training/rows')).headers['content-type'], 'x/arrow');
});

test('POST /v1/datasets/:name/delete is for the maker, or who administers', async (t) => {
  const { datasets, removed } = recordDatasets();
  const { call, identity } = await openApi(t, { datasets });
  const { token } = await identity.people.add('eve', ['scientist'], 'test');
  const refused = await call('POST', '/v1/datasets/training/delete', { as: { token }, body: {} });
  assert.deepEqual([refused.status, removed], [403, []]);
  assert.equal((await call('POST', '/v1/datasets/training/delete', { body: { version: 1 } })).status, 200);
  assert.equal(removed.length, 1);
});

test('POST /v1/datasets/:name/credential gives a key for this dataset and purpose, and none to keys', async (t) => {
  const { datasets } = recordDatasets();
  const { call, identity } = await openApi(t, { datasets });
  const { token, user } = await identity.people
    .add('ada', ['scientist'], 'test')
    .then((added) => ({ token: added.token, user: added.person.id }));
  const made = await call('POST', '/v1/datasets/training/credential', { as: { token }, body: { minutes: 5 } });
  assert.equal(made.status, 201, made.text);
  const { key, secret } = made.json() as { key: Record<string, unknown>; secret: string };
  assert.deepEqual(
    [key['actions'], key['views'], key['purposes'], key['agent']],
    [['query'], ['_dataset_training'], ['quality'], ['scientist']],
  );
  const again = await call('POST', '/v1/datasets/training/credential', { as: { token: secret }, body: { minutes: 5 } });
  assert.equal(again.json()['code'], 'API_DATASET_REFUSED');
  const other = await call('POST', '/v1/datasets/training/credential', {
    as: { token },
    body: { minutes: 5, user: 'somebody' },
  });
  assert.equal(other.status, 403);
  assert.equal(
    (await call('POST', '/v1/datasets/training/credential', { body: { minutes: 5 } })).json()['code'],
    'API_DATASET_REFUSED',
  );
  const given = await call('POST', '/v1/datasets/training/credential', { body: { minutes: 5, user } });
  assert.equal((given.json()['key'] as Record<string, unknown>)['user'], user);
});
