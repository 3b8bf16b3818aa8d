import { formatMicros, Type } from '#base/core/index.ts';
import type { Session } from '#trust/identity/index.ts';
import { listOf, orNull, text, time } from '../forms.ts';
import type { Route } from '../route.ts';
import { person } from './show-person.ts';

/** The form of a session as the API shows it. */
export const SESSION = Type.Object({
  id: text,
  user: text,
  method: text,
  strength: text,
  address: text,
  created: time,
  expires: time,
  lastUsed: time,
});

const WORDS = orNull(listOf(text));
const STANDING = Type.Object({
  id: text,
  kind: text,
  roles: listOf(text),
  method: orNull(text),
  strength: orNull(text),
  credential: orNull(text),
  scope: orNull(Type.Object({ actions: WORDS, views: WORDS, purposes: WORDS })),
  actsFor: orNull(text),
});

/** A session as the API shows it. */
export const showSession = (session: Session) => ({
  id: session.id,
  user: session.person,
  method: session.method,
  strength: session.strength,
  address: session.address,
  created: formatMicros(session.created),
  expires: formatMicros(session.expires),
  lastUsed: formatMicros(session.lastUsed),
});

/** Sessions of everybody, and one's own standing. */
export const SESSION_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/sessions',
    summary: 'lists sessions that count at this moment',
    answer: { json: Type.Object({ sessions: listOf(SESSION) }) },
    access: { action: 'administer', resource: () => person('*') },
    handle: async (_request, { identity }) => ({
      json: { sessions: (await identity.signIn.sessions.list()).map(showSession) },
    }),
  },
  {
    method: 'POST',
    path: '/v1/sessions/:id/revoke',
    summary: 'ends a session: its next request is refused',
    answer: { json: SESSION },
    access: { action: 'administer', resource: () => person('*') },
    handle: async ({ params, caller }, { identity }) => ({
      json: showSession(await identity.signIn.sessions.revoke(params['id'] ?? '', caller.actor)),
    }),
  },
  {
    method: 'GET',
    path: '/v1/me',
    summary: 'says who asks, how they signed in and what their credential is for',
    answer: { json: STANDING },
    access: 'self',
    handle: async ({ caller }) => {
      const { id, kind, roles, strength, scope, actsFor } = caller.subject;
      const { method = null, credential = null } = caller;
      const shown = { strength: strength ?? null, scope: scope ?? null, actsFor: actsFor?.id ?? null };
      return { json: { id, kind, roles, method, credential, ...shown } };
    },
  },
  {
    method: 'POST',
    path: '/v1/me/sign-out',
    summary: 'ends the session that it is asked with',
    answer: { json: Type.Object({ ended: Type.Boolean() }) },
    access: 'self',
    handle: async ({ caller }, { identity }) => {
      const [kind, id] = (caller.credential ?? '').split(':');
      if (kind === 'session' && id !== undefined) await identity.signIn.sessions.revoke(id, caller.actor);
      return { json: { ended: kind === 'session' } };
    },
  },
];
