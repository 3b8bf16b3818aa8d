import { Type } from '#base/core/index.ts';
import { KEY_KINDS } from '#trust/keys/index.ts';
import type { KeyKind } from '#trust/keys/index.ts';
import type { AnyKeyKind } from '../../control/key-keeper.ts';
import { closed, orNull } from '../forms.ts';
import { PLATFORM } from '../route.ts';
import type { Route } from '../route.ts';

const ACCESS = { action: 'administer', resource: () => PLATFORM } as const;
const STATE = Type.Enum(['active', 'retired', 'destroyed'] as const);
const ANY_KIND = Type.Enum([...KEY_KINDS, 'gateway', 'ticket'] as const);
const KIND = Type.Enum(KEY_KINDS);
/** `<stream>:<domain>`, a purpose, a domain of rows or of tokens, or empty. */
const NAME = Type.Optional(Type.String({ maxLength: 160 }));
const VERSION = Type.Integer({ minimum: 1 });

export const KEY_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/keys/unwrap',
    summary: 'The data key of a column of a segment, for who may export it and sees it as it is stored',
    access: 'within',
    body: closed({
      wrappedKey: Type.String({ minLength: 1, maxLength: 256, description: 'The handle in the key material.' }),
      purpose: Type.Optional(Type.String({ maxLength: 64 })),
    }),
    answer: { json: Type.Object({ key: Type.String({ description: 'Base64.' }) }) },
    handle: async ({ caller, body }, { keyReleases }) => {
      const { wrappedKey, purpose } = body as { wrappedKey: string; purpose?: string };
      return { json: { key: await keyReleases.unwrap(caller, wrappedKey, purpose ?? null) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/keys',
    summary: 'Lists every version of every key, where the root key is, and what needs them',
    access: ACCESS,
    answer: {
      json: Type.Object({
        custody: Type.String(),
        keys: Type.Array(
          Type.Object({
            kind: ANY_KIND,
            name: Type.String(),
            version: VERSION,
            state: STATE,
            created: orNull(Type.String()),
            uses: orNull(Type.Integer()),
            limit: orNull(Type.Integer()),
            holds: orNull(Type.Integer()),
          }),
        ),
      }),
    },
    handle: async (_request, { keyKeeper }) => ({ json: await keyKeeper.list() }),
  },
  {
    method: 'POST',
    path: '/v1/keys/rotate',
    summary: 'Makes the next version of a key and seals again under it what the older ones sealed',
    access: ACCESS,
    body: Type.Object(
      { kind: ANY_KIND, name: NAME, force: Type.Optional(Type.Boolean()) },
      { additionalProperties: false },
    ),
    answer: {
      json: Type.Object({
        kind: ANY_KIND,
        name: Type.String(),
        version: VERSION,
        rewrapped: Type.Integer(),
        milliseconds: Type.Number(),
      }),
    },
    handle: async ({ body, caller }, { keyKeeper }) => {
      const { kind, name = '', force = false } = body as { kind: AnyKeyKind; name?: string; force?: boolean };
      return { json: await keyKeeper.rotate(caller.actor, kind, name, force) };
    },
  },
  {
    method: 'POST',
    path: '/v1/keys/retire',
    summary: 'Has the active version of a key seal no more; what it sealed opens',
    access: ACCESS,
    body: Type.Object({ kind: KIND, name: NAME }, { additionalProperties: false }),
    answer: { json: Type.Object({ kind: KIND, name: Type.String() }) },
    handle: async ({ body, caller }, { keyKeeper }) => {
      const { kind, name = '' } = body as { kind: KeyKind; name?: string };
      await keyKeeper.retire(caller.actor, kind, name);
      return { json: { kind, name } };
    },
  },
  {
    method: 'POST',
    path: '/v1/keys/destroy',
    summary: 'Destroys a version of a key for good; by force also where something needs it',
    access: ACCESS,
    body: Type.Object(
      { kind: KIND, name: NAME, version: VERSION, force: Type.Optional(Type.Boolean()) },
      { additionalProperties: false },
    ),
    answer: {
      json: Type.Object({ kind: KIND, name: Type.String(), version: VERSION, lost: Type.Integer() }),
    },
    handle: async ({ body, caller }, { keyKeeper }) => {
      const {
        kind,
        name = '',
        version,
        force = false,
      } = body as {
        kind: KeyKind;
        name?: string;
        version: number;
        force?: boolean;
      };
      return { json: await keyKeeper.destroy(caller.actor, kind, name, version, force) };
    },
  },
];
