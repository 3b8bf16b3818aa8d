import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { requirePython } from '../support/outside.ts';
import { runProgram } from '../support/run-program.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestDevice, TestPlatform } from '../support/running-platform.ts';
import { postReadings } from './post-readings.ts';

const TEMPLATE = `
devices: { truck: {} }
streams:
  climate:
    from: truck
    purposes: [quality, maintenance]
    fields:
      temperature: { type: number, unit: Cel }
      driver: { type: text, class: personal }
      latitude: { type: number, class: location }
tables:
  depots:
    fields: { truck: { type: text }, depot: { type: text } }
views:
  warm: { from: climate, sql: 'select device, temperature from climate where temperature > 10' }
  drivers: { from: climate, sql: 'select driver, count(*) as n from climate group by driver' }
people:
  analyst: { query: [climate, warm, drivers, depots], purposes: [quality] }
  dispatcher:
    query: [climate]
    purposes: [quality, maintenance]
    sees: [operational, location]
    rows: { climate: "device <> 'truck-2'" }
    masks: { climate.latitude: 'round:0', climate.driver: hash }
  keeper: { query: [_devices, _refusals], may: [table] }
  operator: { query: all, purposes: [quality] }
`;

const START = Date.parse('2026-01-01T00:00:00Z');

test('two people ask the same and get what each may see', async (t) => {
  await using weir = await startTestPlatform(TEMPLATE);
  const one = await weir.enrol('truck-1', 'truck');
  const two = await weir.enrol('truck-2', 'truck');
  await weir.ask('POST', '/v1/grants/import', {
    body: { stream: 'climate', devices: ['truck-1', 'truck-2'], minutes: 5 },
  });
  const reading = (n: number) => ({
    temperature: n,
    driver: n % 2 === 0 ? 'ada' : 'bob',
    latitude: 47.4,
    time: new Date(START + n * 60_000).toISOString(),
    seq: n,
  });
  await sendAll(weir, one, [5, 15]);
  await sendAll(weir, two, [25]);
  /** Sends readings, and waits until they are there. */
  async function sendAll(to: TestPlatform, device: TestDevice, numbers: readonly number[]): Promise<void> {
    const { status, outcomes } = await postReadings(to, device, 'climate', numbers.map(reading));
    assert.equal(status, 202, outcomes);
    const sql = `select seq from climate where device = '${device.name}'`;
    await eventually(
      () => to.query(sql, { purpose: 'quality' }),
      (rows) => rows.length === numbers.length,
    );
  }
  const analyst = await weir.addUser('ada', ['analyst']);
  const dispatcher = await weir.addUser('bob', ['dispatcher']);
  const keeper = await weir.addUser('eve', ['keeper']);
  const quality = { purpose: 'quality' };

  await t.test('columns, rows and masks', async () => {
    const sql = 'select * exclude (received, time, time_given, via, seq) from climate order by temperature';
    assert.deepEqual(await weir.query(sql, { token: analyst, ...quality }), [
      { device: 'truck-1', temperature: 5 },
      { device: 'truck-1', temperature: 15 },
      { device: 'truck-2', temperature: 25 },
    ]);
    const seen = await weir.query<{ device: string; temperature: number; driver: string; latitude: number }>(sql, {
      token: dispatcher,
      ...quality,
    });
    assert.deepEqual(
      seen.map(({ device, temperature, latitude }) => ({ device, temperature, latitude })),
      [
        { device: 'truck-1', temperature: 5, latitude: 47 },
        { device: 'truck-1', temperature: 15, latitude: 47 },
      ],
    );
    assert.equal(new Set(seen.map(({ driver }) => driver)).size, 1);
    assert.doesNotMatch(JSON.stringify(seen), /ada|bob/);
    const hidden = weir.query('select driver from climate', { token: analyst, ...quality });
    await assert.rejects(hidden, { code: 'QUERY_FAILED' });
    await assert.rejects(weir.query('select 1 from climate', { token: keeper, ...quality }), { code: 'QUERY_REFUSED' });
    const count = { token: dispatcher, ...quality };
    assert.deepEqual(await weir.query('select count(*)::integer as n from climate', count), [{ n: 2 }]);
  });

  await t.test('purposes', async () => {
    const sql = 'select count(*)::integer as n from climate';
    assert.deepEqual(await weir.query(sql, { token: dispatcher, purpose: 'maintenance' }), [{ n: 2 }]);
    for (const asked of [{ purpose: 'maintenance' }, { purpose: 'marketing' }])
      await assert.rejects(
        weir.query(sql, { token: analyst, ...asked }),
        { code: 'QUERY_REFUSED' },
        JSON.stringify(asked),
      );
    // Of several purposes nobody guesses which.
    await assert.rejects(weir.query(sql, { token: dispatcher }), {
      code: 'QUERY_REFUSED',
      message: /no purpose was stated/,
    });
    // Entries are shown once a checkpoint has them.
    const denied = await eventually(
      async () => {
        const { entries } = await weir.ask<{ entries: { event: Record<string, unknown> }[] }>(
          'GET',
          '/v1/audit/entries?limit=1000',
        );
        return entries.map(({ event }) => event).filter(({ reason }) => reason === 'purpose');
      },
      (found) => found.length === 3,
    );
    assert.deepEqual(
      denied.map(({ action, outcome, purpose }) => [action, outcome, purpose]),
      [
        ['query', 'denied', 'maintenance'],
        ['query', 'denied', 'marketing'],
        ['query', 'denied', undefined],
      ],
    );
  });

  await t.test('declared views, and those that show what a role may not see', async () => {
    const rows = await weir.query('select * from warm order by temperature', { token: analyst, ...quality });
    assert.deepEqual(rows, [
      { device: 'truck-1', temperature: 15 },
      { device: 'truck-2', temperature: 25 },
    ]);
    await assert.rejects(weir.query('select driver from drivers', { token: analyst, ...quality }), {
      code: /^QUERY_(FAILED|REFUSED)$/,
    });
    await assert.rejects(weir.query('select * from warm', { token: dispatcher, ...quality }), {
      code: 'QUERY_REFUSED',
    });
  });

  await t.test('reference tables are loaded by those who may, and joined', async () => {
    const load = (token: string) =>
      weir.call('POST', '/v1/tables/depots', {
        token,
        body: 'truck,depot\ntruck-1,Basel\ntruck-2,Bern\n',
        headers: { 'content-type': 'text/csv' },
      });
    assert.equal((await load(analyst)).status, 403);
    assert.equal((await load(keeper)).status, 200);
    const sql =
      'select depot, max(temperature) as hottest from climate join depots on device = truck group by depot order by depot';
    const joined = [
      { depot: 'Basel', hottest: 15 },
      { depot: 'Bern', hottest: 25 },
    ];
    assert.deepEqual(await weir.query(sql, { token: analyst, ...quality }), joined);
    await weir.restart();
    assert.deepEqual(await weir.query(sql, { token: analyst, ...quality }), joined);
  });

  await t.test('the list of views has what a person may see, with what it means', async () => {
    const list = async (token: string) => {
      const { views } = await weir.ask<{
        views: {
          name: string;
          columns: { name: string; unit: string | null; class: string; mask?: string | null }[];
        }[];
      }>('GET', '/v1/views?purpose=quality', { token });
      return new Map(views.map(({ name, columns }) => [name, columns]));
    };
    const analysts = await list(analyst);
    assert.deepEqual(new Set(analysts.keys()).isSupersetOf(new Set(['climate', 'warm', 'depots'])), true);
    const temperature = analysts.get('climate')?.find(({ name }) => name === 'temperature');
    assert.deepEqual([temperature?.unit, temperature?.class], ['Cel', 'operational']);
    assert.equal(
      analysts.get('climate')?.some(({ name }) => name === 'driver'),
      false,
    );
    const dispatchers = await list(dispatcher);
    assert.deepEqual([...dispatchers.keys()], ['climate']);
    assert.ok(dispatchers.get('climate')?.some(({ name }) => name === 'driver'));
    assert.ok(![...analysts.keys()].includes('_probe'));
  });

  await t.test('a view in every format, by columns and time', async (sub) => {
    const get = async (format: string, more = '') => {
      const path = `/v1/views/climate?purpose=quality&columns=device,temperature,time&format=${format}${more}`;
      const answer = await weir.call('GET', path, { token: analyst });
      assert.equal(answer.status, 200, answer.body.toString());
      return answer;
    };
    const from = '&from=2026-01-01T00:10:00Z&to=2026-01-01T00:20:00Z';
    assert.match((await get('csv', from)).body.toString(), /^device,temperature,time\r?\ntruck-1,15.*\r?\n$/);
    const lines = (await get('ndjson', '&limit=2')).body.toString().trim().split('\n');
    assert.equal(lines.length, 2);
    assert.deepEqual(Object.keys(JSON.parse(lines[0] ?? '{}') as object), ['device', 'temperature', 'time']);
    assert.equal((await get('json', from)).json<{ rows: unknown[] }>().rows.length, 1);
    assert.match((await get('table', from)).body.toString(), /truck-1/);
    assert.equal((await weir.call('GET', '/v1/views/climate?format=xml', { token: analyst })).status, 400);

    const python = requirePython(sub, 'pyarrow');
    const arrow = join(weir.folder, 'climate.arrow');
    const parquet = join(weir.folder, 'climate.parquet');
    await writeFile(arrow, (await get('arrow')).body);
    await writeFile(parquet, (await get('parquet')).body);
    const script = `
import sys, pyarrow.ipc as ipc, pyarrow.parquet as pq
for table in (ipc.open_stream(open(sys.argv[1], 'rb')).read_all(), pq.read_table(sys.argv[2])):
    rows = sorted(table.to_pylist(), key=lambda row: row['temperature'])
    print([(row['device'], row['temperature'], row['time'].isoformat()) for row in rows])
`;
    const { output, errors } = await runProgram({ command: python, arguments: ['-c', script, arrow, parquet] }, 60_000);
    const expected =
      "[('truck-1', 5.0, '2026-01-01T00:05:00+00:00'), ('truck-1', 15.0, '2026-01-01T00:15:00+00:00'), ('truck-2', 25.0, '2026-01-01T00:25:00+00:00')]";
    assert.equal(output, `${expected}\n${expected}\n`, errors);
  });

  await t.test('policies about rows: one SQL, two people, other rows, everywhere', async () => {
    const rows = `
forbid (principal in Role::"analyst", action == Action::"query", resource == View::"climate") unless {
  resource has row.temperature && resource.row.temperature.lessThan(decimal("20.0"))
};
forbid (principal in Role::"dispatcher", action == Action::"query", resource == View::"climate") unless {
  resource has row.device_type && resource.row.device_type == DeviceType::"cart"
};`;
    const apply = (text: string, files: Readonly<Record<string, string>>) =>
      weir.ask('POST', '/v1/template/apply', {
        body: { path: 'template.yaml', text: `template: 1\nname: test\n${text}`, files },
      });
    const carts = TEMPLATE.replace('devices: { truck: {} }', 'devices: { truck: {}, cart: {} }').replace(
      'from: truck',
      'from: [truck, cart]',
    );
    await apply(`${carts}policies: [rows.cedar]\n`, { 'rows.cedar': rows });
    const sql = 'select device, temperature from climate order by temperature';
    const below = [
      { device: 'truck-1', temperature: 5 },
      { device: 'truck-1', temperature: 15 },
    ];
    // Once sealed and once not, in each form, through a view of it, and counted.
    assert.deepEqual(await weir.query(sql, { token: analyst, ...quality }), below);
    const csv = await weir.call('POST', '/v1/query?format=csv', { token: analyst, body: { sql, ...quality } });
    assert.equal(csv.body.toString().trim().split('\n').length, 3);
    assert.deepEqual(await weir.query('select * from warm', { token: analyst, ...quality }), [below[1]]);
    const counted = 'select count(*)::integer as n, max(temperature) as most from climate';
    assert.deepEqual(await weir.query(counted, { token: analyst, ...quality }), [{ n: 2, most: 15 }]);
    assert.equal((await weir.query(sql, { token: dispatcher, ...quality })).length, 0);
    const cart = await weir.enrol('cart-1', 'cart');
    await weir.ask('POST', '/v1/grants/import', { body: { stream: 'climate', devices: ['cart-1'], minutes: 5 } });
    await sendAll(weir, cart, [7]);
    assert.deepEqual(await weir.query(sql, { token: dispatcher, ...quality }), [{ device: 'cart-1', temperature: 7 }]);
    assert.deepEqual(await weir.query(counted, { token: analyst, ...quality }), [{ n: 3, most: 15 }]);
    await apply(carts, {});
    assert.equal((await weir.query(sql, { token: analyst, ...quality })).length, 4);
  });
});

