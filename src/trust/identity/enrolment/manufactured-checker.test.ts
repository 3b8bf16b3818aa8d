import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { micros, systemClock } from '#base/core/index.ts';
import { requireProgram } from '../../../../test/support/outside.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { pemBlocks } from '../certificates/pem-certificates.ts';
import { makeManufacturedChecker } from './manufactured-checker.ts';

test('check() wants a path to an anchor of the maker and one serial number in the subject', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const folder = await temporaryFolder(t);
  const run = (line: string) => execFileSync(openssl, line.split(' '), { cwd: folder, stdio: 'ignore' });
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
  writeFileSync(
    path.join(folder, 'ca'),
    'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n',
  );
  writeFileSync(path.join(folder, 'leaf'), 'basicConstraints=critical,CA:FALSE\nauthorityKeyIdentifier=keyid\n');
  run(`req -x509 ${key} -keyout root.key -out root.crt -subj /O=Acme/CN=root -days 9`);
  run(`req -x509 ${key} -keyout other.key -out other.crt -subj /O=Acme/CN=root -days 9`);
  const sign = (name: string, subject: string, by: string, kind: string) => {
    run(`req -new ${key} -keyout ${name}.key -out ${name}.csr -subj ${subject}`);
    run(
      `x509 -req -in ${name}.csr -CA ${by}.crt -CAkey ${by}.key -CAcreateserial -days 9 -extfile ${kind} -out ${name}.crt`,
    );
  };
  sign('batch', '/O=Acme/CN=batch', 'root', 'ca');
  sign('device', '/O=Acme/serialNumber=SN-1', 'batch', 'leaf');
  sign('direct', '/O=Acme/serialNumber=SN-2', 'root', 'leaf');
  sign('nameless', '/O=Acme/CN=device', 'root', 'leaf');
  sign('doubled', '/serialNumber=SN-1/serialNumber=SN-2', 'root', 'leaf');
  sign('imposter', '/O=Acme/serialNumber=SN-1', 'other', 'leaf');
  const pem = (name: string) => readFileSync(path.join(folder, `${name}.crt`), 'utf8');
  const der = (name: string) => pemBlocks(pem(name))[0] ?? new Uint8Array();
  const checker = makeManufacturedChecker(new Map([['acme', { anchors: pem('root') }]]));
  const said = (name: string, chain: string[] = [], now = systemClock.now()) => {
    const outcome = checker.check(der(name), chain.map(der), now);
    return outcome.outcome === 'ok' ? `${outcome.manufacturer} ${outcome.serial}` : outcome.outcome;
  };
  assert.equal(said('direct'), 'acme SN-2');
  assert.equal(said('device', ['batch', 'root']), 'acme SN-1');
  assert.equal(said('device'), 'refused');
  assert.equal(said('nameless'), 'refused');
  assert.equal(said('doubled'), 'refused');
  assert.equal(said('imposter', ['other']), 'refused');
  assert.equal(said('batch'), 'refused');
  assert.equal(said('direct', [], micros(systemClock.now() + 10 * 86_400_000_000)), 'refused');
  assert.equal(makeManufacturedChecker(new Map()).check(der('direct'), [], systemClock.now()).outcome, 'refused');
  assert.equal(checker.check(new Uint8Array(4), [new Uint8Array(4)], systemClock.now()).outcome, 'refused');
});
