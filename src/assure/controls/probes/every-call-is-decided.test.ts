import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProbePlatform } from '../probe-platform.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { everyCallIsDecided } from './every-call-is-decided.ts';

/** A platform that answers one call with another status. */
const answering = (wanted: (method: string, path: string, as: string) => number | null): Partial<ProbePlatform> => {
  const sound = soundPlatform();
  return {
    call: async (method, path, body, as) => {
      const status = path === '/v1/openapi.json' ? null : wanted(method, path, as);
      return status === null ? sound.call(method, path, body, as) : { status, body: null };
    },
  };
};

test('everyCallIsDecided turns red', () =>
  assertTurnsRed(everyCallIsDecided, {
    'one operation answers nobody': answering((method, path, as) =>
      as === 'nobody' && method === 'POST' && path === '/v1/devices/_probe/disable' ? 200 : null,
    ),
    'one tells nobody that what they ask for is not there': answering((_, path, as) =>
      as === 'nobody' && path === '/v1/users' ? 404 : null,
    ),
    'one answers a device': answering((_, path, as) => (as === 'device' && path === '/v1/views' ? 200 : null)),
    'one answers a person without a grant': answering((_, path, as) =>
      as === 'person' && path === '/v1/users' ? 200 : null,
    ),
    'it describes nothing': { call: async () => ({ status: 401, body: null }) },
  }));

test('everyCallIsDecided calls all that is described, but what is open and what is of devices', async () => {
  const called = new Set<string>();
  const sound = soundPlatform();
  const call: ProbePlatform['call'] = async (method, path, body, as) => {
    called.add(`${as} ${method} ${path}`);
    return sound.call(method, path, body, as);
  };
  await everyCallIsDecided.probe(soundPlatform({ call }), new AbortController().signal);
  assert.deepEqual([...called].sort(), [
    'device GET /v1/users',
    'device GET /v1/views',
    'device POST /v1/devices/_probe/disable',
    'nobody GET /v1/openapi.json',
    'nobody GET /v1/users',
    'nobody GET /v1/views',
    'nobody POST /v1/devices/_probe/disable',
    'person GET /v1/users',
  ]);
});
