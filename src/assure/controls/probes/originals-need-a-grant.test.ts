import { test } from 'node:test';
import type { ApiAnswer } from '../door-trials.ts';
import type { ProbePlatform } from '../probe-platform.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { originalsNeedAGrant } from './originals-need-a-grant.ts';

/** A platform that answers one kind of call otherwise. */
function answering(
  isMeant: (path: string, as: string, purpose: string) => boolean,
  answer: ApiAnswer,
): Partial<ProbePlatform> {
  const sound = soundPlatform();
  const call: ProbePlatform['call'] = async (method, path, body, as) => {
    const { purpose } = body as { purpose: string };
    return isMeant(path, as, purpose) ? answer : sound.call(method, path, body, as);
  };
  return {
    publish: (topic, payloads) => sound.publish(topic, payloads),
    query: (sql) => sound.query(sql),
    call,
  };
}

const TOLD: ApiAnswer = { status: 200, body: { values: [{ token: 'x', original: 'x' }] } };

test('originalsNeedAGrant turns red', () =>
  assertTurnsRed(originalsNeedAGrant, {
    'the prober is told for any purpose': answering((_, as, purpose) => as === 'prober' && purpose !== 'probe', TOLD),
    'a person makes tokens': answering((path, as) => as === 'person' && path === '/v1/tokens', TOLD),
    'a device is told originals': answering((path, as) => as === 'device' && path.endsWith('/originals'), TOLD),
    'nobody is asked who they are': answering((_, as) => as === 'nobody', TOLD),
    'the grant is of no use': answering((_, as) => as === 'prober', { status: 403, body: null }),
    'another original comes back': answering((path, as) => as === 'prober' && path.endsWith('/originals'), TOLD),
    'the original is stored': {
      query: async () => ({ status: 200, body: [{ canary: 'c', code: '12345678' }] }),
    },
    'it is not on record': { logged: async (action) => action !== 'detokenise' },
  }));
