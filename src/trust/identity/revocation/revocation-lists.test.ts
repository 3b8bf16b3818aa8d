import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days, hours, micros, minutes } from '#base/core/index.ts';
import { systemClock } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import { readCrl } from './crl.ts';
import { openStatusWorld } from './testing.ts';

const BY = 'person:p1';

/** The time of day, which a test may move on: openssl has a clock of its own. */
function movableClock(): Clock & { advance(ms: number): void } {
  let ahead = 0;
  return {
    now: () => micros(systemClock.now() + ahead * 1_000),
    monotonicMs: () => systemClock.monotonicMs() + ahead,
    advance: (ms) => (ahead += ms),
  };
}

test('whole and delta lists say to openssl what was revoked and why', async (t) => {
  const { identity, serials, file, openssl } = await openStatusWorld(t);
  const { lists, revocations } = identity;
  const verify = (name: string, crl: string, ...more: string[]) =>
    openssl('verify', '-crl_check', '-CAfile', 'root.pem', '-untrusted', 'issuing.pem', '-CRLfile', crl, ...more, name);
  await file('before.crl.pem', pem(await lists.full(1)));
  assert.match(await verify('a.pem', 'before.crl.pem'), /a\.pem: OK/);
  await lists.delta(1);

  await revocations.revoke({ kind: 'device', name: 'a' }, 'keyCompromise', BY);
  await file('delta.crl.pem', pem(await lists.delta(1)));
  await file('full.crl', (await lists.full(1)) ?? '');
  await file('full.crl.pem', pem(await lists.full(1)));
  assert.match(await verify('a.pem', 'full.crl.pem'), /certificate revoked/);
  assert.match(await verify('b.pem', 'full.crl.pem'), /b\.pem: OK/);
  const text = await openssl('crl', '-inform', 'DER', '-in', 'full.crl', '-text', '-noout', '-CAfile', 'issuing.pem');
  assert.match(text, /verify OK/);
  assert.match(text, new RegExp(`Serial Number: ${serials[0]}[^]*Key Compromise`));
  assert.doesNotMatch(text, new RegExp(serials[1]));
  const delta = await openssl('crl', '-in', 'delta.crl.pem', '-text', '-noout', '-CAfile', 'issuing.pem');
  assert.match(delta, /X509v3 Delta CRL Indicator: critical[^]*Key Compromise[^]*verify OK/);
  const both = ['-use_deltas', '-extended_crl', '-CRLfile', 'delta.crl.pem'];
  assert.match(await verify('b.pem', 'before.crl.pem', ...both), /b\.pem: OK/);
  // OpenSSL takes deltas by what certificates say of them; without that the whole list alone counts.
  assert.equal(await lists.full(2), null);
  assert.equal(await lists.delta(9), null);
});

test('numbers rise with every list, also after a restart, and lists are kept while they are true', async (t) => {
  const clock = movableClock();
  const { identity, reopenIdentity } = await openStatusWorld(t, { clock });
  const issuers = identity.certificates.issuing;
  const numberOf = (der: Uint8Array | null) => readCrl(der ?? new Uint8Array(), issuers)?.number ?? 0;
  const first = await identity.lists.full(1);
  assert.equal(await identity.lists.full(1), first);
  await identity.revocations.revoke({ kind: 'device', name: 'a' }, 'unspecified', BY);
  const second = await identity.lists.full(1);
  assert.ok(numberOf(second) > numberOf(first));
  const delta = await identity.lists.delta(1);
  assert.ok(numberOf(delta) > numberOf(second));
  clock.advance(minutes(31));
  assert.notEqual(await identity.lists.delta(1), delta, 'a delta is renewed after half of its hour');
  assert.equal(await identity.lists.full(1), second);
  clock.advance(hours(12));
  const third = await identity.lists.full(1);
  assert.ok(numberOf(third) > numberOf(second));
  const { lists } = await reopenIdentity();
  clock.advance(1_000);
  assert.ok(numberOf(await lists.full(1)) > numberOf(third));
});

test('a list holds a certificate past its end, then lets it go', async (t) => {
  const clock = movableClock();
  const { identity } = await openStatusWorld(t, { clock });
  const { inventory, lists, revocations, certificates } = identity;
  await inventory.renew('a', days(1), BY);
  await revocations.revoke({ kind: 'device', name: 'a' }, 'unspecified', BY);
  const entries = async () => readCrl((await lists.full(1)) ?? new Uint8Array(), certificates.issuing)?.entries.length;
  assert.equal(await entries(), 2);
  clock.advance(days(2));
  assert.equal(await entries(), 2);
  clock.advance(days(2));
  assert.equal(await entries(), 1);
});

test('readCrl() takes the lists of its own authorities, and not one with a flipped bit', async (t) => {
  const { identity } = await openStatusWorld(t);
  await identity.revocations.revoke({ kind: 'device', name: 'a' }, 'superseded', BY);
  const der = (await identity.lists.full(1)) ?? new Uint8Array();
  const { issuing, root } = identity.certificates;
  const read = readCrl(der, [root, ...issuing]);
  assert.deepEqual([read?.issuer, read?.isDelta, read?.entries.length], [1, false, 1]);
  assert.equal(read?.entries[0]?.reason, 'superseded');
  assert.equal(readCrl(der, [root]), null, 'signed by another');
  for (let at = 0; at < der.length; at += 7) {
    const flipped = Uint8Array.from(der);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    let result: unknown = null;
    try {
      result = readCrl(flipped, issuing);
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'IDENTITY_DER_INVALID');
    }
    assert.equal(result, null, `byte ${at}`);
  }
});

function pem(der: Uint8Array | null): string {
  const lines =
    Buffer.from(der ?? new Uint8Array())
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`;
}
