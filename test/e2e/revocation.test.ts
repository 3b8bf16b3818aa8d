import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { test } from 'node:test';
import type mqtt from 'mqtt';
import { eventually } from '../support/eventually.ts';
import { requireProgram } from '../support/outside.ts';
import { runProgram } from '../support/run-program.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestDevice, TestPlatform } from '../support/running-platform.ts';
import { connectDevice } from './connect-device.ts';
import { copyCatalogue } from './copy-catalogue.ts';
import { startWitness } from './start-witness.ts';

const TEMPLATE = `
devices:
  truck: {}
  valve: {}
  gauge: { clones: cut-newer, class: c1, cannot: [clock], support-ends: 2031-06-30 }
streams:
  attested: { from: gauge, posture: required, fields: { n: { type: integer } } }
  flow: { from: [truck, valve, gauge], rate: 1000/s, fields: { n: { type: integer } } }
people: { operator: { query: all } }
listen: { status: 0 }
`;

test('revocation holds', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  await using weir = await startTestPlatform(TEMPLATE, {}, { gatewayWorkers: 2 });
  await using open = new AsyncDisposableStack();
  const join = async (as: Credential, id: string, from?: string): Promise<mqtt.MqttClient> => {
    const client = await connectDevice(weir, as, id, from);
    open.defer(() => client.endAsync(true));
    return client;
  };
  const revoke = (body: object) => weir.ask<{ certificates: number }>('POST', '/v1/revocations', { body });

  await t.test('a revoked device loses its sessions on every worker, and nothing lets it in again', async () => {
    const device = await weir.enrol('truck-1', 'truck');
    const bystander = await join(await weir.enrol('truck-2', 'truck'), 'bystander');
    const clients = await Promise.all([1, 2, 3].map((n) => join(device, `session-${n}`)));
    using agent = keepAlive(device);
    assert.equal((await post(weir, agent, '{"n": 1}')).status, 202);
    const resumable = await shakeHands(weir, device);
    const closed = clients.map((client) => new Promise<void>((resolve) => client.once('close', () => resolve())));

    assert.equal((await revoke({ device: 'truck-1', reason: 'keyCompromise' })).certificates, 1);
    await Promise.all(closed);
    assert.equal(bystander.connected, true);
    for (let n = 0; n < 4; n++) await assert.rejects(connectDevice(weir, device, `again-${n}`));
    assert.notEqual((await post(weir, agent, '{"n": 2}')).status, 202, 'the open connection');
    using fresh = keepAlive(device);
    assert.equal((await post(weir, fresh, '{"n": 3}')).status, 403, 'a new connection');
    const resumed = await shakeHands(weir, device, resumable.session);
    assert.equal(resumed.reused, true, 'TLS resumes, and it is of no use');
    assert.equal(await answerToConnect(weir, device, resumable.session), 'refused');
    assert.equal((await weir.call('POST', '/v1/devices/truck-1/enable')).status, 400);
    assert.equal((await weir.call('POST', '/v1/devices/truck-1/certificate', { body: { days: 1 } })).status, 400);
  });

  await t.test('a revoked serial takes its sessions and no others of the device', async () => {
    const old = await weir.enrol('truck-3', 'truck');
    const renewed = await weir.ask<Credential>('POST', '/v1/devices/truck-3/certificate', { body: { days: 1 } });
    const { certificates } = await weir.ask<{ certificates: string[] }>('GET', '/v1/devices/truck-3');
    assert.equal(certificates.length, 2);
    const [before, after] = await Promise.all([join(old, 'old'), join(renewed, 'new')]);
    const closed = new Promise<void>((resolve) => before.once('close', () => resolve()));
    await revoke({ serial: serialOf(old), reason: 'superseded' });
    await closed;
    await after.publishAsync('streams/flow', '{"n": 7}', { qos: 1 });
    await assert.rejects(connectDevice(weir, old, 'old-again'));
    await join(renewed, 'new-again');
  });

  await t.test('a type goes together', async () => {
    const valves = await Promise.all([1, 2, 3].map((n) => weir.enrol(`valve-${n}`, 'valve')));
    const clients = await Promise.all(valves.map((device) => join(device, 'valve')));
    const closed = clients.map((client) => new Promise<void>((resolve) => client.once('close', () => resolve())));
    assert.deepEqual(await revoke({ type: 'valve' }), { devices: 3, certificates: 3, reason: 'unspecified' });
    await Promise.all(closed);
  });

  await t.test('one certificate at two addresses is noticed, and cut where that is declared', async () => {
    const told = await weir.enrol('truck-7', 'truck');
    const cut = await weir.enrol('gauge-1', 'gauge');
    // Two client ids at one address are a device that publishes and subscribes.
    await Promise.all([join(told, 'publishes'), join(told, 'subscribes'), join(cut, 'first')]);
    const copy = await join(cut, 'copy', '127.0.0.2');
    const ended = new Promise<void>((resolve) => copy.once('close', () => resolve()));
    const other = await join(told, 'elsewhere', '127.0.0.3');
    await ended;
    const rows = await eventually(
      () => weir.query('select device, why, cut from _clones order by device'),
      (found) => found.length === 2,
    );
    assert.deepEqual(rows, [
      { device: 'gauge-1', why: 'address', cut: 1 },
      { device: 'truck-7', why: 'address', cut: 0 },
    ]);
    assert.equal(other.connected, true);
  });

  await t.test(
    'one certificate over HTTPS from two addresses in turn, and two counters of seq, are noticed',
    async () => {
      const gauge = await weir.enrol('gauge-3', 'gauge');
      const truck = await weir.enrol('truck-11', 'truck');
      const asked = async (device: Credential, from: string, seq?: number): Promise<number> => {
        using one = keepAlive(device, from);
        return (await post(weir, one, JSON.stringify({ n: 1, ...(seq === undefined ? {} : { seq }) }))).status;
      };
      for (let turn = 0; turn < 4; turn++) {
        assert.equal(await asked(gauge, turn % 2 === 0 ? '127.0.0.1' : '127.0.0.2'), 202);
      }
      await eventually(
        () => asked(gauge, '127.0.0.2'),
        (status) => status === 403,
      );
      assert.equal(await asked(gauge, '127.0.0.1'), 202, 'the older one goes on');
      for (let turn = 0; turn < 7; turn++) {
        await asked(truck, '127.0.0.1', 5_000 + turn);
        assert.equal(await asked(truck, '127.0.0.1', turn), 409);
      }
      const rows = await eventually(
        () => weir.query(`select device, why from _clones where device in ('gauge-3', 'truck-11') order by device`),
        (found) => new Set(found.map(({ device }) => device)).size === 2,
      );
      assert.deepEqual(rows.at(0), { device: 'gauge-3', why: 'address' });
      assert.deepEqual(rows.at(-1), { device: 'truck-11', why: 'seq' });
    },
  );

  await t.test('a key under another name is noticed, and gets nothing where clones are cut', async () => {
    const request = async (): Promise<string> => {
      const words = ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x'];
      const run = { command: openssl, arguments: [...words, '-keyout', 'twin.key'], cwd: weir.folder };
      return (await runProgram(run, 60_000)).output;
    };
    const csr = await request();
    const enrol = (name: string, type: string) => weir.call('POST', '/v1/devices', { body: { name, type, csr } });
    assert.equal((await enrol('twin-1', 'truck')).status, 201);
    assert.equal((await enrol('twin-2', 'truck')).status, 201);
    const refused = await enrol('twin-3', 'gauge');
    assert.deepEqual([refused.status, refused.json<{ code: string }>().code], [400, 'IDENTITY_KEY_REFUSED']);
    assert.ok(!refused.body.includes('twin-1'), 'whose key it was is not told');
    const rows = await weir.query(`select device, why from _clones where why = 'key' order by device`);
    assert.deepEqual(rows, [
      { device: 'twin-2', why: 'key' },
      { device: 'twin-3', why: 'key' },
    ]);
    // docs/tasks/clones.md
    const command = `npm run -s weir -- query 'select time, device, why, cut from _clones order by time desc limit 20'`;
    const here = command.replace('npm run -s weir --', `sh bin/weir --data '${weir.layout.root}'`);
    const cwd = path.resolve(import.meta.dirname, '../..');
    const { output } = await runProgram({ command: 'sh', arguments: ['-c', here], cwd }, 120_000);
    assert.match(output, /twin-3[^\n]*key/);
  });

  await t.test('each device has a profile, and what is known of it can be changed', async () => {
    const { profile } = await weir.ask<{ profile: { endsIn: number; class: string } }>('GET', '/v1/devices/gauge-1');
    assert.deepEqual([profile.endsIn, profile.class], [2031, 'c1']);
    await weir.ask('POST', '/v1/devices/gauge-1/description', { body: { firmware: '2.0', supportEnds: '2029-01-01' } });
    await weir.ask('POST', '/v1/devices/gauge-1/posture', { body: { state: 'good' } });
    const [row] = await weir.query(`select firmware, class, posture, ends_in from _devices where device = 'gauge-1'`);
    assert.deepEqual(row, { firmware: '2.0', class: 'c1', posture: 'good', ends_in: 2029 });
    const body = { name: 'gauge-9', type: 'gauge', supportEnds: '2020-01-01' };
    const refused = await weir.call('POST', '/v1/devices', { body });
    assert.deepEqual([refused.status, refused.json<{ code: string }>().code], [400, 'IDENTITY_PROFILE_REFUSED']);
  });

  await t.test('a stream that asks for a posture takes readings while the last report is a good one', async () => {
    using agent = keepAlive(await weir.enrol('gauge-2', 'gauge'));
    const report = (state: string) => weir.ask('POST', '/v1/devices/gauge-2/posture', { body: { state } });
    const taken = async () => (await post(weir, agent, '{"n": 1}', 'attested')).status === 202;
    assert.equal(await taken(), false, 'nothing was reported');
    // A report is answered before its word has reached every worker, some milliseconds later.
    await report('good');
    assert.equal(await eventually(taken, Boolean), true, 'on the same connection');
    await report('bad');
    assert.equal(await eventually(taken, (now) => !now), false);
  });

  await t.test('lists and OCSP, over plain HTTP and TLS, say the same to openssl', async () => {
    const { status = 0, https, api } = weir.platform.address.ports;
    const http = `http://localhost:${status}`;
    const run = async (...words: string[]): Promise<string> => {
      const { output, errors } = await runProgram({ command: openssl, arguments: words, cwd: weir.folder }, 60_000);
      return output + errors;
    };
    const save = (name: string, data: string | Uint8Array) => writeFile(path.join(weir.folder, name), data);
    const out = await weir.enrol('truck-8', 'truck');
    const good = await weir.enrol('truck-9', 'truck');
    await revoke({ device: 'truck-8', reason: 'keyCompromise' });
    const issuing = out.certificate.slice(out.certificate.indexOf('-----BEGIN', 10));
    await save('root.pem', out.authority);
    await save('issuing.pem', issuing);
    await save('out.pem', out.certificate);
    await save('good.pem', good.certificate);
    for (const place of [http, `https://localhost:${https}`, `https://localhost:${api}`]) {
      const list = await fetchBytes(`${place}/crl/1.crl`, out.authority);
      await save('list.crl', list);
      await run('crl', '-inform', 'DER', '-in', 'list.crl', '-out', 'list.pem');
      const verify = [
        'verify',
        '-crl_check',
        '-CAfile',
        'root.pem',
        '-untrusted',
        'issuing.pem',
        '-CRLfile',
        'list.pem',
      ];
      assert.match(await run(...verify, 'out.pem'), /certificate revoked/, place);
      assert.match(await run(...verify, 'good.pem'), /good\.pem: OK/, place);
    }
    const ask = (name: string) =>
      run('ocsp', '-issuer', 'issuing.pem', '-CAfile', 'root.pem', '-cert', name, '-url', `${http}/ocsp`);
    assert.match(await ask('out.pem'), /out\.pem: revoked[^]*keyCompromise[^]*Response verify OK/);
    assert.match(await ask('good.pem'), /good\.pem: good[^]*Response verify OK/);
    const text = await run('x509', '-in', 'good.pem', '-noout', '-text');
    for (const part of [
      `${http}/crl/1.crl`,
      `${http}/crl/1-delta.crl`,
      `OCSP - URI:${http}/ocsp`,
      'X509v3 Freshest CRL',
    ]) {
      assert.ok(text.includes(part), part);
    }
    await run('crl', '-inform', 'DER', '-in', 'list.crl', '-out', 'list.pem');
    await save('delta.crl', await fetchBytes(`${http}/crl/1-delta.crl`, ''));
    assert.match(
      await run('crl', '-inform', 'DER', '-in', 'delta.crl', '-noout', '-CAfile', 'issuing.pem'),
      /verify OK/,
    );
    for (const other of ['/v1/status', '/', '/v1/audit/checkpoint']) {
      assert.equal((await fetch(`${http}${other}`)).status, 404, other);
    }
  });

  await t.test('an older catalogue does not bring a revoked device back', async () => {
    const device = await weir.enrol('truck-4', 'truck');
    await weir.enrol('truck-5', 'truck');
    type Added = { user: { id: string }; token: string };
    const { user, token } = await weir.ask<Added>('POST', '/v1/users', {
      body: { name: 'ada', roles: ['operator'] },
    });
    await weir.platform[Symbol.asyncDispose]();
    await copyCatalogue(weir.layout.root, weir.folder);
    await weir.restart();
    await join(device, 'good-still').then((client) => client.endAsync());
    await revoke({ device: 'truck-4' });
    await weir.ask('POST', '/v1/devices/truck-5/disable');
    assert.equal((await weir.call('GET', '/v1/me', { token })).status, 200);
    await weir.ask('POST', `/v1/users/${user.id}/disable`);
    await weir.platform[Symbol.asyncDispose]();
    await copyCatalogue(weir.folder, weir.layout.root);
    await weir.restart();
    await assert.rejects(connectDevice(weir, device, 'back'));
    assert.equal((await weir.call('GET', '/v1/me', { token })).status, 401, 'nor a person who was put out');
    const { devices } = await weir.ask<{ devices: { name: string; status: string }[] }>('GET', '/v1/devices');
    const status = new Map(devices.map(({ name, status: state }) => [name, state]));
    assert.deepEqual(
      ['truck-1', 'truck-2', 'truck-4', 'truck-5', 'valve-1'].map((name) => status.get(name)),
      ['revoked', 'enabled', 'revoked', 'disabled', 'revoked'],
    );
  });

  await t.test('an older log is found out, and its certificates wait until they are confirmed', async () => {
    await using witness = await startWitness(weir);
    const device = await weir.enrol('truck-6', 'truck');
    await weir.restart({ witness: witness.place });
    assert.deepEqual((await weir.status()).audit.gaps, []);
    await weir.platform[Symbol.asyncDispose]();
    await cp(weir.layout.audit, path.join(weir.folder, 'old-log'), { recursive: true });
    await copyCatalogue(weir.layout.root, weir.folder);
    await weir.restart({ witness: witness.place });
    await revoke({ device: 'truck-6' });
    const { audit } = await weir.status();
    await eventually(
      async () => witness.size(),
      (size) => size >= audit.entries,
    );
    // Both at once, as a backup puts them back.
    await weir.platform[Symbol.asyncDispose]();
    await rm(weir.layout.audit, { recursive: true });
    await cp(path.join(weir.folder, 'old-log'), weir.layout.audit, { recursive: true });
    await copyCatalogue(weir.folder, weir.layout.root);
    await weir.restart({ witness: witness.place });

    const status = await weir.status();
    assert.equal(status.audit.gaps[0]?.knownBy, 'witness');
    assert.ok(status.audit.suspended > 0);
    assert.ok(status.degraded.some((line) => line.includes('suspended')));
    await assert.rejects(connectDevice(weir, device, 'revoked-and-forgotten'), 'nobody knows, and it does not come in');
    const confirm = await weir.call('POST', '/v1/confirmations', { body: { device: 'truck-2' } });
    assert.equal(confirm.status, 200);
    assert.equal((await weir.status()).audit.suspended, status.audit.suspended - 1);
  });
});

