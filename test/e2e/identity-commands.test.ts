import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { eventually } from '../support/eventually.ts';
import { requireProgram } from '../support/outside.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestDevice, TestPlatform } from '../support/running-platform.ts';

const run = promisify(execFile);

const TEMPLATE = `
devices: { truck: {} }
streams: { climate: { from: truck, fields: { n: { type: integer } } } }
people:
  operator: { query: all }
  dispatcher: { may: [command] }
  scientist: { query: [climate] }
`;

test('commands reach their device, live and after it was away', async (t) => {
  const mosquitto = requireProgram(t, 'mosquitto_sub');
  await using weir = await startTestPlatform(TEMPLATE);
  const device = await weir.enrol('truck-1', 'truck');
  const other = await weir.enrol('truck-2', 'truck');
  const dispatcher = await weir.addUser('ada', ['dispatcher']);
  const scientist = await weir.addUser('bob', ['scientist']);
  const send = (name: string, payload: string, more: { retain?: boolean; token?: string } = {}) => {
    const { token = dispatcher, ...rest } = more;
    return weir.call('POST', '/v1/commands', { token, body: { device: 'truck-1', name, payload, ...rest } });
  };
  /** Hears so many commands in a session that outlasts its connection. */
  const hear = (as: TestDevice, count: number, ...more: string[]): Promise<string[]> =>
    subscribe(mosquitto, weir, as, ['-c', '-x', '3600', '-i', 'lasting', '-C', String(count), ...more]);

  await t.test('decided and logged', async () => {
    assert.equal((await send('fan', 'x', { token: scientist })).status, 403);
    assert.equal((await send('fan/../x', 'x')).status, 400);
    const nobody = { device: 'truck-9', name: 'fan', payload: '' };
    assert.ok([400, 404].includes((await weir.call('POST', '/v1/commands', { body: nobody })).status));
  });

  await t.test('live', async () => {
    const hearing = hear(device, 1);
    await eventually(
      async () => (await weir.status()).connections,
      (open) => open > 0,
    );
    assert.equal((await send('fan/speed', '3')).status, 202);
    assert.deepEqual(await hearing, ['commands/truck-1/fan/speed 3']);
  });

  await t.test('kept while it is away, also over a restart, and given once', async () => {
    assert.equal((await send('fan/speed', '4')).status, 202);
    await weir.restart();
    assert.equal((await send('door', 'open')).status, 202);
    assert.deepEqual(await hear(device, 2), ['commands/truck-1/fan/speed 4', 'commands/truck-1/door open']);
    assert.deepEqual(await hear(device, 1, '-W', '2'), []);
  });

  await t.test('configuration is retained for every connection until it is taken away', async () => {
    await send('interval', '10', { retain: true });
    await send('interval', '20', { retain: true });
    const fresh = (...until: string[]): Promise<string[]> =>
      subscribe(mosquitto, weir, device, ['-i', 'fresh', ...until]);
    assert.deepEqual(await fresh('-C', '1'), ['commands/truck-1/interval 20']);
    await weir.restart();
    assert.deepEqual(await fresh('-C', '1'), ['commands/truck-1/interval 20']);
    await send('interval', '', { retain: true });
    assert.deepEqual(await fresh('-W', '2'), []);
  });

  await t.test('a command that its device refused is not sent again, nor after a restart', async () => {
    const heard: string[] = [];
    const listen = async (code: number): Promise<mqtt.MqttClient> => {
      const client = await mqtt.connectAsync(weir.platform.address.mqtt, {
        key: device.key,
        cert: device.certificate,
        ca: device.authority,
        reconnectPeriod: 0,
        protocolVersion: 5,
        clientId: 'refusing',
        clean: false,
        properties: { sessionExpiryInterval: 3_600 },
        customHandleAcks: (topic, _message, _packet, done) => {
          heard.push(topic);
          done(code);
        },
      });
      await client.subscribeAsync('commands/truck-1/#', { qos: 1 });
      return client;
    };
    const first = await listen(0x83);
    await send('self-destruct', 'now');
    await eventually(() => heard.length, Boolean);
    await first.endAsync();
    await weir.restart();
    const second = await listen(0);
    await send('last', '1');
    await eventually(
      () => heard,
      (all) => all.includes('commands/truck-1/last'),
    );
    await second.endAsync();
    assert.deepEqual(heard, ['commands/truck-1/self-destruct', 'commands/truck-1/last']);
  });

  await t.test('no device hears the commands of another', async () => {
    const { certificate, key, authority } = other.files;
    const tls = ['--cafile', authority, '--cert', certificate, '--key', key];
    const where = ['-h', 'localhost', '-p', String(weir.platform.address.ports.mqtt), '-t', 'commands/truck-1/#'];
    const { stdout, stderr } = await run(mosquitto, ['-d', '-V', '5', ...where, ...tls, '-W', '60']).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    assert.match(`${stdout}${stderr}`, /Subscribed \(mid: 1\): 135|denied|not authori/i);
  });
});

async function subscribe(
  mosquitto: string,
  weir: TestPlatform,
  device: TestDevice,
  options: readonly string[],
): Promise<string[]> {
  const { certificate, key, authority } = device.files;
  const tls = ['--cafile', authority, '--cert', certificate, '--key', key];
  const where = ['-h', 'localhost', '-p', String(weir.platform.address.ports.mqtt)];
  const topic = ['-t', `commands/${device.name}/#`, '-q', '1', '-v'];
  const { stdout } = await run(mosquitto, ['-V', '5', ...where, ...tls, ...topic, ...options], {
    timeout: 120_000,
  }).catch((error: { stdout: string }) => error);
  return stdout.split('\n').filter((line) => line !== '');
}
