import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { generateKeyPair, exportJWK } from 'jose';
import { minutes, seconds } from '#base/core/index.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { PossessionProofs } from './possession-proof.ts';
import { makeTestClient, REQUEST } from './testing.ts';

const TOKEN = 'a.b.c';

async function world() {
  const clock = frozenClock();
  const client = await makeTestClient(clock);
  const proofs = new PossessionProofs(clock, seededRandom(1), () => ['weir.test']);
  const check = (proof: string | undefined, request: { method: string; host: string; target: string } = REQUEST) =>
    proofs.check(proof, TOKEN, client.thumbprint, request);
  return { clock, client, check, proofs };
}

test('check() takes a proof for this key, token and request, once', async () => {
  const { client, check } = await world();
  const proof = await client.prove(TOKEN);
  assert.equal(await check(proof), 'proved');
  assert.equal(await check(proof), 'proof-replayed');
  assert.equal(await check(await client.prove(TOKEN)), 'proved');
  assert.equal(await check(undefined), 'unproved');
});

test('check() wants a nonce of ours where it is told to, and says so only to who has the key', async () => {
  const { client, proofs } = await world();
  const check = (proof: string) => proofs.check(proof, TOKEN, client.thumbprint, REQUEST, true);
  assert.equal(await check(await client.prove(TOKEN)), 'proof-nonce');
  assert.equal(await check(await client.prove(TOKEN, { nonce: 'x' })), 'proof-nonce');
  assert.equal(await check(await client.prove('d.e.f')), 'proof-invalid');
  const nonce = proofs.nonces.current();
  const proof = await client.prove(TOKEN, { nonce });
  assert.equal(await check(proof), 'proved');
  assert.equal(await check(proof), 'proof-replayed');
  assert.equal(await check(await client.prove(TOKEN, { nonce })), 'proved');
});

test('check() takes query and fragment for nothing, and a loopback name for ours', async () => {
  const { client, check } = await world();
  assert.equal(await check(await client.prove(TOKEN, { htu: 'https://weir.test/v1/me?y=2#z' })), 'proved');
  const local = { ...REQUEST, host: 'localhost:7443' };
  assert.equal(await check(await client.prove(TOKEN, { htu: 'https://localhost:7443/v1/me' }), local), 'proved');
});

test('check() refuses a proof that is wrong in one thing', async () => {
  const { client, check } = await world();
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const stranger = await exportJWK(publicKey);
  const secret = await exportJWK(privateKey);
  const claims: readonly Readonly<Record<string, unknown>>[] = [
    { htm: 'POST' },
    { htm: 'get' },
    { htu: 'https://weir.test/v1/query' },
    { htu: 'https://weir.test:8443/v1/me' },
    { htu: 'http://weir.test/v1/me' },
    { htu: 'https://user@weir.test/v1/me' },
    { htu: 'https://evil.test/v1/me' },
    { htu: 'nonsense' },
    { htu: 7 },
    { ath: 'AAAA' },
    { ath: undefined },
    { jti: '' },
    { jti: 'x'.repeat(257) },
    { jti: undefined },
    { iat: undefined },
    { iat: 'now' },
    { nonce: undefined, exp: 1 },
  ];
  for (const change of claims)
    assert.equal(await check(await client.prove(TOKEN, change)), 'proof-invalid', JSON.stringify(change));
  const headers: readonly Readonly<Record<string, unknown>>[] = [
    { typ: 'JWT' },
    { typ: undefined },
    { jwk: undefined },
    { jwk: stranger },
    { jwk: secret },
    { jwk: { kty: 'oct', k: 'AAAA' } },
  ];
  for (const change of headers) {
    assert.equal(await check(await client.prove(TOKEN, {}, change)), 'proof-invalid', JSON.stringify(change));
  }
});

test('check() is not led by the header Host: a proof for another host is none, whoever forwards it', async () => {
  const { client, check } = await world();
  const proof = await client.prove(TOKEN, { htu: 'https://evil.test/v1/me' });
  assert.equal(await check(proof, { ...REQUEST, host: 'evil.test' }), 'proof-invalid');
});

test('check() takes no proof of another time, nor of before it began to remember', async () => {
  const { client, check, clock } = await world();
  const now = Math.floor(clock.now() / 1_000_000);
  assert.equal(await check(await client.prove(TOKEN, { iat: now - 1 })), 'proof-stale');
  clock.advance(minutes(5));
  const later = Math.floor(clock.now() / 1_000_000);
  for (const iat of [later - 62, later + 62])
    assert.equal(await check(await client.prove(TOKEN, { iat })), 'proof-stale');
  for (const iat of [later - 58, later + 58]) assert.equal(await check(await client.prove(TOKEN, { iat })), 'proved');
  const proof = await client.prove(TOKEN, { iat: later + 50 });
  assert.equal(await check(proof), 'proved');
  clock.advance(seconds(100));
  assert.equal(await check(proof), 'proof-replayed', 'it is remembered for as long as it can count');
});

test('check() survives any text, and a proof with any character changed', async () => {
  const { client, check } = await world();
  const proof = await client.prove(TOKEN);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
      assert.equal(await check(text), 'proof-invalid');
    }),
    { seed: 1 },
  );
  const dots = Array.from(proof).flatMap((character, at) => (character === '.' ? [at] : []));
  await fc.assert(
    fc.asyncProperty(fc.nat(proof.length - 2), fc.constantFrom('A', 'z', '_', '.', '='), async (at, other) => {
      // The last character of a part may hold bits that count for nothing.
      fc.pre(proof[at] !== other && !dots.includes(at + 1));
      assert.equal(await check(proof.slice(0, at) + other + proof.slice(at + 1)), 'proof-invalid');
    }),
    { numRuns: 200, seed: 1 },
  );
  assert.equal(await check('x'.repeat(1_000_000)), 'proof-invalid');
  assert.equal(await check(proof), 'proved');
});
