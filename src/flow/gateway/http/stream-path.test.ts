import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStreamPath } from './stream-path.ts';

test('parseStreamPath() knows its own path and one parameter', () => {
  assert.deepEqual(parseStreamPath('/v1/streams/climate'), { stream: 'climate', device: null });
  assert.deepEqual(parseStreamPath('/v1/streams/_probe?device=00:1b.2'), { stream: '_probe', device: '00:1b.2' });
  assert.deepEqual(parseStreamPath('/v1/streams/a?device=b%2Dc'), { stream: 'a', device: 'b-c' });
  for (const url of [
    '/v1/streams',
    '/v1/streams/',
    '/v1/streams/a/b',
    '/v1/streams/a%20b',
    '/v1/query',
    '/',
    '',
    `/v1/streams/${'a'.repeat(2_000)}`,
  ]) {
    assert.equal(parseStreamPath(url), null, url);
  }
  for (const query of ['x=1', 'device=a&device=b', 'device=', 'device=a%00', 'device=a%2Fb', 'device=a&x=']) {
    assert.equal(parseStreamPath(`/v1/streams/a?${query}`), 'invalid', query);
  }
});
