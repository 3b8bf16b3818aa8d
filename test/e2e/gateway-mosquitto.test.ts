import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVICE_FLAG } from '#trust/identity/index.ts';
import { requireProgram } from '../support/outside.ts';
import { DEPLOYMENT, startGateway, until } from './gateway-harness.ts';
import type { GatewayHarness } from './gateway-harness.ts';
import { TestAuthority } from './gateway-pki.ts';
import type { Credential } from './gateway-pki.ts';
import { run, start } from './gateway-run.ts';

function connectArgs({ worker, authority }: GatewayHarness, credential: Credential | null): string[] {
  const own = credential === null ? [] : ['--cert', credential.certificate, '--key', credential.key];
  return ['-h', 'localhost', '-p', String(worker.ports.mqtt), '--cafile', authority.certificate, ...own];
}

const publishArgs = ['-t', 'streams/climate', '-q', '1', '-m', '{"temperature":1}'];

test('mosquitto_pub publishes with every version and quality of service', async (t) => {
  const pub = requireProgram(t, 'mosquitto_pub');
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  let expected = 0;
  for (const version of ['mqttv311', 'mqttv5']) {
    for (const qos of ['0', '1', '2']) {
      const message = JSON.stringify({ temperature: expected });
      const args = [...connectArgs(gateway, truck), '-V', version, '-q', qos, '-t', 'streams/climate', '-m', message];
      const { code, output } = await run(pub, args);
      assert.equal(code, 0, output);
      expected++;
      await until('the reading', () => gateway.journal.rows('climate') === expected);
    }
  }
  assert.deepEqual(gateway.journal.values('climate', 'temperature'), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(new Set(gateway.journal.values('climate', 'device')), new Set(['truck-7']));
});

test('every wrong certificate is refused, and the log names each reason', async (t) => {
  const pub = requireProgram(t, 'mosquitto_pub');
  const openssl = requireProgram(t, 'openssl');
  const gateway = await startGateway(t);
  const san = (name: string) => `URI:urn:weir:${DEPLOYMENT}:device:${name}`;
  const { authority, folder } = gateway;
  const good = gateway.enrol('truck-7');
  const foreign = new TestAuthority(openssl, folder, 'foreign');
  gateway.enrol('disabled-1');
  gateway.table.setFlags(1, DEVICE_FLAG.disabled);
  const disabled = authority.issue('disabled-1', { san: san('disabled-1') });
  const cases: [string, Credential | null][] = [
    ['no-certificate', null],
    [
      'expired',
      authority.issue('old', { san: san('truck-7'), notBefore: '20200101000000Z', notAfter: '20210101000000Z' }),
    ],
    [
      'not-yet-valid',
      authority.issue('new', { san: san('truck-7'), notBefore: '20400101000000Z', notAfter: '20410101000000Z' }),
    ],
    ['wrong-issuer', foreign.issue('truck-7', { san: san('truck-7') })],
    ['wrong-eku', authority.issue('truck-7', { san: san('truck-7'), usage: 'serverAuth' })],
    ['wrong-name', authority.issue('truck-7', {})],
    ['wrong-name', authority.issue('truck-7', { san: 'URI:urn:weir:other:device:truck-7' })],
    ['unknown', authority.issue('nobody', { san: san('nobody') })],
    ['disabled', disabled],
    ['superseded', authority.issue('truck-7', { san: san('truck-7') })],
    ['not-a-device', authority.issue('operator', { san: `URI:urn:weir:${DEPLOYMENT}:client:operator` })],
  ];
  for (const [reason, credential] of cases) {
    const before = gateway.reasons()[reason] ?? 0;
    const { code, output } = await run(pub, [...connectArgs(gateway, credential), ...publishArgs]);
    assert.notEqual(code, 0, reason);
    assert.match(output, /not authori[sz]ed/i, reason);
    await until(`the reason ${reason}`, () => (gateway.reasons()[reason] ?? 0) > before);
  }
  // Self-signed: a certificate that is its own authority.
  const self = { certificate: foreign.certificate, key: `${folder}/foreign-ca.key`, serial: '' };
  assert.notEqual((await run(pub, [...connectArgs(gateway, self), ...publishArgs])).code, 0);
  assert.equal(gateway.journal.rows('climate'), 0);
  assert.ok(gateway.refusals.every(({ source, listener }) => source === '127.0.0.0/24' && listener === 'mqtt'));
  assert.equal((await run(pub, [...connectArgs(gateway, good), ...publishArgs])).code, 0);
});

test('a client refuses a gateway that another authority vouches for', async (t) => {
  const pub = requireProgram(t, 'mosquitto_pub');
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  const foreign = new TestAuthority(requireProgram(t, 'openssl'), gateway.folder, 'foreign');
  const args = connectArgs(gateway, truck).map((arg) =>
    arg === gateway.authority.certificate ? foreign.certificate : arg,
  );
  assert.notEqual((await run(pub, [...args, ...publishArgs])).code, 0);
  await until('the alert', () => (gateway.reasons()['refused-by-peer'] ?? 0) > 0);
});

test('mosquitto_sub hears its own commands, retained ones among them, and no others', async (t) => {
  const sub = requireProgram(t, 'mosquitto_sub');
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  const command = (id: string, retain: 'no' | 'keep') =>
    gateway.hub.send('truck-7', {
      id,
      topic: `commands/truck-7/${id}`,
      payload: Buffer.from(`payload-${id}`),
      retain,
      contentType: null,
      expires: null,
    });
  command('config', 'keep');
  for (const [version, qos] of [
    ['mqttv311', '1'],
    ['mqttv5', '1'],
    ['mqttv311', '2'],
    ['mqttv5', '2'],
  ] as const) {
    const args = [...connectArgs(gateway, truck), '-V', version, '-q', qos, '-d', '-v', '-t', 'commands/truck-7/#'];
    const listener = start(t, sub, args);
    await until('the retained command', () => listener.output().includes('commands/truck-7/config payload-config'));
    command('reboot', 'no');
    await until('the command', () => listener.output().includes('commands/truck-7/reboot payload-reboot'));
    // With QoS 2 the client prints a message once it is released.
    assert.equal(listener.output().includes('received PUBREL'), qos === '2');
    await listener.stop();
  }
  assert.deepEqual(gateway.delivered.filter((one) => one === 'truck-7 reboot').length, 4);
  const other = await run(sub, [
    ...connectArgs(gateway, truck),
    '-V',
    'mqttv5',
    '-W',
    '60',
    '-t',
    'commands/truck-8/#',
  ]);
  assert.match(other.output, /denied|not authori/i);
});

test('a will is recorded when a client is killed and its session is taken over by the next connection', async (t) => {
  const sub = requireProgram(t, 'mosquitto_sub');
  const gateway = await startGateway(t);
  const truck = gateway.enrol('truck-7');
  const args = [...connectArgs(gateway, truck), '-V', 'mqttv5', '-i', 'one', '-q', '1', '-t', 'commands/truck-7/#'];
  start(t, sub, [...args, '--will-topic', 'status', '--will-payload', 'power lost']);
  // Whoever hears what is kept for it has subscribed: its session is there, with the will.
  const command = { topic: 'commands/truck-7/x', payload: Buffer.from('x'), contentType: null, expires: null } as const;
  gateway.hub.send('truck-7', { ...command, id: 'x', retain: 'keep' });
  await until('the session', () => gateway.delivered.length > 0);
  start(t, sub, args);
  await until('the will', () => gateway.events.length > 0);
  assert.deepEqual(gateway.events[0], { device: 'truck-7', kind: 'will', detail: 'power lost', client: 'one' });
});

test('connections of a device and in total are bounded', async (t) => {
  const pub = requireProgram(t, 'mosquitto_pub');
  const sub = requireProgram(t, 'mosquitto_sub');
  const gateway = await startGateway(t, { limits: 'limits: {connections: 3, connections-per-device: 1}\n' });
  const truck = gateway.enrol('truck-7');
  const sensor = gateway.enrol('truck-8');
  start(t, sub, [...connectArgs(gateway, truck), '-V', 'mqttv5', '-t', 'commands/truck-7/#']);
  await until('the connection', () => gateway.worker.counts().mqtt === 1);
  const second = await run(pub, [...connectArgs(gateway, truck), '-V', 'mqttv5', ...publishArgs]);
  assert.match(second.output, /quota/i);
  assert.equal((await run(pub, [...connectArgs(gateway, sensor), ...publishArgs])).code, 0);
  await until('the reason', () => gateway.reasons()['too-many-connections'] === 1);
});
