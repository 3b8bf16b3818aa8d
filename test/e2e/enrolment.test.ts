import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import path, { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { requireJars, requireProgram } from '../support/outside.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';
import { temporaryFolder } from '../support/tmp.ts';
import { tourDifference, tourSteps } from '../support/tour.ts';

const run = promisify(execFile);
const PROJECT = path.resolve(import.meta.dirname, '../..');

const TEMPLATE = `
devices:
  truck: { certificate: { life: 2h, renew-before: 2h }, manufacturers: [acme] }
  slow: { certificate: { life: 90d, renew-before: 30d } }
manufacturers: { acme: { anchors: acme.pem } }
streams: { climate: { from: [truck, slow], fields: { n: { type: integer } } } }
people:
  operator: { query: all }
`;

/** What curl hears. */
interface Heard {
  readonly status: number;
  readonly body: string;
  readonly headers: string;
}

/** A device with nothing but openssl and curl. */
class PlainDevice {
  readonly folder: string;
  readonly #weir: TestPlatform;

  constructor(folder: string, weir: TestPlatform) {
    this.folder = folder;
    this.#weir = weir;
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  async openssl(...words: readonly string[]): Promise<string> {
    return (await run('openssl', [...words], { cwd: this.folder })).stdout;
  }

  /** A key and a request that asks for a name which nobody gave it, as the base64 that EST wants. */
  async request(name: string, ...key: readonly string[]): Promise<string> {
    const algorithm = key.length === 0 ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : key;
    await this.openssl(
      'req',
      '-new',
      ...algorithm,
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      '/CN=operator',
      '-addext',
      'subjectAltName=URI:urn:weir:0000000000000000:client:operator',
    );
    await this.openssl('req', '-in', `${name}.csr`, '-outform', 'DER', '-out', `${name}.der`);
    await this.openssl('base64', '-in', `${name}.der`, '-out', `${name}.b64`);
    return this.file(`${name}.b64`);
  }

  /** Calls an address of the platform; the status of what it answers. */
  async curl(path: string, ...words: readonly string[]): Promise<number> {
    const url = `${this.#weir.platform.address.https}${path}`;
    const authority = join(this.#weir.layout.identity, 'ca.crt');
    const sink = words.includes('-o') ? [] : ['-o', '/dev/null'];
    const { stdout } = await run('curl', ['-s', '--cacert', authority, ...sink, '-w', '%{http_code}', ...words, url]);
    return Number(stdout);
  }

  async est(operation: string, ...words: readonly string[]): Promise<Heard> {
    const [answer, headers] = [this.file('answer'), this.file('headers')];
    const status = await this.curl(`/.well-known/est/${operation}`, '-o', answer, '-D', headers, ...words);
    return { status, body: await readFile(answer, 'utf8'), headers: await readFile(headers, 'utf8') };
  }

  enrol(operation: string, request: string, ...words: readonly string[]): Promise<Heard> {
    return this.est(operation, '-H', 'Content-Type: application/pkcs10', '--data-binary', `@${request}`, ...words);
  }

  /** Reads a certs-only answer with openssl and keeps the certificate as `<name>.crt`. */
  async take(name: string, { body }: Heard): Promise<X509Certificate> {
    await writeFile(this.file('answer.b64'), body);
    await this.openssl('base64', '-d', '-in', 'answer.b64', '-out', 'answer.p7');
    await this.openssl('pkcs7', '-inform', 'DER', '-in', 'answer.p7', '-print_certs', '-out', `${name}.crt`);
    return new X509Certificate(await readFile(this.file(`${name}.crt`)));
  }

  /** Publishes one reading with a credential. */
  publish(name: string): Promise<number> {
    const shown = ['--cert', this.file(`${name}.crt`), '--key', this.file(`${name}.key`)];
    return this.curl('/v1/streams/climate', ...shown, '--json', '{"n":1}');
  }
}

/** A manufacturer's authority and the credential that it put into a device. */
async function makeManufacturer(
  t: TestContext,
): Promise<{ anchors: string; devices: (serial: string) => Promise<[string, string]> }> {
  const folder = await temporaryFolder(t);
  const openssl = (...words: readonly string[]) => run('openssl', [...words], { cwd: folder });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...ec,
    '-keyout',
    'root.key',
    '-out',
    'root.crt',
    '-days',
    '9000',
    '-subj',
    '/O=Acme/CN=Acme devices',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  );
  await writeFile(
    path.join(folder, 'x'),
    'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n' +
      'authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n',
  );
  const devices = async (serial: string): Promise<[string, string]> => {
    await openssl(
      'req',
      '-new',
      ...ec,
      '-keyout',
      `${serial}.key`,
      '-out',
      `${serial}.csr`,
      '-subj',
      `/O=Acme/serialNumber=${serial}`,
    );
    await openssl(
      'x509',
      '-req',
      '-in',
      `${serial}.csr`,
      '-CA',
      'root.crt',
      '-CAkey',
      'root.key',
      '-CAcreateserial',
      '-days',
      '9000',
      '-extfile',
      'x',
      '-out',
      `${serial}.crt`,
    );
    return [path.join(folder, `${serial}.crt`), path.join(folder, `${serial}.key`)];
  };
  return { anchors: await readFile(path.join(folder, 'root.crt'), 'utf8'), devices };
}

test('devices enrol and renew over EST with curl and openssl', async (t) => {
  requireProgram(t, 'curl');
  requireProgram(t, 'openssl');
  const maker = await makeManufacturer(t);
  await using weir = await startTestPlatform(TEMPLATE, { 'acme.pem': maker.anchors });
  const device = new PlainDevice(await temporaryFolder(t), weir);
  const root = path.join(weir.layout.identity, 'ca.crt');
  const post = (route: string, body: object) => weir.call('POST', route, { body });
  const tokenFor = async (name: string, type = 'truck'): Promise<string> => {
    const made = await post(`/v1/devices/${name}/enrol-token`, { type, minutes: 5 });
    assert.equal(made.status, 201);
    return made.json<{ token: string }>().token;
  };
  let firstSerial = '';

  await t.test('cacerts and csrattrs are open to everybody and are read by openssl', async () => {
    const { status, headers } = await device.est('cacerts').then(async (heard) => {
      const certificate = await device.take('cacerts', heard);
      assert.equal(certificate.fingerprint256, new X509Certificate(await readFile(root)).fingerprint256);
      return heard;
    });
    assert.equal(status, 200);
    assert.match(headers, /^content-type: application\/pkcs7-mime; smime-type=certs-only\r$/im);
    assert.match(headers, /^content-transfer-encoding: base64\r$/im);
    const attributes = await device.est('csrattrs');
    await writeFile(device.file('attributes.b64'), attributes.body);
    await device.openssl('base64', '-d', '-in', 'attributes.b64', '-out', 'attributes.der');
    assert.match(
      await device.openssl('asn1parse', '-inform', 'DER', '-in', 'attributes.der'),
      /prime256v1[\s\S]*ecdsa-with-SHA256/,
    );
  });

  await t.test('a token enrols once; name and alternative name come from it, not from the request', async () => {
    const token = await tokenFor('van-1');
    const request = await device.request('van-1');
    const anybody = await device.enrol('simpleenroll', request);
    assert.equal(anybody.status, 401);
    assert.match(anybody.headers, /^www-authenticate: Basic /im);
    const bad = device.file('bad.b64');
    await writeFile(bad, 'AAAA');
    assert.equal(
      (await device.enrol('simpleenroll', bad, '-u', `any:${token}`)).status,
      400,
      'a bad request uses up nothing',
    );
    const heard = await device.enrol('simpleenroll', request, '-u', `any:${token}`);
    assert.equal(heard.status, 200, heard.body);
    const certificate = await device.take('van-1', heard);
    firstSerial = certificate.serialNumber;
    assert.equal(certificate.subject, 'CN=van-1');
    assert.match(certificate.subjectAltName ?? '', /^URI:urn:weir:[0-9a-f]{16}:device:van-1$/);
    assert.ok(certificate.validToDate.getTime() - Date.now() < 2.1 * 3_600_000, 'the life that its type declares');
    assert.equal((await device.enrol('simpleenroll', request, '-u', `any:${token}`)).status, 401, 'used');
    assert.equal(await device.publish('van-1'), 202);
  });

  await t.test('what was given passes openssl verify', async () => {
    await device.est('cacerts').then((heard) => device.take('all', heard));
    await device.openssl(
      'verify',
      '-x509_strict',
      '-purpose',
      'sslclient',
      '-CAfile',
      root,
      '-untrusted',
      'all.crt',
      'van-1.crt',
    );
  });

  await t.test('of many who use a token at once, one enrols', async () => {
    const token = await tokenFor('van-2');
    const requests = await Promise.all([1, 2, 3, 4].map((n) => device.request(`race-${n}`)));
    const statuses = await Promise.all(
      requests.map(async (request) => {
        const headers = `${request}.headers`;
        const words = ['-u', `x:${token}`, '-H', 'Content-Type: application/pkcs10', '--data-binary', `@${request}`];
        const status = await device.curl('/.well-known/est/simpleenroll', ...words, '-D', headers);
        if (status === 401) assert.match(await readFile(headers, 'utf8'), /^www-authenticate: Basic /im);
        return status;
      }),
    );
    assert.deepEqual(
      statuses.sort((a, b) => a - b),
      [200, 401, 401, 401],
    );
    const shown = (await weir.call('GET', '/v1/devices/van-2')).json<{ certificates: string[] }>();
    assert.equal(shown.certificates.length, 1);
  });

  await t.test('a renewal keeps the name and takes another key; both certificates count', async () => {
    const shown = ['--cert', device.file('van-1.crt'), '--key', device.file('van-1.key')];
    const request = await device.request('renewed');
    assert.equal((await device.enrol('simpleenroll', request, ...shown)).status, 403);
    const heard = await device.enrol('simplereenroll', request, ...shown);
    assert.equal(heard.status, 200, heard.body);
    const certificate = await device.take('renewed', heard);
    assert.equal(certificate.subject, 'CN=van-1');
    assert.notEqual(certificate.serialNumber, firstSerial);
    assert.equal(await device.publish('renewed'), 202);
    // Where it is told what it should be encrypted with, and what it hears there.
    assert.match(heard.headers, /^link: <\/v1\/advice>; rel="describedby"/im);
    const advice = device.file('advice.json');
    assert.equal(await device.curl('/v1/advice', '-o', advice, ...shown), 200);
    const { parts } = JSON.parse(await readFile(advice, 'utf8')) as { parts: { part: string }[] };
    assert.ok(parts.some(({ part }) => part === 'device key'));
    assert.equal(await device.curl('/v1/advice'), 401);
    assert.equal(await device.publish('van-1'), 202);
  });

  await t.test('a renewal outside the window, or without a certificate, is refused and says why', async () => {
    const heard = await device.enrol(
      'simpleenroll',
      await device.request('slow-1'),
      '-u',
      `x:${await tokenFor('slow-1', 'slow')}`,
    );
    await device.take('slow-1', heard);
    const early = await device.enrol(
      'simplereenroll',
      await device.request('early'),
      '--cert',
      device.file('slow-1.crt'),
      '--key',
      device.file('slow-1.key'),
    );
    assert.equal(early.status, 400);
    assert.match(early.body, /IDENTITY_RENEWAL_REFUSED.*window opens at|window opens at.*IDENTITY_RENEWAL_REFUSED/);
    assert.equal(
      (await device.enrol('simplereenroll', device.file('early.b64'), '-u', `x:${await tokenFor('x-1')}`)).status,
      403,
    );
  });

  await t.test('keys that are too weak are refused, strong ones of other kinds are not', async () => {
    const token = await tokenFor('truck-3');
    const weak = await device.request('weak', '-newkey', 'rsa:1024');
    const heard = await device.enrol('simpleenroll', weak, '-u', `x:${token}`);
    assert.deepEqual([heard.status, /IDENTITY_KEY_INVALID/.test(heard.body)], [400, true]);
    const edwards = await device.request('edwards', '-newkey', 'ed25519');
    assert.equal((await device.enrol('simpleenroll', edwards, '-u', `x:${token}`)).status, 200);
  });

  await t.test('a manufacturer’s certificate enrols a device of the list once, and opens nothing else', async () => {
    const rows = [{ manufacturer: 'acme', serial: 'SN-1', name: 'truck-9', type: 'truck', model: 'T9' }];
    assert.deepEqual((await post('/v1/expected-devices', { devices: rows })).json(), { added: 1, known: 0 });
    const shown = async (serial: string): Promise<string[]> => {
      const [certificate, key] = await maker.devices(serial);
      return ['--cert', certificate, '--key', key];
    };
    const [expected, stranger] = [await shown('SN-1'), await shown('SN-2')];
    const request = await device.request('truck-9');
    assert.equal((await device.enrol('simpleenroll', request, ...stranger)).status, 401, 'not on the list');
    for (const route of ['/v1/status', '/v1/devices', '/v1/streams/climate', '/.well-known/est/../../v1/status', '/']) {
      assert.equal(await device.curl(route, '--path-as-is', ...expected), 403, route);
    }
    const heard = await device.enrol('simpleenroll', request, ...expected);
    assert.equal(heard.status, 200, heard.body);
    await device.take('truck-9', heard);
    assert.equal(await device.publish('truck-9'), 202);
    assert.equal((await device.enrol('simpleenroll', request, ...expected)).status, 401, 'used');
    assert.equal((await device.enrol('simplereenroll', request, ...expected)).status, 401, 'not a certificate of ours');
    const { model } = (await weir.call('GET', '/v1/devices/truck-9')).json<{ model: string }>();
    assert.equal(model, 'T9');
  });

  await t.test('the operator enrols a device that made its own key', async () => {
    await device.request('own');
    const csr = await readFile(device.file('own.csr'), 'utf8');
    const made = await post('/v1/devices', { name: 'own-1', type: 'truck', csr });
    const { certificate, key } = made.json<{ certificate: string; key?: string }>();
    assert.deepEqual([made.status, key], [201, undefined]);
    await writeFile(device.file('own.crt'), certificate);
    assert.equal(await device.publish('own'), 202);
    assert.equal((await post('/v1/devices', { name: 'own-2', type: 'truck', csr: 'nonsense!' })).status, 400);
    assert.equal((await weir.call('GET', '/v1/devices/own-2')).status, 404);
  });

  await t.test('a new issuing authority takes over while devices stay connected', async () => {
    const ca = await readFile(root);
    const [key, cert] = await Promise.all(['key', 'crt'].map((end) => readFile(device.file(`own.${end}`))));
    const agent = new Agent({ ca, keepAlive: true, maxSockets: 1, ...(key && cert ? { key, cert } : {}) });
    t.after(() => agent.destroy());
    /** One reading on a connection that stays; tells whether it was the same one. */
    const publish = () =>
      new Promise<[status: number, reused: boolean]>((resolve, reject) => {
        const url = `${weir.platform.address.https}/v1/streams/climate`;
        const options = { method: 'POST', agent, headers: { 'content-type': 'application/json' } };
        const asked = request(url, options, (answer) => {
          answer.resume().once('end', () => resolve([answer.statusCode ?? 0, asked.reusedSocket]));
        });
        asked.once('error', reject).end('{"n":2}');
      });
    assert.deepEqual(await publish(), [202, false]);
    const made = await post('/v1/authorities/rotate', {});
    assert.deepEqual([made.status, made.json<{ generation: number }>().generation], [201, 2]);
    assert.deepEqual(await publish(), [202, true]);
    const heard = await device.enrol(
      'simplereenroll',
      await device.request('moved'),
      '--cert',
      device.file('own.crt'),
      '--key',
      device.file('own.key'),
    );
    assert.match((await device.take('moved', heard)).issuer, / 2$/);
    assert.equal(await device.publish('moved'), 202);
    assert.equal(await device.publish('own'), 202);
    await device.est('cacerts').then((answer) => device.take('all', answer));
    for (const name of ['own.crt', 'moved.crt']) {
      await device.openssl('verify', '-x509_strict', '-CAfile', root, '-untrusted', 'all.crt', name);
    }
  });

  await t.test('an EST client by others, which knows nothing of this platform, enrols and renews', async (t) => {
    const [java, javac] = [requireProgram(t, 'java'), requireProgram(t, 'javac')];
    const jars = requireJars(t, ['bcpkix', 'bcprov', 'bcutil']);
    const source = path.join(PROJECT, 'test/support/est-client/EstClient.java');
    await run(javac, ['-cp', jars, '-d', device.folder, source]);
    const client = async (...words: readonly string[]): Promise<string> => {
      const where = [weir.platform.address.https, root, ...words];
      const classPath = `${jars}${path.delimiter}${device.folder}`;
      return (await run(java, ['-cp', classPath, 'EstClient', ...where], { cwd: device.folder })).stdout;
    };
    const known = await client('cacerts');
    assert.match(known, /CN=Weir root [^]*CN=Weir issuing [^]* 2\n[^]*2 attributes\n/);
    const token = await tokenFor('van-9');
    assert.equal(await client('enrol', token, 'castle-1'), 'CN=van-9\n');
    assert.equal(await device.publish('castle-1'), 202);
    await assert.rejects(client('enrol', token, 'castle-1'), /HTTP Status Code: 401/);
    assert.equal(await client('reenrol', 'castle-1', 'castle-2'), 'CN=van-9\n');
    assert.equal(await device.publish('castle-2'), 202);
    const { certificates } = (await weir.call('GET', '/v1/devices/van-9')).json<{ certificates: string[] }>();
    assert.equal(certificates.length, 2);
  });

  await t.test('the page on enrolling a fleet does what it says', async () => {
    const page = await readFile(path.join(PROJECT, 'docs/tasks/enrol-a-fleet.md'), 'utf8');
    const folder = await temporaryFolder(t);
    await copyFile(root, path.join(folder, 'ca.crt'));
    const weirCommand = `sh '${path.join(PROJECT, 'bin/weir')}' --data '${weir.layout.root}'`;
    for (const { commands, expected, line } of tourSteps(page)) {
      const script = commands
        .replaceAll('npm run -s weir --', weirCommand)
        .replaceAll('https://localhost:8443', weir.platform.address.https);
      const { stdout } = await run('sh', ['-e', '-c', script], { cwd: folder });
      if (expected !== undefined) assert.equal(tourDifference(stdout, expected), undefined, `line ${line}: ${stdout}`);
    }
    const [first, next] = await Promise.all(
      ['truck-2', 'next'].map((name) => readFile(path.join(folder, `${name}.crt`))),
    );
    assert.deepEqual(
      [first, next].map((pem) => new X509Certificate(pem ?? '').subject),
      ['CN=truck-2', 'CN=truck-2'],
    );
    assert.match(await readFile(path.join(folder, 'truck-1/device.crt'), 'utf8'), /BEGIN CERTIFICATE/);
  });
});
