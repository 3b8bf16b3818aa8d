import assert from 'node:assert/strict';
import { test } from 'node:test';
import mqtt from 'mqtt';
import { ChildPlatform } from '../support/child-platform.ts';
import { eventually } from '../support/eventually.ts';
import type { TestDevice } from '../support/platform-client.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { SteadyPublisher } from '../support/steady-publisher.ts';

const TEMPLATE = `
devices: { truck: {} }
streams:
  climate:
    from: truck
    rate: { sustained: 100000/s, burst: 1000000 }
    fields:
      n: { type: integer }
people:
  operator: { query: all }
`;

test('what was acknowledged is there after any process was killed', async (t) => {
  await using weir = await ChildPlatform.start(TEMPLATE);
  const port = (): number => weir.address.ports.mqtt;
  const topic = 'streams/climate';
  const numbered = new SteadyPublisher({
    device: await weir.enrol('with-seq', 'truck'),
    port,
    topic,
    payload: (n) => `{"n": ${n}, "seq": ${n}}`,
  });
  const plain = new SteadyPublisher({
    device: await weir.enrol('without-seq', 'truck'),
    port,
    topic,
    payload: (n) => `{"n": ${n}}`,
  });
  const exactly = new ExactlyOnce(await weir.enrol('exactly-once', 'truck'), port());
  const publishers = [numbered, plain, exactly];
  const random = seededRandom(1);
  /** Waits until each gets on by some readings, another number each time, so that the kills come at many moments. */
  const someWay = async (): Promise<void> => {
    const wanted = publishers.map(({ acknowledged }) => acknowledged.size + random.integer(20, 150));
    await eventually(() => publishers.every(({ acknowledged }, i) => acknowledged.size >= wanted[i]!), Boolean);
  };
  const stop = async (): Promise<void> => {
    await Promise.all([numbered.stop(), plain.stop(), exactly.stop()]);
  };
  t.after(() => Promise.all([numbered.giveUp(), plain.giveUp(), exactly.stop()]));

  await t.test('the gateway, the store, and a query process come again by themselves', async () => {
    for (const name of ['gateway', 'store', 'gateway', 'store', 'gateway']) {
      await someWay();
      const [pid] = await eventually(
        () => weir.children(`server/${name}/process.ts`),
        (pids) => pids.length > 0,
      );
      assert.ok(pid !== undefined, `no ${name} runs`);
      process.kill(pid, 'SIGKILL');
    }
    const restarts = await eventually(
      () =>
        weir.status().then(
          ({ processes }) =>
            processes.every(({ state }) => state === 'running') &&
            ['gateway', 'store'].map((name) => processes.find((one) => one.name === name)?.restarts),
          () => false as const,
        ),
      (counts) => counts !== false && counts[0] === 3 && counts[1] === 2,
    );
    assert.deepEqual(restarts, [3, 2]);

    assert.equal((await weir.query('select 1 as one')).length, 1);
    for (const pid of await weir.children('server/query/process.ts')) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // One that nobody needs may have ended meanwhile.
      }
    }
    const rows = await eventually(
      () => weir.query<{ one: number }>('select 1 as one').catch(() => []),
      (found) => found.length === 1,
    );
    assert.deepEqual(rows, [{ one: 1 }]);
  });

  await t.test('control, with everything below it', async () => {
    for (let round = 0; round < 2; round++) {
      await someWay();
      await weir.kill();
      await weir.start();
    }
    await someWay();
    await stop();
    assert.ok(numbered.lost >= 3, `only ${numbered.lost} connections were lost`);
  });

  await t.test('each acknowledged reading is there, once with seq and with QoS 2', async () => {
    const counts = async (device: string): Promise<Map<number, number>> => {
      const sql = `select n, count(*)::double as times from climate where device = '${device}' group by n`;
      const rows = await weir.query<{ n: number; times: number }>(sql);
      return new Map(rows.map(({ n, times }) => [n, times]));
    };
    for (const [device, acknowledged, once] of [
      ['with-seq', numbered.acknowledged, true],
      ['without-seq', plain.acknowledged, false],
      ['exactly-once', exactly.acknowledged, true],
    ] as const) {
      const stored = await counts(device);
      assert.ok(acknowledged.size > 100, `${device} got only ${acknowledged.size} readings through`);
      const missing = [...acknowledged].filter((n) => !stored.has(n));
      assert.deepEqual(missing, [], `${device}: of ${acknowledged.size} acknowledged`);
      if (once)
        assert.deepEqual(
          [...stored].filter(([, times]) => times !== 1),
          [],
          `${device}: more than once`,
        );
    }
    assert.deepEqual(
      [...numbered.refused.keys()].filter((code) => code !== 0x97),
      [],
    );
  });
});

/** A stock client that publishes with QoS 2 in one lasting session. */
class ExactlyOnce {
  readonly #client: mqtt.MqttClient;
  readonly #running: Promise<void>;
  #stopping = false;
  readonly acknowledged = new Set<number>();

  constructor(device: TestDevice, port: number) {
    this.#client = mqtt.connect({
      protocol: 'mqtts',
      host: 'localhost',
      port,
      key: device.key,
      cert: device.certificate,
      ca: device.authority,
      protocolVersion: 5,
      clean: false,
      clientId: 'exactly-once',
      properties: { sessionExpiryInterval: 3_600 },
      reconnectPeriod: 100,
    });
    this.#client.on('error', () => {});
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    if (this.#stopping) return this.#running;
    this.#stopping = true;
    await this.#running;
    await this.#client.endAsync();
  }

  async #run(): Promise<void> {
    const open = new Set<Promise<void>>();
    for (let n = 1; !this.#stopping; n++) {
      const one = this.#client.publishAsync('streams/climate', `{"n": ${n}}`, { qos: 2 }).then(
        () => void this.acknowledged.add(n),
        () => {},
      );
      open.add(one);
      void one.finally(() => open.delete(one));
      if (open.size >= 20) await Promise.race(open);
    }
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, 60_000);
    await Promise.race([Promise.all(open), late.promise]);
    clearTimeout(timer);
  }
}
