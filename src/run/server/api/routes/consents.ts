import { formatMicros, parseRfc3339, Type } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { consentDocument, purposesOf, stateOf } from '#trust/consent/index.ts';
import type { Consent, ConsentNotice, ConsentTarget } from '#trust/consent/index.ts';
import { ApiError } from '../errors.ts';
import { closed, count, json, limitUpTo, listOf, orNull, text, time } from '../forms.ts';
import { PLATFORM } from '../route.ts';
import type { Route, RouteRequest } from '../route.ts';
import type { Services } from '../services.ts';

const STATES = ['given', 'suspended', 'expired', 'withdrawn'] as const;
const QUERIED = Type.String({ maxLength: 64 });
const NAME = Type.String({ minLength: 1, maxLength: 64 });
const SUBJECT = Type.String({
  minLength: 1,
  maxLength: 1_024,
  description: 'The identifier as devices send it, or its token.',
});
const PURPOSES = Type.Array(NAME, { minItems: 1, maxItems: 15, uniqueItems: true });

const CONSENT = Type.Object({
  id: text,
  stream: text,
  subject: Type.String({ description: 'What stands in the rows: a token where the field is tokenised.' }),
  state: Type.Enum(STATES),
  given: time,
  expires: orNull(time),
  purposes: listOf(Type.Object({ purpose: text, withdrawn: orNull(time) })),
});

const ON_ALL = { action: 'consent', resource: () => PLATFORM } as const;
/** That a stream is not there is told to who may record consents at all. */
const ON_STREAM = {
  action: 'consent',
  resource: ({ body }: RouteRequest, { templates }: Pick<Services, 'templates'>) => {
    const name = (body as { readonly stream: string }).stream;
    return templates.current.streams.has(name) ? { type: 'stream' as const, name } : PLATFORM;
  },
} as const;

