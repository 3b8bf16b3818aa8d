import { days, formatMicros, Type } from '#base/core/index.ts';
import { ACTIONS } from '#declare/policy/index.ts';
import type { Action } from '#declare/policy/index.ts';
import type { ApiKey } from '#trust/identity/index.ts';
import { listOf, orNull, text, time } from '../forms.ts';
import type { Route } from '../route.ts';
import { person } from './show-person.ts';

/** Names of views or purposes. */
export const words = Type.Array(Type.String({ maxLength: 64 }), { maxItems: 256 });

/** The form of a key as the API shows it, never the key itself. */
export const KEY = Type.Object({
  id: text,
  user: text,
  name: text,
  actions: orNull(listOf(text)),
  views: orNull(listOf(text)),
  purposes: orNull(listOf(text)),
  agent: orNull(listOf(text)),
  status: Type.Enum(['enabled', 'revoked', 'expired'] as const),
  created: time,
  expires: time,
  lastUsed: orNull(time),
});

/** A key as the API shows it. */
export const showKey = ({ id, person: holder, name, scope, agent, status, created, expires, lastUsed }: ApiKey) => ({
  id,
  user: holder,
  name,
  ...scope,
  agent,
  status,
  created: formatMicros(created),
  expires: formatMicros(expires),
  lastUsed: lastUsed === null ? null : formatMicros(lastUsed),
});

/** Keys by which programs sign in. */
export const API_KEY_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/api-keys',
    summary: 'lists keys of programs, without the keys themselves',
    answer: { json: Type.Object({ keys: listOf(KEY) }) },
    access: { action: 'administer', resource: () => person('*') },
    handle: async (_request, { identity }) => ({ json: { keys: (await identity.signIn.keys.list()).map(showKey) } }),
  },
  {
    method: 'POST',
    path: '/v1/users/:id/api-keys',
    summary: 'makes a key for some actions, views and purposes, for some days; it is shown this once',
    answer: { status: 201, json: Type.Object({ key: KEY, secret: text }) },
    access: { action: 'administer', resource: ({ params }) => person(params['id'] ?? '') },
    body: Type.Object(
      {
        name: Type.String({ maxLength: 64 }),
        days: Type.Integer({ minimum: 1, maximum: 730 }),
        actions: Type.Optional(Type.Array(Type.Enum([...ACTIONS]), { maxItems: ACTIONS.length })),
        views: Type.Optional(words),
        purposes: Type.Optional(words),
      },
      { additionalProperties: false },
    ),
    handle: async ({ body, params, caller }, { identity }) => {
      const { name, days: life, actions, views, purposes } = body as unknown as KeyBody;
      const scope = { actions: actions ?? null, views: views ?? null, purposes: purposes ?? null };
      const request = { person: params['id'] ?? '', name, scope, life: days(life) };
      const { key, secret } = await identity.signIn.keys.issue(request, caller.actor);
      return { json: { key: showKey(key), secret }, status: 201 };
    },
  },
  {
    method: 'POST',
    path: '/v1/api-keys/:id/revoke',
    summary: 'takes a key back: its next request is refused',
    answer: { json: KEY },
    access: { action: 'administer', resource: () => person('*') },
    handle: async ({ params, caller }, { identity }) => ({
      json: showKey(await identity.signIn.keys.revoke(params['id'] ?? '', caller.actor)),
    }),
  },
];

interface KeyBody {
  readonly name: string;
  readonly days: number;
  readonly actions?: readonly Action[];
  readonly views?: readonly string[];
  readonly purposes?: readonly string[];
}
