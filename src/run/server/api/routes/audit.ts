import { Type } from '#base/core/index.ts';
import { formatMicros, micros } from '#base/core/index.ts';
import { CHECKPOINT_PATH, publishedResource, WITNESSED_PATH } from '#trust/audit/index.ts';
import { ApiError } from '../errors.ts';
import { closed, count, digest, limitUpTo, listOf, text, time } from '../forms.ts';
import { PLATFORM } from '../route.ts';
import type { Route, RouteAnswer, RouteReply } from '../route.ts';
import type { Services } from '../services.ts';

/** A resource of the log under the prefix `/v1/audit`, as C2SP tlog-tiles lays it out. */
async function published(name: string, access: 'public' | 'audit', { auditReader }: Services): Promise<RouteReply> {
  const resource = publishedResource(name);
  const bytes = resource?.access === access ? await auditReader.source.read(resource.path) : null;
  if (resource === null || bytes === null) throw nothingThere();
  return { bytes, contentType: resource.contentType };
}

function nothingThere(): ApiError {
  return new ApiError('API_ENTRY_UNKNOWN', 'Cannot read the log: it has nothing there');
}

const TEXT = { media: ['text/plain'] } as const;
const BYTES = { media: ['application/octet-stream'] } as const;

const ENTRY = Type.Object({
  index: count,
  time: Type.Integer({ minimum: 0, description: 'Epoch microseconds.' }),
  event: Type.Object({
    actor: text,
    action: text,
    resource: text,
    purpose: Type.Optional(text),
    outcome: Type.Enum(['allowed', 'denied', 'done', 'failed'] as const),
    reason: Type.Optional(text),
    digest: Type.Optional(digest),
    detail: Type.Optional(Type.Record(Type.String(), Type.Union([text, Type.Number(), Type.Boolean()]))),
  }),
});

const open = (path: string, summary: string, answer: RouteAnswer, name: (rest: string) => string): Route => ({
  method: 'GET',
  path,
  summary,
  access: 'open',
  answer,
  handle: async ({ params }, services) => published(name(params['*'] ?? ''), 'public', services),
});

/** Checkpoints and tiles are public: they hold hashes, and let anybody see that the log only grows. */
export const AUDIT_ROUTES: readonly Route[] = [
  open(`/v1/audit/${CHECKPOINT_PATH}`, 'The newest checkpoint, a signed note', TEXT, () => CHECKPOINT_PATH),
  open(`/v1/audit/${WITNESSED_PATH}`, 'The newest checkpoint that witnesses cosigned', TEXT, () => WITNESSED_PATH),
  open('/v1/audit/tile/*', 'A tile of hashes, as C2SP tlog-tiles names it', BYTES, (rest) => `tile/${rest}`),
  {
    method: 'GET',
    path: '/v1/audit/tile/entries/*',
    summary: 'A bundle of entries',
    access: { action: 'audit', resource: () => PLATFORM },
    answer: BYTES,
    handle: async ({ params }, services) => published(`tile/entries/${params['*'] ?? ''}`, 'audit', services),
  },
  {
    method: 'GET',
    path: '/v1/audit/keys',
    summary: 'Verifier keys of the log',
    access: 'open',
    answer: { json: Type.Object({ keys: listOf(text) }) },
    handle: async (_request, { auditReader }) => ({ json: { keys: auditReader.verifierKeys } }),
  },
  {
    method: 'GET',
    path: '/v1/audit/entries',
    summary: 'Entries that a checkpoint has, in order',
    access: { action: 'audit', resource: () => PLATFORM },
    query: closed({
      from: Type.Optional(Type.Integer({ minimum: 0, default: 0, description: 'Index of the first one.' })),
      limit: limitUpTo(1_000, 100),
    }),
    answer: { json: Type.Object({ entries: listOf(ENTRY) }) },
    handle: async ({ query }, { auditReader }) => ({
      json: { entries: await auditReader.entries(Number(query['from'] ?? 0), Number(query['limit'] ?? 100)) },
    }),
  },
  {
    method: 'GET',
    path: '/v1/audit/statements/:digest',
    summary: 'The original of a statement by the digest that its entries have',
    access: { action: 'audit', resource: () => PLATFORM },
    answer: { json: Type.Object({ sql: text, first: time }) },
    handle: async ({ params }, { statements }) => {
      const found = await statements.find(params['digest'] ?? '');
      if (found === null)
        throw new ApiError('API_ENTRY_UNKNOWN', 'Cannot show statement: none is kept under that digest');
      return { json: { sql: found.sql, first: formatMicros(micros(found.first)) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/audit/proof/:index',
    summary: 'A proof of an entry for whoever has the keys of the log',
    access: { action: 'audit', resource: () => PLATFORM },
    answer: TEXT,
    handle: async ({ params }, { auditReader }) => {
      const index = params['index'] ?? '';
      if (!/^\d{1,15}$/.test(index)) throw nothingThere();
      return { text: await auditReader.prove(Number(index)), contentType: 'text/plain; charset=utf-8' };
    },
  },
];
