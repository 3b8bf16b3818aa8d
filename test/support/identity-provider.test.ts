import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startIdentityProvider } from './identity-provider.ts';

test('startIdentityProvider() gives a provider that logs somebody in and sends them back with a code', async (t) => {
  const provider = await startIdentityProvider(t);
  const found = await (await fetch(`${provider.url}/.well-known/openid-configuration`)).json();
  const { issuer, authorization_endpoint: endpoint } = found as { issuer: string; authorization_endpoint: string };
  assert.equal(issuer, provider.url);
  const query = new URLSearchParams({
    client_id: 'weir-cli',
    redirect_uri: 'http://127.0.0.1:1/returned',
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    state: 's',
  });
  const returned = new URL(await provider.browse(`${endpoint}?${query.toString()}`));
  assert.equal(returned.origin + returned.pathname, 'http://127.0.0.1:1/returned');
  assert.equal(returned.searchParams.get('state'), 's');
  assert.ok(returned.searchParams.has('code'), returned.href);
});
