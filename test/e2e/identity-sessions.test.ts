import assert from 'node:assert/strict';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:tls';
import { test } from 'node:test';
import type mqtt from 'mqtt';
import { eventually } from '../support/eventually.ts';
import { requireProgram } from '../support/outside.ts';
import { runProgram } from '../support/run-program.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestDevice, TestPlatform } from '../support/running-platform.ts';
import { connectDevice } from './connect-device.ts';

const TEMPLATE = `
devices:
  plc: { speaks-for: [valve] }
  valve: {}
  truck: {}
streams:
  flow: { from: [valve, truck, plc], rate: 1000/s, fields: { n: { type: integer } } }
people: { operator: { query: all } }
`;

test('a disabled device is cut off at once, on every worker', async () => {
  await using weir = await startTestPlatform(TEMPLATE, {}, { gatewayWorkers: 2 });
  const device = await weir.enrol('truck-1', 'truck');
  const other = await weir.enrol('truck-2', 'truck');
  await using open = new AsyncDisposableStack();
  const join = async (as: TestDevice, id: string): Promise<mqtt.MqttClient> => {
    const client = await connectDevice(weir, as, id);
    open.defer(() => client.endAsync(true));
    return client;
  };
  // Which worker takes a connection is the kernel's choice: of four each gets one, but once in eight times.
  const clients = await Promise.all([1, 2, 3, 4].map((n) => join(device, `session-${n}`)));
  const bystander = await join(other, 'bystander');
  for (const [n, client] of clients.entries()) await client.publishAsync('streams/flow', `{"n": ${n}}`, { qos: 1 });

  const closed = clients.map((client) => new Promise((resolve) => client.once('close', () => resolve('closed'))));
  await weir.ask('POST', '/v1/devices/truck-1/disable');
  assert.deepEqual(await Promise.all(closed), ['closed', 'closed', 'closed', 'closed']);
  assert.equal(bystander.connected, true);
  for (let attempt = 0; attempt < 4; attempt++) await assert.rejects(connectDevice(weir, device, `again-${attempt}`));
  assert.equal((await post(weir, device, '/v1/streams/flow', '{"n": 9}')).status, 403);

  await weir.ask('POST', '/v1/devices/truck-1/enable');
  const back = await join(device, 'back');
  await back.publishAsync('streams/flow', '{"n": 5}', { qos: 1 });
  const rows = await eventually(
    () => weir.query(`select n from flow where device = 'truck-1' order by n`),
    (found) => found.length === 5,
  );
  assert.deepEqual(
    rows.map(({ n }) => n),
    [0, 1, 2, 3, 5],
  );
});

test('a device speaks for others only by right', async () => {
  await using weir = await startTestPlatform(TEMPLATE);
  const plc = await weir.enrol('plc-1', 'plc');
  const truck = await weir.enrol('truck-1', 'truck');
  await weir.enrol('valve-1', 'valve');
  await weir.enrol('valve-2', 'valve');
  await using open = new AsyncDisposableStack();
  const publisher = async (device: TestDevice) => {
    const client = await connectDevice(weir, device, device.name);
    open.defer(() => client.endAsync(true));
    return (about: string): Promise<number> =>
      client.publishAsync(`streams/flow/${about}`, '{"n": 1}', { qos: 1 }).then(
        () => 0,
        (error: { code: number }) => error.code,
      );
  };
  const asPlc = await publisher(plc);
  const asTruck = await publisher(truck);
  const speakFor = (name: string, types: readonly string[]) =>
    weir.call('POST', `/v1/devices/${name}/speaks-for`, { body: { types } });
  assert.equal(await asPlc('valve-1'), 0x87, 'its type may, but nobody let this device');
  assert.equal((await speakFor('plc-1', ['valve'])).status, 200);
  // Gateways hear of it within moments.
  const granted = await eventually(
    () => asPlc('valve-1'),
    (code) => code === 0,
  );
  assert.equal(granted, 0);
  assert.equal(await asPlc('truck-1'), 0x87, 'a type that it does not speak for');
  assert.equal(await asPlc('valve-9'), 0x87, 'a device that is not there');
  assert.equal((await speakFor('truck-1', ['valve'])).status, 400, 'the template lets no truck speak for a valve');
  assert.equal(await asTruck('valve-1'), 0x87, 'a device that speaks for nobody');
  const posted = await Promise.all([
    post(weir, plc, '/v1/streams/flow?device=valve-1', '{"n": 2}'),
    post(weir, truck, '/v1/streams/flow?device=valve-1', '{"n": 3}'),
  ]);
  assert.deepEqual(
    posted.map(({ status }) => status),
    [202, 403],
  );
  assert.equal((await speakFor('plc-1', [])).status, 200);
  const takenBack = await eventually(
    () => asPlc('valve-2'),
    (code) => code === 0x87,
  );
  assert.equal(takenBack, 0x87, 'the right was taken back');

  const rows = await eventually(
    () => weir.query(`select device, via, n from flow where device = 'valve-1' order by n`),
    (found) => found.length === 2,
  );
  assert.deepEqual(rows, [
    { device: 'valve-1', via: 'plc-1', n: 1 },
    { device: 'valve-1', via: 'plc-1', n: 2 },
  ]);
});

test('hybrid: require lets no client in that brings a classical key exchange alone', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  await using weir = await startTestPlatform(`${TEMPLATE}\ntls: { hybrid: require }`);
  const device = await weir.enrol('truck-1', 'truck');
  const { files } = device;
  const { ports } = weir.platform.address;
  for (const port of [ports.mqtt, ports.https, ports.api]) {
    const credential = ['-CAfile', files.authority, '-cert', files.certificate, '-key', files.key];
    const { output, errors } = await runProgram(
      {
        command: openssl,
        arguments: ['s_client', '-connect', `localhost:${port}`, '-groups', 'X25519', ...credential],
      },
      60_000,
    );
    assert.doesNotMatch(output, /Verification: OK[^]*New, TLSv1\.3, Cipher is TLS_/, `port ${port}`);
    assert.match(`${output}${errors}`, /alert handshake failure|no suitable key share|handshake failure/i);
    assert.equal(await handshake(port, device, 'X25519MLKEM768'), 'TLSv1.3');
    assert.match(await handshake(port, device, 'X25519'), /handshake|ECONNRESET/i);
  }
  const counts = await eventually(
    async () => (await weir.status()).refusedConnections,
    (found) => (found['no-shared-group'] ?? 0) > 0,
  );
  assert.ok((counts['no-shared-group'] ?? 0) > 0, JSON.stringify(counts));
});

function post(weir: TestPlatform, device: TestDevice, path: string, body: string): Promise<{ status: number }> {
  return new Promise((resolve, reject) => {
    const { key, certificate, authority } = device;
    const headers = { 'content-type': 'application/json' };
    const options = { method: 'POST', key, cert: certificate, ca: authority, agent: false, headers };
    request(new URL(path, weir.platform.address.https), options, (reply: IncomingMessage) => {
      reply.resume();
      resolve({ status: reply.statusCode ?? 0 });
    })
      .once('error', reject)
      .end(body);
  });
}

/** Shakes hands with one group on offer: the protocol, or what went wrong. */
function handshake(port: number, device: TestDevice, group: string): Promise<string> {
  const { key, certificate, authority } = device;
  return new Promise((resolve) => {
    const options = { host: 'localhost', port, key, cert: certificate, ca: authority, ecdhCurve: group };
    const socket = connect(options, () => {
      resolve(socket.getProtocol() ?? 'none');
      socket.destroy();
    });
    socket.once('error', (error) => resolve(error.message));
  });
}
