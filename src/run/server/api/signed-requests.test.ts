import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { seconds } from '#base/core/index.ts';
import { signRequest } from '#base/crypto/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { SignedRequests } from './signed-requests.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEY = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const NOW = 1_767_225_600;
const BODY = Buffer.from('{"name":"ada"}');

function start() {
  const clock = frozenClock();
  const signed = new SignedRequests(clock);
  let n = 0;
  const sign = (more: { created?: number; nonce?: string } = {}, key = privateKey): Record<string, string> => {
    const url = new URL('https://localhost:8443/v1/users?a=1');
    const nonce = `nonce-${String(n++).padStart(12, '0')}`;
    return signRequest({ method: 'POST', url, body: BODY, created: NOW, nonce, ...more }, key);
  };
  const judge = (
    fields: Readonly<Record<string, string>>,
    more: { method?: string; target?: string; authority?: string; body?: Buffer; key?: string | null } = {},
  ) => {
    const { body = BODY, key = KEY, ...rest } = more;
    const message = {
      method: 'POST',
      scheme: 'https',
      authority: 'localhost:8443',
      target: '/v1/users?a=1',
      field: (name: string) => (fields[name] === undefined ? null : [fields[name]]),
      ...rest,
    } as const;
    return signed.judge({ message, body, key });
  };
  return { clock, sign, judge };
}

test('SignedRequests takes a request once, and no replay of it', () => {
  const { sign, judge, clock } = start();
  const fields = sign();
  assert.deepEqual([judge(fields), judge(fields)], [null, 'replayed']);
  clock.advance(seconds(299));
  assert.equal(judge(fields), 'replayed');
  clock.advance(seconds(2));
  assert.equal(judge(fields), 'too-old');
  assert.equal(judge(sign({ created: NOW + 301 })), null);
});

test('SignedRequests refuses what was altered on the way', () => {
  const { sign, judge } = start();
  for (const [change, fault] of [
    [{ method: 'GET' }, 'forged'],
    [{ target: '/v1/users?a=2' }, 'forged'],
    [{ target: '/v1/users' }, 'forged'],
    [{ authority: 'localhost:9443' }, 'forged'],
    [{ body: Buffer.from('{"name":"eve"}') }, 'altered-body'],
  ] as const) {
    const fields = sign();
    assert.equal(judge(fields, change), fault);
    // What was refused has not used the nonce up.
    assert.equal(judge(fields), null);
  }
});

test('SignedRequests refuses signatures of other keys, times, forms and cover', () => {
  const { sign, judge } = start();
  const other = generateKeyPairSync('ed25519');
  assert.equal(judge(sign({}, other.privateKey)), 'algorithm');
  assert.equal(judge(sign({}, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)), 'forged');
  assert.equal(judge(sign(), { key: null }), 'no-key');
  assert.equal(judge(sign(), { key: 'AAAA' }), 'no-key');
  assert.equal(judge(sign({ created: NOW - 1 })), 'too-old');
  assert.equal(judge(sign({ created: NOW + 31 })), 'too-new');
  assert.equal(judge(sign({ nonce: 'short' })), 'no-nonce');
  assert.equal(judge({}), 'no-signature');
  const fields = sign();
  const input = fields['signature-input']!;
  const changed = (text: string) => ({ ...fields, 'signature-input': text });
  assert.equal(judge(changed(input.replace('"@method" ', ''))), 'not-covered');
  assert.equal(judge(changed(input.replace('"@target-uri"', '"@path"'))), 'not-covered');
  assert.equal(judge(changed(input.replace(' "content-digest"', ''))), 'not-covered');
  assert.equal(judge(changed(`${input};expires=${NOW}`)), 'expired');
  assert.equal(judge(changed(`${input};expires=${NOW + 9}`)), 'forged');
  assert.equal(judge(changed(`${input}, b=("@method")`)), 'malformed');
  assert.equal(judge(changed('sig=(')), 'malformed');
  assert.equal(judge({ ...fields, signature: 'sig="x"' }), 'malformed');
  assert.equal(judge({ ...fields, signature: 'other=:AA==:' }), 'malformed');
  assert.equal(judge(fields), null);
});
