import { formatMicros, micros } from '#base/core/index.ts';
import { CHECKPOINT_PATH, publishedResource, WITNESSED_PATH } from '#trust/audit/index.ts';
import { ApiError } from '../errors.ts';
import { PLATFORM } from '../route.ts';
import type { Route, RouteReply } from '../route.ts';
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

const open = (path: string, name: (rest: string) => string): Route => ({
  method: 'GET',
  path,
  access: 'open',
  handle: async ({ params }, services) => published(name(params['*'] ?? ''), 'public', services),
});

/** Checkpoints and tiles are public: they hold hashes, and let anybody see that the log only grows. */
export const AUDIT_ROUTES: readonly Route[] = [
  open(`/v1/audit/${CHECKPOINT_PATH}`, () => CHECKPOINT_PATH),
  open(`/v1/audit/${WITNESSED_PATH}`, () => WITNESSED_PATH),
  open('/v1/audit/tile/*', (rest) => `tile/${rest}`),
  {
    method: 'GET',
    path: '/v1/audit/tile/entries/*',
    access: { action: 'audit', resource: () => PLATFORM },
    handle: async ({ params }, services) => published(`tile/entries/${params['*'] ?? ''}`, 'audit', services),
  },
  {
    method: 'GET',
    path: '/v1/audit/keys',
    access: 'open',
    handle: async (_request, { auditReader }) => ({ json: { keys: auditReader.verifierKeys } }),
  },
  {
    method: 'GET',
    path: '/v1/audit/entries',
    access: { action: 'audit', resource: () => PLATFORM },
    handle: async ({ query }, { auditReader }) => {
      const from = Number(query['from'] ?? 0);
      const limit = Math.min(Math.max(Number(query['limit'] ?? 100) || 100, 1), 1_000);
      return {
        json: { entries: await auditReader.entries(Number.isSafeInteger(from) && from >= 0 ? from : 0, limit) },
      };
    },
  },
  {
    method: 'GET',
    path: '/v1/audit/statements/:digest',
    access: { action: 'audit', resource: () => PLATFORM },
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
    access: { action: 'audit', resource: () => PLATFORM },
    handle: async ({ params }, { auditReader }) => {
      const index = params['index'] ?? '';
      if (!/^\d{1,15}$/.test(index)) throw nothingThere();
      return { text: await auditReader.prove(Number(index)), contentType: 'text/plain; charset=utf-8' };
    },
  },
];
