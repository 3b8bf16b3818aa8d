import { days, formatMicros, Type } from '#base/core/index.ts';
import type { SigningKey } from '#trust/identity/index.ts';
import { listOf, text, time } from '../forms.ts';
import type { Route } from '../route.ts';
import { person } from './show-person.ts';

const KEY = Type.Object({
  id: text,
  user: text,
  name: text,
  algorithm: text,
  status: Type.Enum(['enabled', 'revoked', 'expired'] as const),
  created: time,
  expires: time,
});

const show = ({ person: user, created, expires, ...key }: SigningKey) => ({
  ...key,
  user,
  created: formatMicros(created),
  expires: formatMicros(expires),
});

/** Public keys by which people and programs without a client certificate sign their requests. */
export const SIGNING_KEY_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/signing-keys',
    summary: 'Public keys by which requests are signed',
    answer: { json: Type.Object({ keys: listOf(KEY) }) },
    access: { action: 'administer', resource: () => person('*') },
    handle: async (_request, { identity }) => ({
      json: { keys: (await identity.signIn.signingKeys.list()).map(show) },
    }),
  },
  {
    method: 'POST',
    path: '/v1/users/:id/signing-keys',
    summary: 'Register a public key by which somebody signs requests',
    answer: { status: 201, json: KEY },
    access: { action: 'administer', resource: ({ params }) => person(params['id'] ?? '') },
    body: Type.Object(
      {
        name: Type.String({ maxLength: 64 }),
        key: Type.String({ maxLength: 8_192, description: 'PEM of a public key of Ed25519 or ECDSA P-256.' }),
        days: Type.Integer({ minimum: 1, maximum: 730 }),
      },
      { additionalProperties: false },
    ),
    handle: async ({ body, params, caller }, { identity }) => {
      const { name, key, days: life } = body as { name: string; key: string; days: number };
      const request = { person: params['id'] ?? '', name, key, life: days(life) };
      return { json: show(await identity.signIn.signingKeys.register(request, caller.actor)), status: 201 };
    },
  },
  {
    method: 'POST',
    path: '/v1/signing-keys/:id/revoke',
    summary: 'Take a public key back: what it signs counts for nothing from the next request on',
    answer: { json: KEY },
    access: { action: 'administer', resource: () => person('*') },
    handle: async ({ params, caller }, { identity }) => ({
      json: show(await identity.signIn.signingKeys.revoke(params['id'] ?? '', caller.actor)),
    }),
  },
];
