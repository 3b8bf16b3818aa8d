import { Type, formatMicros } from '#base/core/index.ts';
import type { AuthorityRecord } from '#trust/identity/index.ts';
import { count, listOf, orNull, text, time } from '../forms.ts';
import type { Route } from '../route.ts';
import { PLATFORM } from '../route.ts';

const access = { action: 'administer', resource: () => PLATFORM } as const;
const nothing = Type.Object({}, { additionalProperties: false });

const AUTHORITY = Type.Object({
  role: Type.Enum(['root', 'issuing'] as const),
  generation: count,
  state: Type.Enum(['signing', 'counting', 'requested'] as const),
  created: time,
  expires: orNull(time),
  fingerprint: orNull(text),
  keyHere: Type.Boolean(),
});

const show = ({ created, expires, ...record }: AuthorityRecord) => ({
  ...record,
  created: formatMicros(created),
  expires: expires === null ? null : formatMicros(expires),
});

/** The platform's certificate authorities. */
export const AUTHORITY_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/authorities',
    summary: 'the certificate authorities that count',
    answer: { json: Type.Object({ authorities: listOf(AUTHORITY) }) },
    access,
    handle: async (_request, { identity }) => ({
      json: { authorities: (await identity.authorities.list()).map(show) },
    }),
  },
  {
    method: 'POST',
    path: '/v1/authorities/rotate',
    summary: 'a new issuing authority, signed by the root',
    answer: { status: 201, json: AUTHORITY },
    access,
    body: nothing,
    handle: async ({ caller }, { identity }) => ({
      json: show(await identity.authorities.rotate(caller.actor)),
      status: 201,
    }),
  },
  {
    method: 'POST',
    path: '/v1/authorities/request',
    summary: 'a request for a new issuing authority, to be signed elsewhere',
    answer: { status: 201, json: Type.Object({ request: text }) },
    access,
    body: nothing,
    handle: async ({ caller }, { identity }) => ({
      json: { request: await identity.authorities.request(caller.actor) },
      status: 201,
    }),
  },
  {
    method: 'POST',
    path: '/v1/authorities/import',
    summary: 'the certificate that was made for the last request',
    answer: { status: 201, json: AUTHORITY },
    access,
    body: Type.Object({ certificate: Type.String({ maxLength: 65_536 }) }, { additionalProperties: false }),
    handle: async ({ body, caller }, { identity }) => {
      const { certificate } = body as { certificate: string };
      return { json: show(await identity.authorities.accept(certificate, caller.actor)), status: 201 };
    },
  },
];
