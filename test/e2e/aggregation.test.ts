import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import mqtt from 'mqtt';
import { searchFolders } from '#run/server/prove/search-files.ts';
import { ChildPlatform } from '../support/child-platform.ts';
import { eventually } from '../support/eventually.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { SteadyPublisher } from '../support/steady-publisher.ts';

const TEMPLATE = `
devices: { truck: {} }
streams:
  climate:
    from: truck
    rate: { sustained: 100000/s, burst: 1000000 }
    aggregate: { every: 2s, wait: 1s, by: [zone], of: { temperature: [mean, min, max, count], n: [count] } }
    fields:
      zone: { type: text, nullable: true }
      temperature: { type: number, range: [-40, 60], nullable: true }
      n: { type: integer, nullable: true }
      note: { type: text, nullable: true }
people:
  operator: { query: all }
`;

/** A value that no other reading has, to be looked for on disk. */
const CANARY = 12.345678912345;

interface Row {
  readonly device: string;
  readonly time: number;
  readonly zone: string | null;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly count: number;
}

const ROWS = `select device, epoch_us("time")::double as "time", zone, temperature_mean as mean, temperature_min as min,
  temperature_max as max, temperature_count::double as count from climate`;

test('a stream that is aggregated at the door has one row of each device and window', async (t) => {
  await using weir = await ChildPlatform.start(TEMPLATE, { workers: 2 });
  const devices = await Promise.all(['truck-1', 'truck-2', 'truck-3'].map((name) => weir.enrol(name, 'truck')));
  const connect = (at: number) => {
    const { key, certificate, authority } = devices[at]!;
    return mqtt.connectAsync(`mqtts://localhost:${weir.address.ports.mqtt}`, {
      key,
      cert: certificate,
      ca: authority,
      protocolVersion: 5,
      reconnectPeriod: 0,
    });
  };
  const publish = async (client: mqtt.MqttClient, reading: object): Promise<number> => {
    const packet = await client.publishAsync('streams/climate', JSON.stringify(reading), { qos: 1 }).then(
      (sent) => sent as { reasonCode?: number } | undefined,
      (error: { code?: number }) => ({ reasonCode: error.code ?? -1 }),
    );
    return packet?.reasonCode ?? 0;
  };

  await t.test('its measures are those that DuckDB has over what was sent, and no value is on disk', async () => {
    // Several connections of each device, so that both workers have a part of its windows.
    const clients = await Promise.all([0, 0, 0, 1, 1, 2].map((at) => connect(at).then((client) => ({ at, client }))));
    const sent: object[] = [];
    for (let round = 0; round < 60; round++) {
      const base = Date.now() / 1_000;
      await Promise.all(
        clients.map(async ({ at, client }, i) => {
          const temperature = round % 7 === 0 ? null : CANARY + Math.sin(round * 7 + i) * 20;
          const reading = {
            time: base - (i % 3) * 0.4,
            zone: i % 2 === 0 ? 'dock' : null,
            temperature,
            note: 'secret-note',
          };
          // Where the machine was so busy that its window is closed already, it is in no row.
          const code = await publish(client, reading);
          if (code === 0) sent.push({ ...reading, device: `truck-${at + 1}` });
          else assert.equal(code, 0x83);
        }),
      );
      await pause(40);
    }
    const [first] = clients;
    assert.equal(await publish(first!.client, { time: Date.now() / 1_000 - 10, temperature: 1 }), 0x83, 'too late');
    assert.ok(sent.length > 0);
    await Promise.all(clients.map(({ client }) => client.endAsync()));
    const expected = await duckDbRows(weir.folder, sent);
    const rows = await eventually(
      () => weir.query<Row>(`${ROWS} order by all`),
      (found) => found.length >= expected.length,
    );
    assert.equal(rows.length, expected.length);
    for (const [i, row] of rows.entries()) {
      const { mean, ...rest } = row;
      const { mean: wanted, ...exactly } = expected[i]!;
      assert.deepEqual(rest, exactly);
      if (wanted === null) assert.equal(mean, null);
      else assert.ok(Math.abs((mean ?? NaN) - wanted) <= Math.abs(wanted) * 1e-12, `${mean} is not ${wanted}`);
    }
    const bytes = Buffer.from(Float64Array.of(CANARY).buffer);
    const forms = [bytes, Buffer.from('secret-note'), Buffer.from(String(CANARY))];
    const options = { forms, madeMs: 0, signal: new AbortController().signal };
    assert.deepEqual((await searchFolders([weir.layout.root], options)).hits, []);
  });

  await t.test('what was acknowledged is in a row, once, whatever is killed', async () => {
    const publisher = new SteadyPublisher({
      device: devices[2]!,
      port: () => weir.address.ports.mqtt,
      topic: 'streams/climate',
      payload: (n) => `{"n": ${n}, "seq": ${n}, "zone": "kill"}`,
      burst: 50,
      pauseMs: 20,
    });
    t.after(() => publisher.giveUp());
    const random = seededRandom(1);
    for (let round = 0; round < 2; round++) {
      // Some way into a window, another way each time.
      const wanted = publisher.acknowledged.size + random.integer(200, 1_500);
      await eventually(() => publisher.acknowledged.size >= wanted, Boolean);
      const [pid] = await weir.children('server/gateway/process.ts');
      assert.ok(pid !== undefined);
      process.kill(pid, 'SIGKILL');
      const before = publisher.acknowledged.size;
      await eventually(
        () => publisher.lost > round && publisher.acknowledged.size > before + 100,
        (again) => again,
      );
    }
    await weir.kill();
    await weir.start();
    const survived = publisher.acknowledged.size;
    await eventually(() => publisher.acknowledged.size > survived + 100, Boolean);
    await publisher.stop();
    assert.ok(publisher.lost >= 2, `only ${publisher.lost} connections were lost`);
    const sent = publisher.acknowledged.size;
    const sums = () =>
      weir.query<{ n: number; rows: number; windows: number }>(
        `select sum(n_count)::double as n, count(*)::double as rows, count(distinct "time")::double as windows
         from climate where zone = 'kill'`,
      );
    const [found] = await eventually(sums, ([row]) => (row?.n ?? 0) >= sent);
    assert.ok(found !== undefined);
    assert.equal(found.n, sent, 'each reading counts once');
    assert.equal(found.rows, found.windows, 'one row of each window');
  });

  await t.test('what was left out is told', async () => {
    const { streams } = await weir.ask<{
      streams: { stream: string; every: string; leftOut: Record<string, number> }[];
    }>('GET', '/v1/collection');
    const climate = streams.find(({ stream }) => stream === 'climate');
    assert.equal(climate?.every, '2s');
    assert.ok((climate?.leftOut['folded'] ?? 0) > 0);
    assert.ok((climate?.leftOut['foldedBytes'] ?? 0) > 0);
  });
});

/** The rows that the readings should make, by another program. */
async function duckDbRows(folder: string, readings: readonly object[]): Promise<readonly Row[]> {
  const file = join(folder, 'readings.json');
  await writeFile(file, readings.map((reading) => JSON.stringify(reading)).join('\n'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(`
    select device, floor("time" / 2)::double * 2e6 as "time", zone, avg(temperature) as mean, min(temperature) as min,
      max(temperature) as max, count(temperature)::double as count
    from read_json('${file}', columns = {device: 'VARCHAR', "time": 'DOUBLE', zone: 'VARCHAR', temperature: 'DOUBLE'})
    group by 1, 2, 3 order by all`);
  const rows = reader.getRowObjectsJson() as unknown as Row[];
  connection.closeSync();
  instance.closeSync();
  return rows;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
