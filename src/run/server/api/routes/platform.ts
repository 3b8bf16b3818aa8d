import { canonicalJson, Type } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { describeStreams } from '../describe-streams.ts';
import { ApiError } from '../errors.ts';
import { closed, count, dataClass, json, limitUpTo, listOf, orNull, text, time } from '../forms.ts';
import { formatMetrics, METRICS_TYPE } from '../metrics-text.ts';
import { statusMetrics } from '../status-metrics.ts';
import { STATUS } from '../status-form.ts';
import { PLATFORM } from '../route.ts';
import type { Route } from '../route.ts';

const STREAM = Type.Object({
  name: text,
  from: listOf(text),
  purposes: listOf(text),
  open: Type.Boolean({ description: 'Whether it takes readings.' }),
  acceptUnenforced: Type.Boolean(),
  unenforced: listOf(text),
  rate: Type.Object({ perSecond: Type.Number(), burst: Type.Number() }),
  fields: listOf(
    Type.Object({
      name: text,
      type: text,
      unit: orNull(text),
      range: orNull(listOf(orNull(Type.Number()))),
      class: dataClass,
      nullable: Type.Boolean(),
    }),
  ),
  example: Type.Record(Type.String(), Type.Union([text, Type.Number(), Type.Boolean()])),
});

const CONTROL = Type.Object({
  id: text,
  row: count,
  covers: Type.Enum(['whole', 'part'] as const),
  statement: text,
  requirements: listOf(text),
  at: time,
  outcome: Type.Enum(['pass', 'fail', 'not-applicable'] as const),
  evidence: Type.Record(Type.String(), json),
});

const ENDED = Type.Object({
  row: count,
  id: text,
  outcome: Type.Enum(['pass', 'fail', 'not-applicable'] as const),
});

const QUARANTINED = {
  id: text,
  device: text,
  stream: text,
  via: orNull(text),
  reason: text,
  place: text,
  expected: orNull(text),
  received: time,
  length: count,
};

