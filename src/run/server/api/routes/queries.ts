import { Type } from '#base/core/index.ts';
import { formatForAccept, RESULT_FORMATS } from '#flow/query/index.ts';
import type { Parameters, ResultFormat } from '#flow/query/index.ts';
import { ApiError } from '../errors.ts';
import type { Route, RouteRequest } from '../route.ts';
import { selectView } from '../select-view.ts';

/** The format that `?format=` names, else the first that Accept asks for, else JSON. */
function formatOf({ query, accept }: RouteRequest): ResultFormat {
  const named = query['format'];
  if (named === undefined) return formatForAccept(accept) ?? 'json';
  const known = RESULT_FORMATS.find((format) => format === named);
  if (known !== undefined) return known;
  throw new ApiError(
    'API_FORMAT_INVALID',
    `Cannot answer as ${named.slice(0, 40)}: the formats are ${RESULT_FORMATS.join(', ')}`,
  );
}

const SCALAR = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const VALUE = Type.Union([SCALAR, Type.Array(SCALAR, { maxItems: 10_000 })]);

export const QUERY_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/query',
    access: 'within',
    body: Type.Object(
      {
        sql: Type.String({ minLength: 1, maxLength: 262_144 }),
        parameters: Type.Optional(
          Type.Union([Type.Array(VALUE, { maxItems: 256 }), Type.Record(Type.String({ maxLength: 64 }), VALUE)]),
        ),
        purpose: Type.Optional(Type.String({ maxLength: 64 })),
      },
      { additionalProperties: false },
    ),
    handle: async (request, { queries }) => {
      const { sql, parameters, purpose } = request.body as { sql: string; parameters?: Parameters; purpose?: string };
      const asked = { sql, parameters: parameters ?? [], purpose: purpose ?? null, format: formatOf(request) };
      return { streamed: await queries.run(request.caller, asked, request.signal) };
    },
  },
  {
    method: 'GET',
    path: '/v1/queries/:id',
    access: 'within',
    handle: async ({ caller, params }, { queries }) => {
      const outcome = queries.outcome(params['id'] ?? '', caller.subject);
      if (outcome === null) throw new ApiError('API_QUERY_UNKNOWN', 'Cannot tell: you ran no such query of late');
      return { json: outcome };
    },
  },
  {
    method: 'GET',
    path: '/v1/views',
    access: 'within',
    handle: async ({ caller, query }, { queries }) => ({
      json: { views: await queries.describe(caller, query['purpose'] ?? null) },
    }),
  },
  {
    method: 'GET',
    path: '/v1/views/:view',
    access: 'within',
    handle: async (request, { queries }) => {
      const asked = {
        ...selectView(request.params['view'] ?? '', request.query),
        purpose: request.query['purpose'] ?? null,
        format: formatOf(request),
      };
      return { streamed: await queries.run(request.caller, asked, request.signal) };
    },
  },
];
