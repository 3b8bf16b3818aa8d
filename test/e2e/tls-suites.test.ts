import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { millis } from '#base/core/index.ts';
import { tlsOptions } from '#flow/gateway/tls/tls-options.ts';
import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { requireProgram } from '../support/outside.ts';
import { temporaryFolder } from '../support/tmp.ts';

const run = promisify(execFile);
const AT_ONCE = 4;

/** Suites that openssl knows for a version, however weak. */
function suitesOf(openssl: string, version: 'tls1_2' | 'tls1_3'): string[] {
  const text = execFileSync(openssl, ['ciphers', '-s', `-${version}`, 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'], {
    encoding: 'utf8',
  });
  return text
    .trim()
    .split(':')
    .filter((name) => name.startsWith('TLS_') === (version === 'tls1_3'));
}

/** A listener as the gateway makes it, and what openssl can agree on with it. */
async function listen(t: Parameters<typeof temporaryFolder>[0], openssl: string, minimum: '1.2' | '1.3') {
  const folder = await temporaryFolder(t);
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=localhost',
  ];
  execFileSync(openssl, [...request, '-days', '1', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const material = { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8'), authorities: [] };
  const use = { clientCertificates: false, handshakeTimeout: millis(60_000) };
  const server = createServer(tlsOptions(material, { minimum, hybrid: 'prefer' }, use), (socket) => {
    socket.on('error', () => {});
    socket.end();
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => void server.close());
  const { port } = server.address() as AddressInfo;
  const agrees = async (...options: string[]): Promise<boolean> => {
    const shown = await run(openssl, ['s_client', '-connect', `127.0.0.1:${port}`, ...options], {
      timeout: 120_000,
    }).then(
      ({ stdout }) => stdout,
      (error: { stdout?: string }) => error.stdout ?? '',
    );
    return /^New, (?!\(NONE\))/m.test(shown) && !/Cipher is \(NONE\)/.test(shown);
  };
  /** Those of the names with which there is a session. */
  return async (names: readonly string[], options: (name: string) => string[]): Promise<string[]> => {
    const agreed: string[] = [];
    const left = [...names];
    const one = async (): Promise<void> => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) {
        if (await agrees(...options(name))) agreed.push(name);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    return agreed.sort();
  };
}

const MODERN = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];
const OLDER = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305'];
const GROUPS = ['P-256', 'P-384', 'P-521', 'X25519', 'X448', 'ffdhe2048', 'ffdhe3072'];
const VERSIONS = ['tls1', 'tls1_1', 'tls1_2', 'tls1_3'];

test('a listener agrees with openssl on the suites and groups that it should, and on no others', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const agreed = await listen(t, openssl, '1.3');
  assert.deepEqual(await agreed(VERSIONS, (version) => [`-${version}`, '-cipher', 'ALL:@SECLEVEL=0']), ['tls1_3']);
  assert.deepEqual(await agreed(suitesOf(openssl, 'tls1_3'), (suite) => ['-tls1_3', '-ciphersuites', suite]), MODERN);
  assert.deepEqual(await agreed(GROUPS, (group) => ['-tls1_3', '-groups', group]), ['P-256', 'P-384', 'X25519']);
});

test('where the template admits TLS 1.2, only suites with forward secrecy and AEAD come with it', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const agreed = await listen(t, openssl, '1.2');
  const offered = suitesOf(openssl, 'tls1_2');
  assert.ok(offered.includes('AES128-SHA') && offered.length > 40, `openssl offers ${offered.length} suites`);
  const all = ['tls1_2', 'tls1_3'];
  assert.deepEqual(await agreed(VERSIONS, (version) => [`-${version}`, '-cipher', 'ALL:@SECLEVEL=0']), all);
  assert.deepEqual(await agreed(OLDER, (suite) => ['-tls1_2', '-cipher', `${suite}:@SECLEVEL=0`]), OLDER);
  // All others at once: were one of them taken, there would be a session.
  const others = offered.filter((suite) => !OLDER.includes(suite)).join(':');
  assert.deepEqual(await agreed([others], (suites) => ['-tls1_2', '-cipher', `${suites}:@SECLEVEL=0`]), []);
});