/** Who agreed to what: recording it, taking it back, showing it. */
export const CONSENT_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/consents',
    summary: 'Record that somebody agrees to what a stream is for; answers with the receipt for them',
    access: ON_STREAM,
    body: closed({
      stream: NAME,
      subject: SUBJECT,
      purposes: Type.Optional(PURPOSES),
      expires: Type.Optional(time),
      notice: Type.Optional(
        closed({
          url: Type.String({ format: 'uri', maxLength: 1_024 }),
          language: Type.Optional(Type.String({ minLength: 2, maxLength: 35 })),
        }),
      ),
      method: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    }),
    answer: { status: 201, json: Type.Object({ consent: CONSENT, new: Type.Boolean(), receipt: text }) },
    handle: async ({ body, caller }, { consents, consentReceipts, clock }) => {
      const { stream, subject, purposes, expires, notice, method } = body as unknown as {
        readonly stream: string;
        readonly subject: string;
        readonly purposes?: readonly string[];
        readonly expires?: string;
        readonly notice?: { readonly url: string; readonly language?: string };
        readonly method?: string;
      };
      const request = {
        stream,
        subject,
        purposes: purposes ?? [],
        expires: readTime(expires),
        notice: noticeOf(notice),
        method: method ?? null,
      };
      const { consent, isNew } = await consents.give(request, caller.actor);
      const receipt = await consentReceipts.sign(consents.asShown(consent), clock.now());
      return { status: 201, json: { consent: show(consent, { consents, clock }), new: isNew, receipt } };
    },
  },
  {
    method: 'GET',
    path: '/v1/consents',
    summary: 'Consents, the newest first',
    access: ON_ALL,
    query: closed({
      limit: limitUpTo(10_000, 100),
      stream: Type.Optional(QUERIED),
      state: Type.Optional(Type.Enum(STATES)),
    }),
    answer: { json: Type.Object({ consents: listOf(CONSENT), suspended: count }) },
    handle: async ({ query }, { consents, clock }) => {
      const { stream, state } = query;
      const filter = {
        limit: Number(query['limit'] ?? 100),
        ...(stream === undefined ? {} : { stream }),
        ...(state === undefined ? {} : { state: state as (typeof STATES)[number] }),
      };
      const found = await consents.list(filter);
      return {
        json: { consents: found.map((consent) => show(consent, { consents, clock })), suspended: consents.suspended },
      };
    },
  },
  {
    method: 'POST',
    path: '/v1/consents/find',
    summary: 'Consents of one person to a stream, the newest first',
    access: ON_STREAM,
    body: closed({ stream: NAME, subject: SUBJECT }),
    answer: { json: Type.Object({ consents: listOf(CONSENT) }) },
    handle: async ({ body }, { consents, clock }) => {
      const { stream, subject } = body as { readonly stream: string; readonly subject: string };
      const found = await consents.list({ stream, subject, limit: 1_000 });
      return { json: { consents: found.map((consent) => show(consent, { consents, clock })) } };
    },
  },
  {
    method: 'POST',
    path: '/v1/consents/withdraw',
    summary: 'Withdraw what somebody agreed to: nothing more is taken, and what there is, is shown no more',
    access: ON_STREAM,
    body: closed({ stream: NAME, subject: SUBJECT, purposes: Type.Optional(PURPOSES) }),
    answer: { json: Type.Object({ consents: listOf(CONSENT) }) },
    handle: async ({ body, caller }, { consents, clock }) => {
      const { stream, subject, purposes } = body as {
        readonly stream: string;
        readonly subject: string;
        readonly purposes?: readonly string[];
      };
      const withdrawn = await consents.withdraw({ kind: 'subject', stream, subject }, purposes ?? null, caller.actor);
      return { json: { consents: withdrawn.map((consent) => show(consent, { consents, clock })) } };
    },
  },
  {
    method: 'POST',
    path: '/v1/consents/confirm',
    summary: 'Vouch for consents that are suspended since the log lacks entries: they count again',
    access: ON_ALL,
    body: closed({ id: Type.Optional(NAME), stream: Type.Optional(NAME) }),
    answer: { json: Type.Object({ confirmed: count }) },
    handle: async ({ body, caller }, { consents }) => {
      const { id, stream } = body as { readonly id?: string; readonly stream?: string };
      return { json: { confirmed: await consents.confirm(targetOf(id, stream), caller.actor) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/consents/excluded',
    summary: 'Tokens of those who once agreed to a purpose of a stream and do no more: what datasets leave out',
    access: ON_ALL,
    query: closed({ stream: QUERIED, purpose: QUERIED }),
    answer: { json: Type.Object({ subjects: listOf(text) }) },
    handle: async ({ query }, { consents }) => ({
      json: { subjects: consents.excludedSubjects(query['stream'] ?? '', query['purpose'] ?? '') },
    }),
  },
  {
    method: 'GET',
    path: '/v1/consents/keys',
    summary: 'Public keys that receipts are verified with',
    access: 'open',
    answer: { json: Type.Object({ keys: listOf(text) }) },
    handle: async (_request, { consentReceipts }) => ({ json: { keys: await consentReceipts.verifierKeys() } }),
  },
  {
    method: 'GET',
    path: '/v1/consents/:id',
    summary: 'One consent, with its record as JSON-LD (ISO/IEC TS 27560)',
    access: ON_ALL,
    answer: { json: Type.Object({ consent: CONSENT, record: json }) },
    handle: async ({ params }, { consents, clock }) => {
      const consent = consents.find(params['id'] ?? '');
      return {
        json: {
          consent: show(consent, { consents, clock }),
          record: consentDocument(consents.asShown(consent), clock.now(), 'record'),
        },
      };
    },
  },
  {
    method: 'GET',
    path: '/v1/consents/:id/receipt',
    summary: 'The receipt of a consent as it is now: a signed envelope (DSSE)',
    access: ON_ALL,
    answer: { json: Type.Object({ id: text, receipt: text }) },
    handle: async ({ params }, { consents, consentReceipts, clock }) => {
      const consent = consents.find(params['id'] ?? '');
      return { json: { id: consent.id, receipt: await consentReceipts.sign(consents.asShown(consent), clock.now()) } };
    },
  },
  {
    method: 'POST',
    path: '/v1/consents/:id/withdraw',
    summary: 'Withdraw one consent, or some of its purposes; again is no error',
    access: ON_ALL,
    body: closed({ purposes: Type.Optional(PURPOSES) }),
    answer: { json: Type.Object({ consent: CONSENT, receipt: text }) },
    handle: async ({ params, body, caller }, { consents, consentReceipts, clock }) => {
      const { purposes } = body as { readonly purposes?: readonly string[] };
      const target = { kind: 'record', id: params['id'] ?? '' } as const;
      await consents.withdraw(target, purposes ?? null, caller.actor);
      const consent = consents.find(target.id);
      return {
        json: {
          consent: show(consent, { consents, clock }),
          receipt: await consentReceipts.sign(consents.asShown(consent), clock.now()),
        },
      };
    },
  },
];

function show(consent: Consent, { consents, clock }: Pick<Services, 'consents' | 'clock'>) {
  const { id, stream, given, expires } = consent;
  const { subject } = consents.asShown(consent);
  return {
    id,
    stream,
    subject,
    state: stateOf(consent, clock.now()),
    given: formatMicros(given),
    expires: expires === null ? null : formatMicros(expires),
    purposes: purposesOf(consent).map(({ purpose, withdrawn }) => ({
      purpose,
      withdrawn: withdrawn === null ? null : formatMicros(withdrawn),
    })),
  };
}

function noticeOf(notice: { readonly url: string; readonly language?: string } | undefined): ConsentNotice | null {
  return notice === undefined ? null : { url: notice.url, language: notice.language ?? null };
}

function targetOf(id: string | undefined, stream: string | undefined): ConsentTarget {
  if (id !== undefined && stream === undefined) return { kind: 'record', id };
  if (id === undefined && stream !== undefined) return { kind: 'stream', stream };
  throw new ApiError('API_BODY_INVALID', 'Cannot confirm: name one consent by `id`, or all of a `stream`');
}

function readTime(value: string | undefined): Micros | null {
  if (value === undefined) return null;
  const read = parseRfc3339(value);
  if (read !== null) return read;
  throw new ApiError(
    'API_BODY_INVALID',
    'Cannot take request: `expires` is no time (RFC 3339), such as 2027-01-01T00:00:00Z',
  );
}
