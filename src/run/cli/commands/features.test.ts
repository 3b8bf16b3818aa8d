import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addFeaturesCommand } from './features.ts';

const column = (name: string, type: string) => ({ name, type, unit: null, class: 'operational' });
const VIEWS = {
  views: [
    {
      name: 'lock',
      columns: [
        column('device', 'VARCHAR'),
        column('time', 'TIMESTAMP WITH TIME ZONE'),
        column('received', 'TIMESTAMP WITH TIME ZONE'),
        column('battery', 'DOUBLE'),
        column('command', 'VARCHAR'),
      ],
      features: [
        { name: 'sag', kind: 'residual', of: 'battery', from: ['load'], at: null, settings: { memory: 1000 } },
        { name: 'low', kind: 'median', of: 'battery', from: [], at: null, settings: { rows: 2 } },
      ],
    },
  ],
};
const ROWS = [
  { device: 'a', time: '2026-01-01T00:00:00Z', battery: 3, command: 'open' },
  { device: 'a', time: '2026-01-01T00:00:10Z', battery: 2, command: 'close' },
];
const answers = {
  'GET /v1/views': { status: 200, type: 'application/json', text: JSON.stringify(VIEWS) },
  'POST /v1/query': {
    status: 200,
    type: 'application/x-ndjson',
    text: ROWS.map((row) => JSON.stringify(row)).join('\n'),
  },
};

test('weir features computes what is declared and what fields give, and says what it leaves out', async (t) => {
  const platform = await standIn(t, answers);
  const out = join(await temporaryFolder(t), 'features.csv');
  const { err } = await platform.run(addFeaturesCommand, 'features', 'lock', '--out', out, '--where', 'battery > 1');
  assert.match(err, /left out sag: there is no column `load`/);
  const [head, first, second] = (await readFile(out, 'utf8')).trim().split('\n');
  assert.equal(head, 'device,time,battery,battery.rate,_gap,_day_sin,_day_cos,command.order,command.timing,low');
  assert.match(first ?? '', /^a,2026-01-01T00:00:00Z,3,,,0,1,/);
  assert.match(second ?? '', /^a,2026-01-01T00:00:10Z,2,-0.1,10,.*,2.5$/);
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), {
    sql: 'SELECT "device", "time", "battery", "command" FROM "lock" WHERE (battery > 1) ORDER BY "device", "received", "time" LIMIT 1000000',
  });
});

test('weir features --plan says what would be computed; ndjson has a row a line', async (t) => {
  const platform = await standIn(t, answers);
  const { out } = await platform.run(addFeaturesCommand, 'features', 'lock', '--plan');
  assert.match(out, /^low +median +measure +operational +the template/m);
  const lines = await platform.run(addFeaturesCommand, 'features', 'lock', '--format', 'ndjson');
  assert.equal((JSON.parse(lines.out.split('\n')[1] ?? '') as { low: number }).low, 2.5);
});

test('weir features refuses a view and a column that are not there, with those that are', async (t) => {
  const platform = await standIn(t, answers);
  await assert.rejects(platform.run(addFeaturesCommand, 'features', 'lokc'), { code: 'CLI_USAGE' });
  await assert.rejects(
    platform.run(addFeaturesCommand, 'features', 'lock', '--columns', 'batery'),
    /it has device, time/,
  );
});
