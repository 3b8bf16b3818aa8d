import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { connectAsync } from 'mqtt';
import { DEVICE_FLAG } from '#trust/identity/index.ts';
import { requireProgram, requirePython } from '../support/outside.ts';
import { startGateway, until } from './gateway-harness.ts';
import type { GatewayHarness } from './gateway-harness.ts';
import type { Credential } from './gateway-pki.ts';
import { run } from './gateway-run.ts';

function options({ worker, authority }: GatewayHarness, credential: Credential, protocolVersion: 4 | 5) {
  return {
    host: 'localhost',
    port: worker.ports.mqtt,
    protocol: 'mqtts',
    protocolVersion,
    ca: authority.pem,
    cert: readFileSync(credential.certificate),
    key: readFileSync(credential.key),
    reconnectPeriod: 0,
  } as const;
}

test('mqtt.js publishes many at every quality of service and hears refusals with their reason', async (t) => {
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  let expected = 0;
  for (const version of [4, 5] as const) {
    const client = await connectAsync(options(gateway, truck, version));
    for (const qos of [0, 1, 2] as const) {
      // MQTT 5 bounds what may be in flight, and this client leaves it to its user; 3.1.1 has no bound to keep to.
      const atOnce = version === 5 ? 100 : 300;
      for (let sent = 0; sent < 300; sent += atOnce) {
        const all = Array.from({ length: atOnce }, (_, i) =>
          client.publishAsync('streams/climate', `{"temperature":${i % 60},"seq":${expected + sent + i}}`, { qos }),
        );
        await Promise.all(all);
      }
      expected += 300;
      await until('all readings', () => gateway.journal.rows('climate') === expected);
    }
    if (version === 5) {
      await assert.rejects(
        client.publishAsync('streams/climate', '{"temperature":99}', { qos: 1 }),
        /131|Implementation/i,
      );
    }
    await client.endAsync();
  }
});

const PAHO = `
import sys, ssl, json, threading
import paho.mqtt.client as mqtt
port, ca, cert, key, version, count = int(sys.argv[1]), *sys.argv[2:5], int(sys.argv[5]), int(sys.argv[6])
args = {} if not hasattr(mqtt, 'CallbackAPIVersion') else {'callback_api_version': mqtt.CallbackAPIVersion.VERSION2}
client = mqtt.Client(client_id='paho', protocol=version, **args)
client.tls_set(ca_certs=ca, certfile=cert, keyfile=key)
client.connect('localhost', port)
client.loop_start()
infos = [client.publish('streams/climate', json.dumps({'temperature': i % 60}), qos=qos) for qos in (1, 2) for i in range(count)]
for info in infos:
    info.wait_for_publish(100)
    assert info.is_published()
client.disconnect()
client.loop_stop()
print('done')
`;

test('paho in Python publishes over both versions', async (t) => {
  const python = requirePython(t, 'paho.mqtt');
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  let expected = 0;
  for (const version of [4, 5]) {
    const files = [gateway.authority.certificate, truck.certificate, truck.key];
    const args = ['-c', PAHO, String(gateway.worker.ports.mqtt), ...files, String(version), '200'];
    const { output } = await run(python, args);
    assert.match(output, /done/, output);
    expected += 400;
    assert.equal(gateway.journal.rows('climate'), expected);
  }
});

test('openssl resumes a session, and a resumed one is decided like a new one', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  const session = path.join(gateway.folder, 'session.pem');
  const base = ['s_client', '-connect', `localhost:${gateway.worker.ports.https}`, '-servername', 'localhost'];
  const own = ['-CAfile', gateway.authority.certificate, '-cert', truck.certificate, '-key', truck.key, '-ign_eof'];
  const request =
    'POST /v1/streams/climate HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 17\r\n\r\n{"temperature":1}';
  const first = await run(openssl, [...base, ...own, '-sess_out', session], request);
  assert.match(first.output, /HTTP\/1\.1 202/, first.output);
  assert.match(first.output, /TLSv1\.3/);
  const second = await run(openssl, [...base, ...own, '-sess_in', session], request);
  assert.match(second.output, /Reused, TLSv1\.3/);
  assert.match(second.output, /HTTP\/1\.1 202/);
  gateway.table.setFlags(0, DEVICE_FLAG.revoked);
  const third = await run(openssl, [...base, ...own, '-sess_in', session], request);
  assert.match(third.output, /HTTP\/1\.1 403/);
  await until('the reason', () => (gateway.reasons()['revoked'] ?? 0) > 0);
});

