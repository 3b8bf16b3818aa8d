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
  state: Type.Enum(['signing', 'counting', 'requested', 'retired'] as const),
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
    summary: 'the certificate authorities: those that count, those requested and those retired',
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
  {
    method: 'POST',
    path: '/v1/authorities/retire',
    summary: 'ends an authority that nobody needs any more',
    answer: { json: AUTHORITY },
    access,
    body: Type.Object(
      { role: Type.Enum(['root', 'issuing'] as const), generation: Type.Integer({ minimum: 1 }) },
      { additionalProperties: false },
    ),
    handle: async ({ body, caller }, { identity: { retirement } }) => {
      const { role, generation } = body as { role: 'root' | 'issuing'; generation: number };
      const end = role === 'root' ? 'retireRoot' : 'retireIssuing';
      return { json: show(await retirement[end](generation, caller.actor)) };
    },
  },
  {
    method: 'GET',
    path: '/v1/authorities/root/:generation/index',
    summary: 'the issuing authorities that a root has to take back, as openssl reads them',
    answer: { json: Type.Object({ index: text }) },
    access,
    handle: async ({ params }, { identity }) => ({
      json: { index: await identity.rootLists.index(Number(params['generation'])) },
    }),
  },
  {
    method: 'POST',
    path: '/v1/authorities/root-list',
    summary: 'a list of issuing authorities that a root elsewhere took back',
    answer: { status: 201, json: Type.Object({ root: count, retired: listOf(count) }) },
    access,
    body: Type.Object({ list: Type.String({ maxLength: 1_048_576 }) }, { additionalProperties: false }),
    handle: async ({ body, caller }, { identity }) => {
      const { list } = body as { list: string };
      const { root, retired } = await identity.rootLists.accept(list, caller.actor);
      return { json: { root, retired: [...retired] }, status: 201 };
    },
  },
];