/** The body at an address; over TLS the authority is the platform's. */
async function fetchBytes(url: string, ca: string): Promise<Uint8Array> {
  if (url.startsWith('http:')) return new Uint8Array(await (await fetch(url)).arrayBuffer());
  return new Promise((resolve, reject) => {
    request(url, { ca, agent: false }, (reply: IncomingMessage) => {
      const parts: Buffer[] = [];
      reply.on('data', (part: Buffer) => parts.push(part));
      reply.once('end', () => resolve(new Uint8Array(Buffer.concat(parts))));
    })
      .once('error', reject)
      .end();
  });
}

type Credential = Pick<TestDevice, 'key' | 'certificate' | 'authority'>;

function serialOf({ certificate }: Credential): string {
  return new X509Certificate(certificate).serialNumber;
}

interface KeptAlive extends Disposable {
  readonly agent: Agent;
}

function keepAlive({ key, certificate, authority }: Credential, localAddress = '127.0.0.1'): KeptAlive {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, key, cert: certificate, ca: authority, localAddress });
  return { agent, [Symbol.dispose]: () => agent.destroy() };
}

/** The status of the answer; 0 where the connection was cut. */
function post(weir: TestPlatform, { agent }: KeptAlive, body: string, stream = 'flow'): Promise<{ status: number }> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json' };
    request(
      new URL(`/v1/streams/${stream}`, weir.platform.address.https),
      { method: 'POST', agent, headers },
      (reply: IncomingMessage) => {
        reply.resume();
        reply.once('end', () => resolve({ status: reply.statusCode ?? 0 }));
      },
    )
      .once('error', () => resolve({ status: 0 }))
      .end(body);
  });
}

