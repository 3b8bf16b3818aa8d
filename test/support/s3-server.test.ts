import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startS3Server } from './s3-server.ts';

test('startS3Server() makes buckets on a port of its own, and ends with the test', async (t) => {
  const server = await startS3Server(t);
  const { endpoint } = await server.place('copies', 'site-1');
  assert.equal((await fetch(`${endpoint}/copies`)).status < 500, true);
  await server[Symbol.asyncDispose]();
  await assert.rejects(fetch(`${endpoint}/copies`));
});
