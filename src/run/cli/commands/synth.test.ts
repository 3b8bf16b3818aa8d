import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addSynthCommand } from './synth.ts';

const ROWS = Array.from({ length: 600 }, (_, i) => ({
  device: `d${i % 3}`,
  time: new Date(Date.UTC(2026, 0, 1) + Math.floor(i / 3) * 60_000).toISOString(),
  x: Math.sin(i) * 10,
  open: i % 20 < 3,
  alarm: i % 20 === 3,
  who: `t1-${'abc'[i % 3]}`,
}));
const VIEW = { name: 'climate', columns: [{ name: 'who', type: 'VARCHAR', class: 'identifier' }, { name: 'x', type: 'DOUBLE', class: 'operational' }] }; // prettier-ignore

const ndjson = (rows: readonly object[]) => ({
  status: 200,
  type: 'application/x-ndjson',
  text: rows.map((row) => JSON.stringify(row)).join('\n'),
});

test('weir synth writes rows that are nobody’s, and a report', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/views?purpose=test': { views: [VIEW] },
    'POST /v1/query': ndjson(ROWS),
  });
  const folder = await temporaryFolder(t);
  const [out, report] = [join(folder, 'made.csv'), join(folder, 'report.json')];
  const words = [
    'climate',
    '--rows',
    '50',
    '--out',
    out,
    '--report',
    report,
    '--cause',
    'open:alarm',
    '--purpose',
    'test',
  ];
  const { out: shown } = await platform.run(addSynthCommand, 'synth', ...words);
  assert.match(shown, /effects before their cause +0/);
  const lines = (await readFile(out, 'utf8')).trim().split('\n');
  assert.deepEqual([lines.length, lines[0]], [51, 'device,time,x,open,alarm,who']);
  assert.match(lines[1] ?? '', /^synthetic-1,2026-01-01T.*who-[123]$/);
  assert.ok(!lines.some((line) => line.includes('t1-')), 'no token of anybody');
  assert.equal((JSON.parse(await readFile(report, 'utf8')) as { rows: { made: number } }).rows.made, 50);
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), {
    sql: 'SELECT * FROM "climate" LIMIT 200000',
    purpose: 'test',
  });
});

test('weir synth --epsilon makes rows out of counts with noise', async (t) => {
  const counted = [
    { bin_from: 0, bin_to: 10, count: 90 },
    { bin_from: 10, bin_to: 20, count: -4 },
  ];
  const views = [
    {
      name: 'shared',
      columns: [
        { name: 'x', type: 'DOUBLE' },
        { name: 'time', type: 'TIMESTAMP WITH TIME ZONE' },
      ],
    },
  ];
  const platform = await standIn(t, { 'GET /v1/views': { views }, 'POST /v1/query': ndjson(counted) });
  const out = join(await temporaryFolder(t), 'made.csv');
  const { out: shown } = await platform.run(
    addSynthCommand,
    'synth',
    'shared',
    '--rows',
    '20',
    '--out',
    out,
    '--epsilon',
    '0.5',
  );
  assert.match(shown, /20 rows of x .* ε 0\.5/);
  const values = (await readFile(out, 'utf8')).trim().split('\n').slice(1).map(Number);
  assert.ok(values.length === 20 && values.every((value) => value >= 0 && value < 10));
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), {
    sql: 'SELECT histogram("x", 32) FROM "shared"',
    epsilon: 0.5,
  });
});

test('weir synth says what is wrong with a pair', async (t) => {
  const platform = await standIn(t, {});
  await assert.rejects(platform.run(addSynthCommand, 'synth', 'v', '--rows', '5', '--out', 'x', '--cause', 'open'), {
    code: 'CLI_USAGE',
  });
});
