import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalJson, encodeUtf8 } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { noteSigner, sha256Hex, signEnvelope, SigningKey } from '#base/crypto/index.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addRetentionCommand } from './retention.ts';

const STREAM = {
  stream: 'climate',
  min: null,
  max: 32 * 86_400_000,
  segments: 3,
  rows: 15,
  due: 1,
  held: 1,
  next: [
    { segment: 'a', rows: 5, begins: '2026-01-01T00:00:00Z', ends: '2026-01-02T00:00:00Z', held: true },
    { segment: 'b', rows: 5, begins: '2026-02-01T00:00:00Z', ends: '2026-02-02T00:00:00Z', held: false },
  ],
};
const HOLD = {
  id: 'h1',
  stream: 'climate',
  from: null,
  to: null,
  reason: 'case 12',
  owner: 'legal',
  created: '2026-01-01T00:00:00Z',
  released: null,
};

const CERTIFICATES = [
  { id: 'k', at: '2026-01-01T00:00:00Z', amends: null },
  { id: 'a', at: '2026-01-02T00:00:00Z', amends: 'k' },
];

test('weir retention plan shows what goes of each stream and when, past what is held', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/retention': {
      streams: [STREAM, { ...STREAM, stream: 'brief', min: 730.5 * 86_400_000, max: 1_500, next: [] }],
    },
  });
  const { out } = await platform.run(addRetentionCommand, 'retention', 'plan');
  assert.match(out, /^climate +32 d +3 +15 +1 +1 +2026-02-01T00:00:00Z/m);
  assert.match(out, /^brief +730\.5 d +1\.5 s/m);
});

test('weir retention hold, holds and release', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/holds': HOLD,
    'GET /v1/holds': { holds: [HOLD] },
    'GET /v1/holds/h1/going': { goes: [] },
    'POST /v1/holds/h1/release': { id: 'h1' },
  });
  const words = ['hold', 'climate', '--reason', 'case 12', '--owner', 'legal', '--from', '2026-01-01T00:00:00Z'];
  const made = await platform.run(addRetentionCommand, 'retention', ...words);
  assert.equal(made.out, 'climate is held by h1\n');
  assert.match(made.err, /retention release h1/);
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), {
    stream: 'climate',
    reason: 'case 12',
    owner: 'legal',
    from: '2026-01-01T00:00:00Z',
  });
  assert.match((await platform.run(addRetentionCommand, 'retention', 'holds')).out, /^h1 +climate .*case 12 +legal/m);
  assert.equal((await platform.run(addRetentionCommand, 'retention', 'release', 'h1')).out, 'h1 is released\n');
});

test('weir retention release asks where readings go at once', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/holds/h1/going': { goes: [{ stream: 'climate', segments: 2, rows: 17 }] },
    'POST /v1/holds/h1/release': { id: 'h1' },
  });
  await assert.rejects(platform.run(addRetentionCommand, 'retention', 'release', 'h1'), {
    code: 'CLI_UNCONFIRMED',
    message: /climate +2 +17/,
  });
  assert.equal(platform.heard.length, 1, 'nothing was released');
  const { out } = await platform.run(addRetentionCommand, 'retention', 'release', 'h1', '--yes');
  assert.equal(out, 'h1 is released\n');
});

test('weir retention certificates says what went and is not certified yet', async (t) => {
  const open = { stream: 'climate', segments: 2, rows: 17, since: '2026-01-01T00:00:00Z' };
  const platform = await standIn(t, { 'GET /v1/erasures': { certificates: [], uncertified: [open] } });
  const { out, err } = await platform.run(addRetentionCommand, 'retention', 'certificates');
  assert.equal(out, 'nothing is certified so far\n');
  assert.match(err, /climate: 2 segments with 17 readings went since 2026-01-01T00:00:00Z/);
});

test('weir retention certificates and certificate show what went, and write the envelope as it is', async (t) => {
  const certificate = JSON.stringify({ payload: Buffer.from('{"format":"weir.erasure"}').toString('base64') });
  const platform = await standIn(t, {
    'GET /v1/erasures': { certificates: CERTIFICATES, uncertified: [] },
    'GET /v1/erasures/k': { id: 'k', certificate, addenda: ['a'] },
  });
  const listed = await platform.run(addRetentionCommand, 'retention', 'certificates');
  assert.match(listed.out, /^k +2026-01-01T00:00:00Z *$/m);
  assert.match(listed.out, /^a +2026-01-02T00:00:00Z +k$/m);
  assert.match(listed.err, /retention certificate k/);
  const shown = await platform.run(addRetentionCommand, 'retention', 'certificate', 'k');
  assert.match(shown.out, /"weir\.erasure"/);
  assert.match(shown.err, /retention certificate a/);
  const out = join(await temporaryFolder(t), 'k.json');
  await platform.run(addRetentionCommand, 'retention', 'certificate', 'k', '--out', out);
  assert.equal(await readFile(out, 'utf8'), certificate);
});

test('weir retention check-certificate believes what the platform here signed, and no forgery', async (t) => {
  const signer = SigningKey.generate('ed25519', seededRandom(1));
  const type = 'application/vnd.weir.erasure.v1+json';
  const certificate = await signEnvelope(type, { format: 'weir.erasure' }, 'weir/test', [signer]);
  const platform = await standIn(t, { 'GET /v1/prove/keys': { keys: [noteSigner('weir/test', signer).verifierKey] } });
  const file = join(await temporaryFolder(t), 'certificate.json');
  await writeFile(file, certificate);
  const check = () => platform.run(addRetentionCommand, 'retention', 'check-certificate', file);
  assert.match((await check()).out, /"weir\.erasure"[^]*the signatures hold/);
  await writeFile(file, certificate.replace('"sig": "', '"sig": "AAAA'));
  await assert.rejects(check(), { code: 'CRYPTO_SIGNATURE_INVALID' });
});

test('weir retention check-certificate verifies an addendum, and that it is one to a certificate', async (t) => {
  const signer = SigningKey.generate('ed25519', seededRandom(1));
  const keys = [noteSigner('weir/test', signer).verifierKey];
  const platform = await standIn(t, { 'GET /v1/prove/keys': { keys } });
  const folder = await temporaryFolder(t);
  const write = async (name: string, type: string, statement: Json): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, await signEnvelope(`application/vnd.weir.${type}.v1+json`, statement, 'weir/test', [signer]));
    return file;
  };
  const [one, other] = [
    { format: 'weir.erasure', id: 'k' },
    { format: 'weir.erasure', id: 'other' },
  ];
  const certificate = await write('k.json', 'erasure', one);
  const stranger = await write('other.json', 'erasure', other);
  const digest = sha256Hex(encodeUtf8(canonicalJson(one)));
  const addendum = await write('a.json', 'erasure-addendum', { amends: { certificate: 'k', digest } });
  const check = (...words: string[]) => platform.run(addRetentionCommand, 'retention', 'check-certificate', ...words);
  assert.match((await check(addendum)).out, /"amends"[^]*the signatures hold/);
  assert.match((await check(addendum, '--amends', certificate)).out, /the signatures hold/);
  for (const wrong of [
    [addendum, '--amends', stranger],
    [certificate, '--amends', certificate],
  ]) {
    await assert.rejects(check(...wrong), { code: 'CLI_CERTIFICATE_OTHER' });
  }
  await writeFile(certificate, (await readFile(certificate, 'utf8')).replace('"sig": "', '"sig": "AAAA'));
  await assert.rejects(check(addendum, '--amends', certificate), { code: 'CRYPTO_SIGNATURE_INVALID' });
});
