import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import type { ReplayReport } from '#run/cli/replay/tally.ts';
import { corpora } from '../support/outside.ts';
import { Workplace } from './cli-harness.ts';

type Row = Record<string, unknown>;

/** Rows of a statement over files, straight in DuckDB. */
async function straight(sql: string): Promise<readonly Row[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Rows of a statement over what a platform stored. */
async function stored(place: Workplace, sql: string, ...words: readonly string[]): Promise<readonly Row[]> {
  return (await place.json<{ rows: Row[] }>('query', sql, ...words)).rows;
}

/**
 * Count, sum, least and most of columns by device, and the ends of time. Sums are of decimals, which do not hang on
 * the order of rows; all of it as text, so that nothing is rounded on the way.
 */
function measure(columns: readonly { readonly field: string; readonly column: string }[]): string {
  const parts = columns.flatMap(({ field, column }) => {
    const exact = `cast(${column} as decimal(30, 10))`;
    return [
      `cast(sum(${exact}) as varchar) as ${field}_sum`,
      `cast(min(${exact}) as varchar) as ${field}_min`,
      `cast(max(${exact}) as varchar) as ${field}_max`,
    ];
  });
  return ['cast(count(*) as varchar) as n', ...parts].join(', ');
}

const SKAB = new Map([
  ['accelerometer_1', 'Accelerometer1RMS'],
  ['accelerometer_2', 'Accelerometer2RMS'],
  ['current', 'Current'],
  ['pressure', 'Pressure'],
  ['temperature', 'Temperature'],
  ['thermocouple', 'Thermocouple'],
  ['voltage', 'Voltage'],
  ['flow_rate', 'Volume Flow RateRMS'],
]);

/** A run of the testbed is a device of its own: its name says folder and file. */
function skabRuns(folder: string): readonly { readonly device: string; readonly file: string }[] {
  return ['anomaly-free', 'valve1', 'valve2', 'other'].flatMap((group) =>
    readdirSync(path.join(folder, group))
      .filter((name) => name.endsWith('.csv.gz'))
      .map((name) => ({ device: `${group}-${path.basename(name, '.csv.gz')}`, file: path.join(folder, group, name) })),
  );
}

test('the runs of SKAB go through MQTT to the same counts, sums and bounds as straight from the files', async (t) => {
  const runs = skabRuns(corpora(t, 'data/skab'));
  assert.ok(runs.length > 15);
  const place = await Workplace.make(t);
  await place.init('factory');
  await using platform = await place.up();
  const map = [...SKAB].map(([field, column]) => `${field}=${column}`).join(',');
  let taken = 0;
  for (const { device, file } of runs) {
    const common = ['--stream', 'pump', '--device', device, '--enrol', 'pump', '--time-column', 'datetime'];
    const report = await place.json<ReplayReport>('replay', file, ...common, '--map', map);
    assert.deepEqual(report.unreadable, {}, device);
    assert.deepEqual(report.refused, {}, device);
    assert.equal(report.stored, report.read, device);
    taken += report.stored;
  }
  t.diagnostic(`${taken} rows of ${runs.length} runs are stored`);
  const columns = [...SKAB.keys()].map((field) => ({ field, column: `"${field}"` }));
  const ours = await stored(place, `select device, ${measure(columns)} from pump group by device order by device`);
  assert.equal(ours.length, runs.length);
  const source = [...SKAB].map(([field, column]) => ({ field, column: `"${column}"` }));
  for (const { device, file } of runs) {
    const [theirs] = await straight(
      `select '${device}' as device, ${measure(source)} from read_csv('${file}', delim = ';')`,
    );
    assert.deepEqual(
      ours.find((row) => row['device'] === device),
      theirs,
    );
  }
  assert.equal(platform.child.exitCode, null);
});

const TON: readonly { readonly device: string; readonly stream: string; readonly fields: readonly string[] }[] = [
  { device: 'fridge-01', stream: 'fridge', fields: ['fridge_temperature'] },
  { device: 'gps-01', stream: 'gps_tracker', fields: ['latitude', 'longitude'] },
  {
    device: 'modbus-01',
    stream: 'modbus',
    fields: ['FC1_Read_Input_Register', 'FC2_Read_Discrete_Value', 'FC3_Read_Holding_Register', 'FC4_Read_Coil'],
  },
  { device: 'thermostat-01', stream: 'thermostat', fields: ['current_temperature', 'thermostat_status'] },
];

test('the gateway stream of TON_IoT goes through MQTT to the same answers as straight from the file', async (t) => {
  const file = corpora(t, 'data/ton-iot/gateway_stream.jsonl.gz');
  const place = await Workplace.make(t);
  await place.init('building');
  await using platform = await place.up();
  const route = TON.map(({ device, stream }) => `${device}=${stream}`).join(',');
  const words = ['--fields', 'metrics', '--device-column', 'device', '--time-column', 'ts', '--route', route];
  const report = await place.json<ReplayReport>('replay', file, ...words, '--enrol', 'auto');
  t.diagnostic(JSON.stringify(report));
  assert.ok(report.stored >= 0.99 * report.read);
  // Attacks made a few latitudes beyond the pole; nothing else is refused.
  const beyond = `not (json_extract_string(metrics, '$.latitude')::double between -90 and 90)`;
  const json = `read_json('${file}', format = 'newline_delimited', columns = {ts: 'TIMESTAMPTZ', device: 'VARCHAR', metrics: 'JSON'})`;
  const [wrong] = await straight(
    `select cast(count(*) as integer) as n from ${json} where device = 'gps-01' and ${beyond}`,
  );
  assert.deepEqual(report.refused, { range: wrong?.['n'] });
  assert.equal(report.stored + Number(wrong?.['n']), report.read);
  // Positions are for those who guard the building, and nobody else.
  const { token } = await place.json<{ token: string }>('user', 'add', 'guard', '--role', 'security');
  await writeFile(place.path('guard.token'), token, { mode: 0o600 });
  for (const { device, stream, fields } of TON) {
    const as = stream === 'gps_tracker' ? ['--token-file', 'guard.token', '--purpose', 'security'] : [];
    const ends = (time: string): string =>
      `cast(epoch_us(min(${time})) as varchar) as first, cast(epoch_us(max(${time})) as varchar) as last`;
    const here = fields.map((field) => ({ field, column: `"${field}"` }));
    const there = fields.map((field) => ({ field, column: `json_extract_string(metrics, '$.${field}')` }));
    const ours = await stored(
      place,
      `select device, ${ends('time')}, ${measure(here)} from ${stream} group by device`,
      ...as,
    );
    const kept = device === 'gps-01' ? `and not (${beyond})` : '';
    const theirs = await straight(
      `select device, ${ends('ts')}, ${measure(there)} from ${json} where device = '${device}' ${kept} group by device`,
    );
    assert.deepEqual(ours, theirs, device);
  }

  await t.test('a second run stores nothing twice, and one that resumes sends almost nothing', async () => {
    const count = async (): Promise<unknown> => (await stored(place, 'select count(*) as n from modbus'))[0]?.['n'];
    const before = await count();
    const again = await place.json<ReplayReport>('replay', file, ...words, '--resume');
    assert.ok(again.skipped > 0.98 * again.read, JSON.stringify(again));
    assert.deepEqual(Object.keys(again.refused), again.refused['range'] === undefined ? [] : ['range']);
    assert.equal(await count(), before);
  });
  assert.equal(platform.child.exitCode, null);
});