function openTls(weir: TestPlatform, device: Credential, session?: Buffer): TLSSocket {
  const { key, certificate, authority } = device;
  return connect({
    host: 'localhost',
    port: weir.platform.address.ports.mqtt,
    key,
    cert: certificate,
    ca: authority,
    ...(session === undefined ? {} : { session }),
  });
}

/** Shakes hands; a first time waits for the ticket by which it can be resumed. */
function shakeHands(
  weir: TestPlatform,
  device: Credential,
  session?: Buffer,
): Promise<{ session: Buffer; reused: boolean }> {
  return new Promise((resolve, reject) => {
    const socket = openTls(weir, device, session);
    const done = (ticket: Buffer): void => {
      resolve({ session: ticket, reused: socket.isSessionReused() });
      socket.destroy();
    };
    if (session === undefined) socket.once('session', done);
    else socket.once('secureConnect', () => done(session));
    socket.once('error', reject);
  });
}

/** What a resumed connection answers to CONNECT. */
function answerToConnect(weir: TestPlatform, device: Credential, session: Buffer): Promise<'taken' | 'refused'> {
  return new Promise((resolve) => {
    const socket = openTls(weir, device, session);
    // MQTT 5, clean start, client id "r".
    socket.once('secureConnect', () => socket.write(Uint8Array.fromHex('100e00044d5154540502003c00000172')));
    socket.once('data', (data: Buffer) => {
      resolve(data[0] === 0x20 && data[3] === 0 ? 'taken' : 'refused');
      socket.destroy();
    });
    socket.once('close', () => resolve('refused'));
    socket.on('error', () => {});
  });
}
