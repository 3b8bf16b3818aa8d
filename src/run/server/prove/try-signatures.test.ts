import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { isHttpSignature, parseByteSequences, parseInnerLists, signatureBase } from '#base/crypto/index.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { serveHttps } from './testing.ts';
import { trySignatures } from './try-signatures.ts';

test('trySignatures() signs, replays and takes a signature elsewhere', async (t) => {
  const { identity } = await openTrust(t);
  const { key, certificate } = await identity.issueOperator('weir:test');
  const publicKey = createPublicKey(certificate);
  const seen = new Set<string>();
  const call = await serveHttps(t, (request, reply) => {
    const [input, signature] = [request.headers['signature-input'], request.headers['signature']];
    const status = (): number => {
      if (typeof input !== 'string' || typeof signature !== 'string') return 400;
      const message = {
        method: request.method ?? '',
        scheme: 'https',
        authority: request.headers.host ?? '',
        target: request.url ?? '',
        field: () => null,
      } as const;
      const base = signatureBase(message, parseInnerLists(input).get('sig')!);
      if (!isHttpSignature(base, parseByteSequences(signature).get('sig')!, publicKey)) return 403;
      if (seen.has(signature)) return 409;
      seen.add(signature);
      return 200;
    };
    reply.writeHead(status()).end('{}');
  });
  const { method: _method, body: _body, ...common } = call;
  const trial = await trySignatures({ ...common, method: 'GET', credential: { key, certificate } });
  assert.deepEqual(trial, { unsigned: 400, signed: 200, replayed: 409, altered: 403 });
});