test('the views of the demo answer', async () => {
  const demo = join(import.meta.dirname, '../../templates/demo');
  const read = (name: string): Promise<string> => readFile(join(demo, name), 'utf8');
  const sql = ['climate_daily.sql', 'pump_minutely.sql'] as const;
  const files = Object.fromEntries(await Promise.all(sql.map(async (name) => [name, await read(name)] as const)));
  await using weir = await startTestPlatform(await read('template.yaml'), files);
  const truck = await weir.enrol('truck-1', 'reefer');
  const pump = await weir.enrol('pump-1', 'pump');
  const climate = { container: 'C1', temperature: 4, humidity: 40, door: false };
  const flow = {
    accelerometer_1: 1,
    accelerometer_2: 1,
    current: 2,
    pressure: 3,
    temperature: 60,
    thermocouple: 25,
    voltage: 230,
    flow_rate: 120,
  };
  assert.equal((await postReadings(weir, truck, 'climate', [climate])).status, 202);
  assert.equal((await postReadings(weir, pump, 'pump', [flow])).status, 202);
  const scientist = await weir.addUser('ada', ['scientist']);
  for (const [view, purpose] of [
    ['climate_daily', 'quality'],
    ['pump_minutely', 'maintenance'],
  ] as const) {
    const rows = await eventually(
      () => weir.query(`select * from ${view}`, { token: scientist, purpose }),
      (found) => found.length > 0,
    );
    assert.equal(rows.length, 1, view);
  }
});
