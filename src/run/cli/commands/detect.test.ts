import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addDetectCommand } from './detect.ts';

const column = (name: string, type: string) => ({ name, type, unit: null, class: 'operational' });
const VIEWS = {
  views: [
    {
      name: 'climate',
      columns: [
        column('device', 'VARCHAR'),
        column('time', 'TIMESTAMP WITH TIME ZONE'),
        column('received', 'TIMESTAMP WITH TIME ZONE'),
        column('seq', 'BIGINT'),
        column('temperature', 'DOUBLE'),
      ],
      features: [],
      detection: {
        type: null,
        declared: {
          stream: 'climate',
          budget: { alarms: 1, per: 3_600_000 },
          detectors: [{ kind: 'robust-z' }, { kind: 'robust-covariance' }],
        },
        ranges: { temperature: [-40, 60] },
      },
    },
    { name: 'plain', columns: [column('who', 'VARCHAR'), column('at', 'TIMESTAMP WITH TIME ZONE')], features: [] },
  ],
};

function rowsText(): string {
  const random = seedRandom(4);
  return Array.from({ length: 900 }, (_, i) => {
    const time = new Date(Date.UTC(2026, 0, 1) + i * 1_000).toISOString();
    const temperature = i === 850 ? 20 : -18 + 0.5 * nextNormal(random);
    return JSON.stringify({ device: 'truck-3', time, received: time, temperature });
  }).join('\n');
}

const answers = {
  'GET /v1/views': { status: 200, type: 'application/json', text: JSON.stringify(VIEWS) },
  'POST /v1/query': { status: 200, type: 'application/x-ndjson', text: rowsText() },
};

test('weir detect judges the past as it is declared, and says what it has to leave out', async (t) => {
  const platform = await standIn(t, answers);
  const span = ['--from', '2026-01-01T00:00:00Z', '--to', '2026-01-02T00:00:00Z', '--device', 'truck-3'];
  const { out, err } = await platform.run(
    addDetectCommand,
    'detect',
    'climate',
    ...span,
    '--where',
    'temperature < 99',
  );
  assert.match(err, /left out robust-covariance: it takes two numbers, and you see 1/);
  assert.match(err, /900 rows, 1 alerts/);
  assert.match(out, /2026-01-01T00:14:10Z .* truck-3 +robust-z .* temperature of truck-3 was 20/);
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), {
    sql: 'SELECT "device", "time", "received", "temperature" FROM "climate" WHERE "time" >= $1::TIMESTAMPTZ AND "time" < $2::TIMESTAMPTZ AND "device" = $3 AND (temperature < 99) ORDER BY "received", "seq", "time" LIMIT 1000000',
    parameters: ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', 'truck-3'],
  });
});

test('weir detect says that there may be more rows than it was to judge', async (t) => {
  const platform = await standIn(t, answers);
  const { err } = await platform.run(addDetectCommand, 'detect', 'climate', '--limit', '900');
  assert.match(err, /there may be more rows: --limit/);
  assert.doesNotMatch((await platform.run(addDetectCommand, 'detect', 'climate', '--limit', '901')).err, /more rows/);
});

test('weir detect --scores has a row for each reading, by the detectors and the budget that are named', async (t) => {
  const platform = await standIn(t, answers);
  const out = join(await temporaryFolder(t), 'scores.csv');
  const named = ['--detectors', 'charts,half-space-trees', '--budget', '1 false alarm per device per day'];
  await platform.run(addDetectCommand, 'detect', 'climate', '--scores', ...named, '--format', 'csv', '--out', out);
  const lines = (await readFile(out, 'utf8')).trim().split('\n');
  assert.equal(
    lines[0],
    'device,time,robust-z,robust-z.limit,ewma-chart,ewma-chart.limit,cusum-chart,cusum-chart.limit,page-hinkley-chart,page-hinkley-chart.limit,half-space-trees,half-space-trees.limit,beyond',
  );
  assert.equal(lines.length, 901);
  assert.match(lines[851] ?? '', /^truck-3,2026-01-01T00:14:10Z,.*robust-z/);
  const json = await platform.run(addDetectCommand, 'detect', 'climate', '--format', 'json');
  const [alert] = JSON.parse(json.out) as { start: string; causes: { field: string }[] }[];
  assert.deepEqual([alert?.start, alert?.causes[0]?.field], ['2026-01-01T00:14:10Z', 'temperature']);
});

test('weir detect refuses what it does not know, with the nearest name', async (t) => {
  const platform = await standIn(t, answers);
  const refused = (...words: string[]) => assert.rejects(platform.run(addDetectCommand, 'detect', ...words), { code: 'CLI_USAGE' }); // prettier-ignore
  await refused('nothing');
  await refused('plain');
  await refused('climate', '--from', 'yesterday');
  await refused('climate', '--budget', 'few');
  await refused('climate', '--format', 'xml');
  await assert.rejects(platform.run(addDetectCommand, 'detect', 'climate', '--detectors', 'robust-y'), {
    hint: 'The nearest is robust-z',
  });
});

const OF_THE_PAGE = [
  'npm run -s weir -- detect climate --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z',
  'npm run -s weir -- detect climate --device truck-3 --detectors charts,half-space-trees --budget "1 false alarm per device per day"',
];

test('weir detect does what its page says, as it stands there', async (t) => {
  const platform = await standIn(t, answers);
  for (const line of OF_THE_PAGE) {
    const words = Array.from(line.replace(/^.* -- /, '').matchAll(/"([^"]*)"|\S+/g), ([all, quoted]) => quoted ?? all);
    const { out, err } = await platform.run(addDetectCommand, ...words);
    assert.match(err, /900 rows, \d+ alerts/);
    assert.match(out, /^START +END +SEVERITY/);
  }
});
