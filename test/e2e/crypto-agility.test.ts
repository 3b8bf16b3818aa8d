import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { formatSignatureLine, parseNote } from '#base/crypto/index.ts';
import type { CryptoInventory, PlatformAddress } from '#run/server/index.ts';
import { certificateAlgorithms } from '#trust/identity/index.ts';
import { requireProgram } from '../support/outside.ts';
import { Workplace } from './cli-harness.ts';

const run = promisify(execFile);

const TEMPLATE = `template: 1
name: agile
listen: { mqtt: 0, https: 0, api: 0 }
devices:
  truck: { lifetime: 12y }
  old-truck: { cannot: [ml-dsa] }
streams:
  climate: { from: [truck, old-truck], fields: { n: { type: integer } } }
`;

/** What a device was given, in a folder of its own. */
interface Credential {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly ca: Buffer;
}

test('a switch of algorithms is a change of the template', async (t) => {
  const place = await Workplace.make(t);
  await writeFile(place.path('weir.yaml'), TEMPLATE);
  await using platform = await place.up();
  const address = JSON.parse(await readFile(place.path('weir-data/run/address.json'), 'utf8')) as PlatformAddress;
  const apply = async (crypto: string): Promise<string> => {
    await writeFile(place.path('weir.yaml'), `${TEMPLATE}${crypto}\n`);
    return place.done('apply', '--yes');
  };
  const enrol = async (name: string, type = 'truck'): Promise<Credential> => {
    await place.done('device', 'enrol', name, '--type', type, '--out', name);
    const file = (end: string) => readFile(place.path(`${name}/${end}`));
    const [key, cert, ca] = await Promise.all(['device.key', 'device.crt', 'ca.crt'].map(file));
    return { key: key!, cert: cert!, ca: ca! };
  };
  const connect = (credential: Credential): Promise<MqttClient> =>
    connectAsync(address.mqtt, { ...credential, protocolVersion: 5, reconnectPeriod: 0 });
  const publish = async (client: MqttClient, n: number): Promise<void> => {
    await client.publishAsync('streams/climate', JSON.stringify({ n }), { qos: 1 });
  };

  const veteran = await enrol('truck-1');
  const staying = await connect(veteran);
  t.after(() => staying.endAsync());
  await publish(staying, 1);
  await writeFile(place.path('before'), await place.done('audit', 'checkpoint'));

  await t.test('weir plan says what a switch of certificates means, and for whom', async () => {
    await writeFile(place.path('weir.yaml'), `${TEMPLATE}crypto: { certificates: ml-dsa-65 }\n`);
    const plan = await place.done('plan');
    assert.match(plan, /^strengthens +crypto .*ML-DSA-65; those of before stay good.*OpenSSL before 3\.5/m);
    assert.match(plan, /^ {2}certificates of old-truck: as before/m);
  });

  let fresh!: Credential;
  await t.test('new certificates are signed with ML-DSA, and old devices stay connected and come back', async () => {
    await apply('crypto: { certificates: ml-dsa-65 }');
    await publish(staying, 2);
    fresh = await enrol('truck-2');
    assert.deepEqual(certificateAlgorithms(fresh.cert.toString()), { signature: 'ml-dsa-65', key: 'ecdsa-p256' });
    const client = await connect(fresh);
    await publish(client, 3);
    await client.endAsync();
    const again = await connect(veteran);
    await publish(again, 4);
    await again.endAsync();
    assert.ok(staying.connected, 'nobody was sent away');
    const types = await place.json<{ role: string; state: string }[]>('ca', 'list');
    assert.deepEqual(
      types.filter(({ role }) => role === 'issuing').map(({ state }) => state),
      ['counting', 'signing'],
    );
  });

  await t.test('a type that cannot take ML-DSA is certified as before; its OpenSSL connects', async () => {
    const { cert } = await enrol('old-1', 'old-truck');
    assert.equal(certificateAlgorithms(cert.toString()).signature, 'ecdsa-p256');
    requireProgram(t, 'curl');
    const post = async (name: string): Promise<number> => {
      const file = (end: string) => place.path(`${name}/${end}`);
      // The file of authorities has the new root as well, which an older OpenSSL cannot read and passes over.
      const shown = ['--cacert', place.path('weir-data/identity/ca.crt')];
      const own = ['--cert', file('device.crt'), '--key', file('device.key')];
      const url = `${address.https}/v1/streams/climate`;
      const words = ['-s', '-o', '/dev/null', '-w', '%{http_code}', ...shown, ...own, '--json', '{"n":5}', url];
      return Number((await run('curl', words)).stdout);
    };
    assert.equal(await post('old-1'), 202);
    assert.equal(await post('truck-1'), 202);
  });

  await t.test('checkpoints carry what the template says; a signature that was taken away is a failure', async () => {
    const note = place.path('weir-data/audit/checkpoint');
    const linesOf = async (): Promise<number> => parseNote(await readFile(note, 'utf8')).signatures.length;
    await apply('crypto: { checkpoints: [ed25519], certificates: ml-dsa-65 }');
    assert.equal(await linesOf(), 1);
    const verify = async (...words: readonly string[]) => place.weir('audit', 'verify', '--since', 'before', ...words);
    assert.equal((await verify()).status, 0);
    await writeFile(place.path('between'), await place.done('audit', 'checkpoint'));
    await apply('crypto: { checkpoints: [ed25519, ml-dsa-65], certificates: ml-dsa-65 }');
    assert.equal(await linesOf(), 2);
    assert.match((await verify('--since', 'between')).stdout, /, verified/);
    // A copy of the log whose newest checkpoint lacks its last line: each line that is left verifies.
    await run('cp', ['-r', place.path('weir-data/audit'), place.path('copy')]);
    const { text, signatures } = parseNote(await readFile(place.path('copy/checkpoint'), 'utf8'));
    const stripped = `${text}\n${signatures.slice(0, 1).map(formatSignatureLine).join('')}`;
    await writeFile(place.path('copy/checkpoint'), stripped);
    const found = await verify('--from', 'copy');
    assert.equal(found.status, 1);
    assert.match(found.stdout, /checkpoint-invalid: .*lacks the signature of ml-dsa-65.* since entry [0-9]+/);
  });

  await t.test('weir crypto shows both authorities, who is still exposed, and who outlives it', async () => {
    const inventory = await place.json<CryptoInventory>('crypto');
    const issuing = inventory.certificates.filter(({ holder }) => holder === 'issuing');
    assert.deepEqual(
      issuing.map(({ key }) => key),
      ['ecdsa-p256', 'ml-dsa-65'],
    );
    const serial = new X509Certificate(fresh.cert).serialNumber;
    assert.equal(inventory.certificates.find((one) => one.serial === serial)?.signature, 'ml-dsa-65');
    const exposed = inventory.exposures.find(({ what }) => what === 'signature over certificates of devices');
    assert.ok(exposed !== undefined && exposed.since !== null);
    assert.ok(inventory.tls.sessions.some(({ group, open }) => group === 'X25519MLKEM768' && open > 0));
    assert.deepEqual(
      inventory.devices.devices.map(({ name, outlives }) => `${name} ${outlives}`),
      ['truck-1 2035', 'truck-2 2035'],
    );
    const cbom = await place.json<{ components: { 'bom-ref': string }[] }>('crypto', '--cbom');
    const fingerprint = new X509Certificate(fresh.cert).fingerprint256.replaceAll(':', '').toLowerCase();
    assert.ok(cbom.components.some((one) => one['bom-ref'] === `certificate/${fingerprint}`));
  });

  await t.test('a platform that starts again signs as it did', async () => {
    await platform.stop();
    await using restarted = await place.up();
    assert.equal(certificateAlgorithms((await enrol('truck-3')).cert.toString()).signature, 'ml-dsa-65');
    const { certificates } = await place.json<CryptoInventory>('crypto');
    assert.equal(certificates.filter(({ holder }) => holder === 'issuing').length, 2);
    assert.equal((await place.weir('audit', 'verify', '--since', 'before')).status, 0);
    assert.equal(restarted.child.exitCode, null);
  });
});
