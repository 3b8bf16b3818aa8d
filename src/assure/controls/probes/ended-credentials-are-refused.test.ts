import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import type { ProbePlatform } from '../probe-platform.ts';
import { endedCredentialsAreRefused } from './ended-credentials-are-refused.ts';

/** A platform that answers one kind of credential with something else. */
const but = (kind: string, status: number, code = 'API_UNAUTHENTICATED'): Partial<ProbePlatform> => ({
  showCredential: async (shown) => {
    if (shown === kind) return { status, body: { code } };
    const standard = { 'good-key': 200, 'narrow-key': 403 }[shown as string] ?? 401;
    return { status: standard, body: standard === 401 ? { code: 'API_UNAUTHENTICATED' } : {} };
  },
});

test('endedCredentialsAreRefused turns red', () =>
  assertTurnsRed(endedCredentialsAreRefused, {
    'a good key is refused': but('good-key', 401),
    'a key is good for more than it was made for': but('narrow-key', 200),
    'a revoked key lets in': but('revoked-key', 200),
    'an expired token lets in': but('expired-token', 200),
    'an ended session lets in': but('ended-session', 200),
    'a one-time code opens something by itself': but('unused-code', 200),
    'a token without signature lets in': but('unsigned-token', 200),
    'a forged token lets in': but('forged-token', 200),
    'an answer tells what was wrong': but('expired-token', 401, 'API_EXPIRED'),
    'a refusal is no 401': but('forged-token', 500),
  }));
