import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { noteSigner, signEnvelope, SigningKey, systemRandom } from '#base/crypto/index.ts';
import { RECEIPT_TYPE } from '#trust/consent/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { runCommand, standIn } from '../testing.ts';
import { addConsentCommand } from './consent.ts';

const CONSENT = {
  id: 'c1',
  stream: 'pulse',
  subject: 't1-ada',
  state: 'given',
  given: '2026-01-01T00:00:00Z',
  expires: null,
  purposes: [
    { purpose: 'care', withdrawn: null },
    { purpose: 'research', withdrawn: '2026-02-01T00:00:00Z' },
  ],
};

test('weir consent give names the word that is no time', async (t) => {
  const platform = await standIn(t, {});
  const words = ['give', 'ada', '--stream', 'pulse', '--until', 'yesterday'];
  await assert.rejects(platform.run(addConsentCommand, 'consent', ...words), { code: 'CLI_USAGE', message: /--until/ });
});

test('weir consent give records, writes the receipt, and says where it stands already', async (t) => {
  const file = join(await temporaryFolder(t), 'ada.json');
  for (const [isNew, expected] of [
    [true, 'c1 is recorded: pulse for care, research\n'],
    [false, 'c1 says so already: pulse for care, research\n'],
  ] as const) {
    const platform = await standIn(t, { 'POST /v1/consents': { consent: CONSENT, new: isNew, receipt: '{}' } });
    const words = ['give', 'ada', '--stream', 'pulse', '--purpose', 'care', '--purpose', 'research', '--until'];
    const more = ['2027-01-01T00:00:00Z', '--notice', 'https://example.com', '--language', 'en', '--method', 'form'];
    const run = await platform.run(addConsentCommand, 'consent', ...words, ...more, '--receipt', file, '--yes');
    assert.equal(run.out, expected);
    assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), {
      stream: 'pulse',
      subject: 'ada',
      purposes: ['care', 'research'],
      expires: '2027-01-01T00:00:00Z',
      notice: { url: 'https://example.com', language: 'en' },
      method: 'form',
    });
    assert.equal(await readFile(file, 'utf8'), '{}');
  }
});

test('weir consent withdraw takes an id, or a person with a stream', async (t) => {
  const withdrawn = { ...CONSENT, state: 'withdrawn' };
  const platform = await standIn(t, {
    'POST /v1/consents/c1/withdraw': { consent: withdrawn, receipt: '{}' },
    'POST /v1/consents/withdraw': { consents: [withdrawn] },
  });
  assert.equal((await platform.run(addConsentCommand, 'consent', 'withdraw', 'c1')).out, 'c1 is withdrawn\n');
  const words = ['withdraw', 'ada', '--stream', 'pulse', '--purpose', 'care'];
  assert.equal((await platform.run(addConsentCommand, 'consent', ...words)).out, 'c1 is withdrawn\n');
  assert.deepEqual(JSON.parse(platform.heard[1]?.body ?? ''), { stream: 'pulse', subject: 'ada', purposes: ['care'] });
});

test('weir consent list, show, excluded, confirm and keys', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/consents?stream=pulse&state=given': { consents: [CONSENT], suspended: 0 },
    'GET /v1/consents': { consents: [], suspended: 0 },
    'GET /v1/consents?limit=10000': { consents: [{ id: 'c0ffee'.padEnd(32, '0') }] },
    'POST /v1/consents/find': { consents: [CONSENT] },
    'GET /v1/consents/c1': { consent: CONSENT, record: { '@type': 'dpv:ConsentRecord' } },
    'GET /v1/consents/excluded?stream=pulse&purpose=care': { subjects: ['t1-ada'] },
    'POST /v1/consents/confirm': { confirmed: 2 },
    'GET /v1/consents/keys': { keys: ['k1', 'k2'] },
  });
  const out = async (...words: readonly string[]): Promise<string> =>
    (await platform.run(addConsentCommand, 'consent', ...words)).out;
  assert.match(
    await out('list', '--stream', 'pulse', '--state', 'given'),
    /^c1 +pulse +t1-ada +given +care research +research /m,
  );
  assert.equal(await out('list'), 'nobody agreed to anything\n');
  assert.match(await out('list', '--stream', 'pulse', '--subject', 'ada'), /^c1 /m);
  assert.match(await out('show', 'c1'), /"dpv:ConsentRecord"/);
  assert.equal(await out('excluded', 'pulse', 'care'), 't1-ada\n');
  assert.equal(await out('confirm', '--stream', 'pulse'), '2 confirmed\n');
  await out('confirm', '--id', 'c0ffee');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { id: 'c0ffee'.padEnd(32, '0') });
  assert.equal(await out('keys'), 'k1\nk2\n');
});

test('weir consent receipt and check-receipt, with keys of the platform or of a file', async (t) => {
  const key = SigningKey.generate('ed25519', systemRandom);
  const receipt = await signEnvelope(RECEIPT_TYPE, { '@type': 'dpv:ConsentReceipt' }, 'weir/x/consent', [key]);
  const { verifierKey } = noteSigner('weir/x/consent', key);
  const platform = await standIn(t, {
    'GET /v1/consents/c1/receipt': { id: 'c1', receipt },
    'GET /v1/consents/keys': { keys: [verifierKey] },
  });
  const folder = await temporaryFolder(t);
  const [file, keys] = [join(folder, 'receipt.json'), join(folder, 'keys.txt')];
  await platform.run(addConsentCommand, 'consent', 'receipt', 'c1', '--out', file);
  assert.match((await platform.run(addConsentCommand, 'consent', 'check-receipt', file)).out, /the signatures hold/);
  await writeFile(keys, `${verifierKey}\n`);
  assert.match((await runCommand(addConsentCommand, 'consent', 'check-receipt', file, '--keys', keys)).out, /hold/);
  const changed = receipt.replace(/"payload": "..../, '"payload": "AAAA');
  await writeFile(file, changed);
  await assert.rejects(runCommand(addConsentCommand, 'consent', 'check-receipt', file, '--keys', keys), {
    code: 'CRYPTO_SIGNATURE_INVALID',
  });
});
