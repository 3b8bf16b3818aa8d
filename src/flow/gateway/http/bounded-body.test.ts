import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { readBody } from './bounded-body.ts';

function request(body: Buffer, headers: IncomingHttpHeaders = {}): IncomingMessage {
  return Object.assign(Readable.from([body.subarray(0, 7), body.subarray(7)]), {
    headers,
  }) as unknown as IncomingMessage;
}

async function text(message: IncomingMessage, limit = 1_000): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of readBody(message, limit)) parts.push(part);
  return Buffer.concat(parts).toString();
}

const BODY = Buffer.from('{"temperature": 4.5}');

test('readBody() undoes gzip and zstd', async () => {
  assert.equal(await text(request(BODY)), BODY.toString());
  assert.equal(await text(request(gzipSync(BODY), { 'content-encoding': 'GZIP' })), BODY.toString());
  assert.equal(await text(request(zstdCompressSync(BODY), { 'content-encoding': 'zstd' })), BODY.toString());
});

test('readBody() lets no more out than allowed, whatever goes in', async () => {
  const large = Buffer.alloc(10_000_000);
  await assert.rejects(text(request(Buffer.alloc(1_001))), { fault: 'size' });
  await assert.rejects(text(request(gzipSync(large), { 'content-encoding': 'gzip' })), { fault: 'size' });
  await assert.rejects(text(request(zstdCompressSync(large), { 'content-encoding': 'zstd' })), { fault: 'size' });
  assert.throws(() => readBody(request(BODY, { 'content-length': '1001' }), 1_000), { fault: 'size' });
});

test('readBody() names what is no such encoding and what it does not know', async () => {
  await assert.rejects(text(request(BODY, { 'content-encoding': 'gzip' })), { fault: 'decode' });
  await assert.rejects(text(request(BODY, { 'content-encoding': 'zstd' })), { fault: 'decode' });
  const cut = gzipSync(Buffer.alloc(500, 'ab')).subarray(0, 15);
  await assert.rejects(text(request(cut, { 'content-encoding': 'gzip' })), { fault: 'decode' });
  const brotli = request(brotliCompressSync(BODY), { 'content-encoding': 'br' });
  assert.throws(() => readBody(brotli, 1_000), { fault: 'encoding' });
  const twice = request(gzipSync(BODY), { 'content-encoding': 'gzip, gzip' });
  assert.throws(() => readBody(twice, 1_000), { fault: 'encoding' });
});

test('readBody() tells when the other end left', async () => {
  const message = request(BODY);
  queueMicrotask(() => message.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' })));
  await assert.rejects(text(message), { fault: 'aborted' });
});
