import { canonicalJson, Type } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { describeStreams } from '../describe-streams.ts';
import { PLATFORM } from '../route.ts';
import type { Route } from '../route.ts';

export const PLATFORM_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/status',
    access: { action: 'administer', resource: () => PLATFORM },
    handle: async (_request, services) => ({ json: await services.status() }),
  },
  {
    method: 'GET',
    path: '/v1/streams',
    access: { action: 'enrol', resource: () => ({ type: 'device', name: '*' }) },
    handle: async (_request, { templates, clock }) => ({
      json: { streams: describeStreams(templates.current, clock) },
    }),
  },
  {
    method: 'GET',
    path: '/v1/segments/columns',
    access: { action: 'prove', resource: () => PLATFORM },
    handle: async (_request, services) => ({ json: { columns: await services.segmentColumns() } }),
  },
  {
    method: 'POST',
    path: '/v1/commands',
    access: {
      action: 'command',
      resource: ({ body }) => ({ type: 'device', name: (body as { device: string }).device }),
    },
    body: Type.Object(
      {
        device: Type.String({ maxLength: 64 }),
        name: Type.String({ maxLength: 128 }),
        payload: Type.String({ maxLength: 65_536 }),
        retain: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
    handle: async ({ body }, { commands }) => {
      const command = body as { device: string; name: string; payload: string; retain?: boolean };
      return { json: await commands.send({ ...command, retain: command.retain === true }), status: 202 };
    },
  },
  {
    method: 'POST',
    path: '/v1/tables/:table',
    access: { action: 'table', resource: ({ params }) => ({ type: 'table', name: params['table'] ?? '' }) },
    raw: true,
    handle: async ({ params, contentType, stream, caller }, { tables }) => ({
      json: await tables.load(params['table'] ?? '', contentType, stream, caller.actor),
    }),
  },
  {
    method: 'POST',
    path: '/v1/grants/import',
    access: {
      action: 'replay',
      resource: ({ body }) => ({ type: 'stream', name: (body as { stream: string }).stream }),
    },
    body: Type.Object(
      {
        stream: Type.String({ maxLength: 64 }),
        devices: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 10_000 }),
        minutes: Type.Integer({ minimum: 1, maximum: 1_440 }),
      },
      { additionalProperties: false },
    ),
    handle: async ({ body, caller }, services) => {
      const { stream, devices, minutes } = body as { stream: string; devices: string[]; minutes: number };
      await services.audit.append({
        actor: caller.actor,
        action: 'grant-import',
        resource: `stream:${stream}`,
        outcome: 'allowed',
        // Whom it is for is too much for an entry; whoever has the list can show that it is this one.
        digest: sha256Hex(canonicalJson([...devices].sort())),
        detail: { devices: devices.length, minutes },
      });
      await services.grantImport({ stream, devices, until: services.clock.now() + minutes * 60_000_000 });
      return { json: { devices: devices.length, minutes } };
    },
  },
  {
    method: 'POST',
    path: '/v1/prove',
    access: { action: 'prove', resource: () => PLATFORM },
    body: Type.Object(
      {
        rows: Type.Array(Type.Integer({ minimum: 1, maximum: 98 }), { maxItems: 98 }),
        ids: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 256 }),
      },
      { additionalProperties: false },
    ),
    handle: async ({ body, caller }, { prover }) => ({
      json: await prover.prove(body as { rows: number[]; ids: string[] }, caller),
    }),
  },
  {
    method: 'GET',
    path: '/v1/prove/keys',
    access: 'open',
    handle: async (_request, services) => ({ json: { keys: await services.prover.verifierKeys() } }),
  },
  {
    method: 'GET',
    path: '/v1/quarantine',
    access: { action: 'quarantine', resource: () => PLATFORM },
    handle: async ({ query }, { quarantine }) => {
      const limit = Math.min(Math.max(Number(query['limit'] ?? 50) || 50, 1), 1_000);
      const { device, stream } = query;
      const filter = {
        limit,
        ...(device === undefined ? {} : { device }),
        ...(stream === undefined ? {} : { stream }),
      };
      return { json: { readings: await quarantine.list(filter) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/quarantine/:id',
    access: { action: 'quarantine', resource: () => PLATFORM },
    handle: async ({ params }, { quarantine }) => ({ json: await quarantine.show(params['id'] ?? '') }),
  },
];
