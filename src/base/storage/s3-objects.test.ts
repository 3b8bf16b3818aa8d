import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { testObjects } from '../../../test/conformance/objects.ts';
import { startS3Server } from '../../../test/support/s3-server.ts';
import type { S3Server } from '../../../test/support/s3-server.ts';
import type { SkippableTest } from '../../../test/support/outside.ts';
import { openS3Objects } from './s3-objects.ts';
import type { S3Place } from './s3-objects.ts';

const box: { server: Promise<S3Server> | null; next: number } = { server: null, next: 0 };
after(async () => {
  const server = await box.server?.catch(() => null);
  await server?.[Symbol.asyncDispose]();
});

async function newPlace(t: SkippableTest, bucket = 'copies'): Promise<S3Place> {
  const server = await (box.server ??= startS3Server(t));
  return server.place(bucket, `weir-${box.next++}/part`);
}

testObjects('openS3Objects()', async (t) => openS3Objects(await newPlace(t)));

test('list() goes on past a page', async (t) => {
  const objects = openS3Objects(await newPlace(t));
  const keys = Array.from({ length: 1_003 }, (_, n) => `n/${String(n).padStart(5, '0')}`);
  for (let at = 0; at < keys.length; at += 50)
    await Promise.all(keys.slice(at, at + 50).map((key) => objects.put(key, encodeUtf8(key))));
  const found: string[] = [];
  for await (const key of objects.list('n/')) found.push(key);
  assert.deepEqual(found, keys);
});

test('list() takes nothing else for a list, and no part for the whole', async () => {
  const list = (inner: string): string =>
    `<?xml version="1.0"?>\n<ListBucketResult xmlns="x">${inner}</ListBucketResult>`;
  const listed = (answer: string): Promise<readonly string[]> => {
    const request = (async () => new Response(answer)) as unknown as typeof fetch;
    return Array.fromAsync(openS3Objects(PLACE, { fetch: request }).list(''));
  };
  assert.deepEqual(await listed(list('<IsTruncated>false</IsTruncated><Key>a</Key>')), ['a']);
  assert.deepEqual(await listed(list('')), []);
  for (const answer of [
    '',
    '<html>Sign in to the network</html>',
    '<ListBucketResult><Key>a</Key>',
    list('<IsTruncated>true</IsTruncated><Key>a</Key>'),
  ]) {
    await assert.rejects(listed(answer), { code: 'STORAGE_IO' }, answer);
  }
});

test('keepsVersions() tells a bucket that keeps what is replaced', async (t) => {
  const place = await newPlace(t, 'versions');
  assert.equal(await openS3Objects(place).keepsVersions(), false);
  await (await box.server)!.keepVersions('versions');
  assert.equal(await openS3Objects(place).keepsVersions(), true);
});

const PLACE: S3Place = {
  endpoint: 'https://s3.example.com',
  region: 'eu-central-1',
  bucket: 'copies',
  prefix: '',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
};

test('a store that is busy is asked again; one that refuses is not, and says why', async () => {
  const answers = [new Response('<Error><Code>SlowDown</Code></Error>', { status: 503 }), new Response('data')];
  const asked: string[] = [];
  const request = (async (url: URL, init: RequestInit) => {
    asked.push(`${init.method} ${url.pathname}`);
    return answers.shift() ?? new Response('<Error><Code>AccessDenied</Code></Error>', { status: 403 });
  }) as typeof fetch;
  const objects = openS3Objects(PLACE, { fetch: request });
  assert.deepEqual(await objects.read('a/b'), encodeUtf8('data'));
  await assert.rejects(objects.delete('a/b'), { code: 'STORAGE_IO', message: /AccessDenied/ });
  assert.equal(await objects.keepsVersions(), null, 'who may not ask cannot tell');
  assert.deepEqual(asked, ['GET /copies/a/b', 'GET /copies/a/b', 'DELETE /copies/a/b', 'GET /copies']);
});

test('a store that does not answer is waited for once, and no longer', async () => {
  let asked = 0;
  const request = ((_url: URL, { signal }: RequestInit) => {
    asked += 1;
    return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
  }) as typeof fetch;
  const objects = openS3Objects(PLACE, { fetch: request, patienceMs: 1 });
  await assert.rejects(objects.size('a/b'), { code: 'STORAGE_IO', message: /did not answer in time/ });
  assert.equal(asked, 1);
});

test('a put() whose answer was lost counts as done where its content is there', async () => {
  const stored = new Map<string, Uint8Array>();
  let lost = true;
  const request = (async (url: URL, init: RequestInit) => {
    const key = url.pathname;
    if (init.method === 'PUT') {
      if (stored.has(key)) return new Response('', { status: 412 });
      stored.set(key, new Uint8Array(init.body as unknown as ArrayBuffer));
      if (lost) {
        lost = false;
        throw new TypeError('connection reset');
      }
      return new Response('');
    }
    const found = stored.get(key);
    const body = init.method === 'HEAD' ? null : (found as Uint8Array<ArrayBuffer> | undefined);
    return found === undefined && init.method !== 'PUT'
      ? new Response(null, { status: 404 })
      : new Response(body ?? null);
  }) as typeof fetch;
  const objects = openS3Objects(PLACE, { fetch: request });
  await objects.put('a', encodeUtf8('x'));
  await assert.rejects(objects.put('a', encodeUtf8('x')), { code: 'STORAGE_EXISTS' });
});

test('a place is checked before anything is asked', () => {
  const wrong: readonly Partial<S3Place>[] = [
    { endpoint: 'http://s3.example.com' },
    { endpoint: 's3.example.com' },
    { bucket: 'A/b' },
    { prefix: '/a' },
  ];
  for (const change of wrong)
    assert.throws(() => openS3Objects({ ...PLACE, ...change }), { code: /^STORAGE_(PLACE|KEY)_INVALID$/ });
  openS3Objects({ ...PLACE, endpoint: 'http://localhost:9000', prefix: 'weir/site-1' });
});
