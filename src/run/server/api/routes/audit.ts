import { parseTilePath } from '#trust/audit/index.ts';
import { ApiError } from '../errors.ts';
import { PLATFORM } from '../route.ts';
import type { Route, RouteReply } from '../route.ts';
import type { Services } from '../services.ts';

/** Checkpoints and tiles are public: they hold hashes, and let anybody see that the log only grows. */
async function published(path: string, { auditReader }: Services): Promise<RouteReply> {
  const bytes = await auditReader.source.read(path);
  if (bytes === null) throw new ApiError('API_ENTRY_UNKNOWN', 'Cannot read the log: it has no such tile');
  return path.startsWith('checkpoint')
    ? { text: new TextDecoder().decode(bytes), contentType: 'text/plain; charset=utf-8' }
    : { bytes, contentType: 'application/octet-stream' };
}

/** The path of a tile that is one, so that nothing else of the folder can be named. */
function requireTile(path: string, entries: boolean): string {
  const tile = parseTilePath(path);
  if (tile === null || path.startsWith('tile/entries/') !== entries) {
    throw new ApiError('API_ENTRY_UNKNOWN', 'Cannot read the log: it has no such tile');
  }
  return path;
}

export const AUDIT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/audit/checkpoint',
    access: 'open',
    handle: async (_request, services) => published('checkpoint', services),
  },
  {
    method: 'GET',
    path: '/v1/audit/keys',
    access: 'open',
    handle: async (_request, { auditReader }) => ({ json: { keys: auditReader.verifierKeys } }),
  },
  {
    method: 'GET',
    path: '/v1/audit/tile/entries/*',
    access: { action: 'audit', resource: () => PLATFORM },
    handle: async ({ params }, services) => published(requireTile(`tile/entries/${params['*'] ?? ''}`, true), services),
  },
  {
    method: 'GET',
    path: '/v1/audit/tile/*',
    access: 'open',
    handle: async ({ params }, services) => published(requireTile(`tile/${params['*'] ?? ''}`, false), services),
  },
  {
    method: 'GET',
    path: '/v1/audit/entries',
    access: { action: 'audit', resource: () => PLATFORM },
    handle: async ({ query }, { auditReader }) => {
      const after = Number(query['after'] ?? -1);
      const limit = Math.min(Math.max(Number(query['limit'] ?? 100) || 100, 1), 1_000);
      return { json: { entries: await auditReader.tail(Number.isSafeInteger(after) ? after : -1, limit) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/audit/proof/:index',
    access: { action: 'audit', resource: () => PLATFORM },
    handle: async ({ params }, { auditReader }) => ({
      text: await auditReader.prove(Number(params['index'])),
      contentType: 'text/plain; charset=utf-8',
    }),
  },
];
