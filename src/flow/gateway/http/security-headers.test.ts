import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setSecurityHeaders } from './security-headers.ts';
import { serve } from './testing.ts';

test('setSecurityHeaders() keeps an answer apart; who answers may say otherwise', async () => {
  await using server = await serve((request, response) => {
    setSecurityHeaders(response, request.headers.host);
    response.writeHead(200, { 'cache-control': 'public' }).end();
  });
  const { headers } = await server.ask('GET', '/', { host: 'weir.example.com:8443' });
  assert.equal(headers['cache-control'], 'public');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  assert.equal(headers['strict-transport-security'], 'max-age=15768000');
});

test('setSecurityHeaders() makes TLS lasting for names alone, never for loopback and addresses', async () => {
  await using server = await serve((request, response) => {
    setSecurityHeaders(response, request.headers.host);
    response.end();
  });
  for (const host of ['localhost:8443', 'a.localhost', '127.0.0.1:7443', '192.0.2.1', '[::1]:8443']) {
    const { headers } = await server.ask('GET', '/', { host });
    assert.equal(headers['strict-transport-security'], undefined, host);
  }
});