export const PLATFORM_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/status',
    summary: 'What the platform says of itself',
    // It names streams and places, never devices, people or programs.
    access: { action: 'administer', or: 'monitor', resource: () => PLATFORM },
    answer: { json: STATUS },
    handle: async (_request, services) => ({ json: await services.status() }),
  },
  {
    method: 'GET',
    path: '/v1/metrics',
    summary: 'Metrics in the text format of Prometheus',
    access: { action: 'monitor', resource: () => PLATFORM },
    answer: { media: ['text/plain'] },
    handle: async (_request, services) => ({
      text: formatMetrics([
        ...statusMetrics(await services.status()),
        ...services.requests.families(),
        ...services.spans.families(),
      ]),
      contentType: METRICS_TYPE,
    }),
  },
  {
    method: 'GET',
    path: '/v1/streams',
    summary: 'Streams, what devices may send to them and whether they take readings',
    access: { action: 'enrol', resource: () => ({ type: 'device', name: '*' }) },
    answer: { json: Type.Object({ streams: listOf(STREAM) }) },
    handle: async (_request, { templates, clock }) => ({
      json: { streams: describeStreams(templates.current, clock) },
    }),
  },
  {
    method: 'GET',
    path: '/v1/segments/columns',
    summary: 'Class and key domain of what is sealed',
    access: { action: 'prove', resource: () => PLATFORM },
    answer: {
      json: Type.Object({
        columns: listOf(Type.Object({ segment: text, stream: text, column: text, class: text, domain: text })),
      }),
    },
    handle: async (_request, services) => ({ json: { columns: await services.segmentColumns() } }),
  },
  {
    method: 'POST',
    path: '/v1/commands',
    summary: 'Send a command or configuration to a device',
    answer: { status: 202, json: Type.Object({ id: text, state: text }) },
    access: {
      action: 'command',
      resource: ({ body }) => ({ type: 'device', name: (body as { device: string }).device }),
    },
    noted: ({ body }) => ({ command: (body as { name: string }).name }),
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
    method: 'GET',
    path: '/v1/tables/:table',
    access: { action: 'table', resource: ({ params }) => ({ type: 'table', name: params['table'] ?? '' }) },
    summary: 'How many rows a reference table has, which loading replaces',
    answer: { json: Type.Object({ rows: count }) },
    handle: async ({ params }, { tables }) => ({ json: { rows: tables.count(params['table'] ?? '') } }),
  },
  {
    method: 'POST',
    path: '/v1/tables/:table',
    long: true,
    access: { action: 'table', resource: ({ params }) => ({ type: 'table', name: params['table'] ?? '' }) },
    summary: 'Replace a reference table',
    raw: true,
    takes: ['text/csv', 'application/json', 'application/x-ndjson'],
    answer: { json: Type.Object({ rows: count }) },
    handle: async ({ params, contentType, stream, caller }, { tables }) => ({
      json: await tables.load(params['table'] ?? '', contentType, stream, caller.actor),
    }),
  },
  {
    method: 'POST',
    path: '/v1/grants/import',
    summary: 'Let devices bring old readings in for a while',
    answer: { json: Type.Object({ devices: count, minutes: count }) },
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
    long: true,
    summary: 'Try the controls and sign what was seen',
    // It takes the platform a minute.
    quota: 60,
    access: { action: 'prove', resource: () => PLATFORM },
    answer: { json: Type.Object({ controls: listOf(CONTROL), bundle: text }) },
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
    path: '/v1/prove',
    summary: 'How far the run of controls under way has come, or the last one came',
    access: { action: 'prove', resource: () => PLATFORM },
    answer: {
      json: Type.Object({
        running: Type.Boolean(),
        begun: orNull(time),
        brokeOff: Type.Boolean({ description: 'It ended by a fault, without evidence.' }),
        of: count,
        ended: listOf(ENDED),
      }),
    },
    handle: (_request, { prover }) => Promise.resolve({ json: prover.progress() }),
  },
  {
    method: 'GET',
    path: '/v1/prove/last',
    summary: 'The signed evidence of the last run that ended, whoever asked for it',
    access: { action: 'prove', resource: () => PLATFORM },
    noted: () => ({ reads: 'evidence' }),
    answer: { json: Type.Object({ bundle: text }) },
    handle: async (_request, { prover }) => {
      const bundle = await prover.lastBundle();
      if (bundle !== null) return { json: { bundle } };
      throw new ApiError('API_EVIDENCE_UNKNOWN', 'Cannot show evidence: no run of controls has ended here yet', {
        hint: 'See with weir prove --follow whether one is under way, or begin one with weir prove',
      });
    },
  },
  {
    method: 'GET',
    path: '/v1/prove/keys',
    summary: 'Verifier keys of evidence bundles',
    access: 'open',
    answer: { json: Type.Object({ keys: listOf(text) }) },
    handle: async (_request, services) => ({ json: { keys: await services.prover.verifierKeys() } }),
  },
  {
    method: 'GET',
    path: '/v1/quarantine',
    summary: 'Refused readings that were kept, the newest first, without payloads',
    access: { action: 'quarantine', resource: () => PLATFORM },
    query: closed({
      limit: limitUpTo(1_000, 50),
      device: Type.Optional(Type.String({ maxLength: 64 })),
      stream: Type.Optional(Type.String({ maxLength: 64 })),
    }),
    answer: { json: Type.Object({ readings: listOf(Type.Object(QUARANTINED)) }) },
    handle: async ({ query }, { quarantine }) => {
      const limit = Number(query['limit'] ?? 50);
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
    summary: 'One refused reading with its payload, control characters escaped',
    access: { action: 'quarantine', resource: () => PLATFORM },
    answer: { json: Type.Object({ ...QUARANTINED, payload: text }) },
    handle: async ({ params }, { quarantine }) => ({ json: await quarantine.show(params['id'] ?? '') }),
  },
];