test('TLS 1.2 and other protocols are refused by default, TLS 1.2 is taken where declared', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const gateway = await startGateway(t);
  const old = (port: number) => run(openssl, ['s_client', '-connect', `localhost:${port}`, '-tls1_2']);
  assert.doesNotMatch((await old(gateway.worker.ports.mqtt)).output, /Cipher is ECDHE/);
  await until('the reason', () => (gateway.reasons()['protocol-version'] ?? 0) > 0);
  const plain = await run(requireProgram(t, 'curl'), ['-s', `http://localhost:${gateway.worker.ports.https}/`]);
  assert.notEqual(plain.code, 0);
  await until('the reason', () => (gateway.reasons()['not-tls'] ?? 0) > 0);
  const alpn = ['s_client', '-connect', `localhost:${gateway.worker.ports.mqtt}`, '-alpn', 'h2'];
  assert.match((await run(openssl, alpn)).output, /no application protocol/i);
  const lenient = await startGateway(t, { limits: "tls: {minimum: '1.2'}\n" });
  assert.match((await old(lenient.worker.ports.mqtt)).output, /TLSv1\.2, Cipher is ECDHE/);
});

test('a hybrid key exchange is taken where offered and required where declared', async (t) => {
  const gateway = await startGateway(t, { limits: 'tls: {hybrid: require}\n' });
  const handshake = (port: number, ecdhCurve: string) =>
    new Promise<object | string>((resolve) => {
      const socket = connectTls({ host: 'localhost', port, ca: gateway.authority.pem, ecdhCurve }, () => {
        resolve(socket.getEphemeralKeyInfo() ?? {});
        socket.destroy();
      });
      socket.on('error', (error) => resolve(error.message));
    });
  const { mqtt } = gateway.worker.ports;
  assert.partialDeepStrictEqual(await handshake(mqtt, 'X25519MLKEM768:X25519'), { name: 'X25519MLKEM768' });
  assert.match(JSON.stringify(await handshake(mqtt, 'X25519')), /handshake failure/i);
  await until('the reason', () => (gateway.reasons()['no-shared-group'] ?? 0) > 0);
});

test('a session moves between workers, and QoS 2 stays exactly once on the way', async (t) => {
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  const other = await gateway.another();
  const lasting = { clientId: 'roaming', clean: false, properties: { sessionExpiryInterval: 600 } };
  const first = await connectAsync({ ...options(gateway, truck, 5), ...lasting });
  await first.subscribeAsync('commands/truck-7/#', { qos: 1 });
  let reason: number | undefined;
  first.on('disconnect', (packet) => (reason = packet.reasonCode));
  const second = await connectAsync({ ...options(gateway, truck, 5), ...lasting, port: other.ports.mqtt });
  await until('the first hears of it', () => reason !== undefined);
  assert.equal(reason, 0x8e);
  const heard: string[] = [];
  second.on('message', (_, payload) => heard.push(payload.toString()));
  const command = { topic: 'commands/truck-7/x', payload: Buffer.from('x'), contentType: null, expires: null } as const;
  gateway.hub.send('truck-7', { ...command, id: '1', retain: 'no' });
  await until('the subscription went along', () => heard.length === 1);
  await second.endAsync();
  await first.endAsync();
});

test('a flood of handshakes is bounded and leaves room for others', async (t) => {
  const gateway = await startGateway(t, { deps: { handshakes: { total: 8, perSource: 4 } } });
  const truck = gateway.enrol('truck-7');
  const { connect } = await import('node:net');
  const sockets = Array.from({ length: 40 }, () => connect(gateway.worker.ports.mqtt, '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => {});
  await until('the rest is turned away', () => (gateway.reasons()['too-many-handshakes'] ?? 0) >= 36);
  assert.equal(gateway.worker.counts().handshakes, 4);
  for (const socket of sockets) socket.destroy();
  await until('they are gone', () => gateway.worker.counts().handshakes === 0);
  const client = await connectAsync(options(gateway, truck, 5));
  await client.publishAsync('streams/climate', '{"temperature":1}', { qos: 1 });
  await client.endAsync();
});
