import { Type } from '#base/core/index.ts';
import { CONTENT_TYPES, formatForAccept, RESULT_FORMATS } from '#flow/query/index.ts';
import type { Parameters, ResultFormat } from '#flow/query/index.ts';
import { ApiError } from '../errors.ts';
import { closed, count, dataClass, json, listOf, orNull, text } from '../forms.ts';
import { PROBLEM } from '../problem.ts';
import type { Route, RouteRequest } from '../route.ts';
import { selectView } from '../select-view.ts';

/** The format that `?format=` names, else the first that Accept asks for, else JSON. */
function formatOf({ query, accept }: RouteRequest): ResultFormat {
  const named = RESULT_FORMATS.find((format) => format === query['format']);
  return named ?? formatForAccept(accept) ?? 'json';
}

const SCALAR = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const VALUE = Type.Union([SCALAR, Type.Array(SCALAR, { maxItems: 10_000 })]);

/** Values of parameters: by place, or by name. */
export const SCALAR_OR_LIST = Type.Union([
  Type.Array(VALUE, { maxItems: 256 }),
  Type.Record(Type.String({ maxLength: 64 }), VALUE),
]);

const FORMAT = Type.Optional(Type.Enum(RESULT_FORMATS, { description: 'Form of the rows; counts before Accept.' }));
const PURPOSE = Type.Optional(Type.String({ maxLength: 64, description: 'What the rows are asked for.' }));
const BOUND = (which: string) =>
  Type.Optional(Type.String({ maxLength: 64, description: `${which} of the column time, RFC 3339.` }));
const ROWS = { media: Object.values(CONTENT_TYPES).map((type) => type.split(';', 1)[0] ?? type) } as const;

const OUTCOME = Type.Union([
  Type.Object({ state: Type.Enum(['running'] as const) }),
  Type.Object({
    state: Type.Enum(['done'] as const),
    missing: listOf(text),
    rows: count,
    resultBytes: count,
    milliseconds: Type.Number(),
    bytesRead: count,
    bytesOpened: count,
    bytesReused: count,
  }),
  Type.Object({ state: Type.Enum(['failed'] as const), problem: PROBLEM }),
]);

const VIEW = Type.Object({
  name: text,
  kind: Type.Enum(['stream', 'table', 'system', 'view'] as const),
  description: orNull(text),
  purposes: listOf(text),
  rowsFiltered: Type.Boolean(),
  columns: listOf(
    Type.Object({
      name: text,
      type: text,
      nullable: Type.Boolean(),
      unit: orNull(text),
      class: dataClass,
      mask: orNull(text),
      description: orNull(text),
    }),
  ),
  features: listOf(
    Type.Object({
      name: text,
      kind: text,
      of: orNull(text),
      from: listOf(text),
      at: orNull(text),
      settings: Type.Record(Type.String(), Type.Number()),
    }),
  ),
  // How it is judged, as far as the caller sees what is judged; the template's own form.
  detection: orNull(Type.Object({ type: orNull(text), declared: json, ranges: json })),
});

export const QUERY_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/query',
    long: true,
    summary: 'The result of a statement, as it is made',
    access: 'within',
    query: closed({ format: FORMAT }),
    answer: ROWS,
    body: Type.Object(
      {
        sql: Type.String({ minLength: 1, maxLength: 262_144 }),
        parameters: Type.Optional(SCALAR_OR_LIST),
        purpose: Type.Optional(Type.String({ maxLength: 64 })),
        receipt: Type.Optional(
          Type.Boolean({ description: 'Answer from sealed segments alone, and keep a receipt to be asked for.' }),
        ),
        epsilon: Type.Optional(
          Type.Number({ exclusiveMinimum: 0, maximum: 20, description: 'What an answer of a private view may cost.' }),
        ),
      },
      { additionalProperties: false },
    ),
    handle: async (request, { queries }) => {
      const { sql, parameters, purpose, receipt, epsilon } = request.body as {
        readonly sql: string;
        readonly parameters?: Parameters;
        readonly purpose?: string;
        readonly receipt?: boolean;
        readonly epsilon?: number;
      };
      const asked = {
        sql,
        ...(receipt === true ? { receipt } : {}),
        parameters: parameters ?? [],
        purpose: purpose ?? null,
        format: formatOf(request),
        span: request.span,
        ...(epsilon === undefined ? {} : { epsilon }),
      };
      return { streamed: await queries.run(request.caller, asked, request.signal) };
    },
  },
  {
    method: 'GET',
    path: '/v1/queries/:id',
    summary: 'What became of a statement that the caller ran',
    access: 'within',
    answer: { json: OUTCOME },
    handle: async ({ caller, params }, { queries }) => {
      const outcome = queries.outcome(params['id'] ?? '', caller.subject);
      if (outcome === null) throw new ApiError('API_QUERY_UNKNOWN', 'Cannot tell: you ran no such query of late');
      return { json: outcome };
    },
  },
  {
    method: 'GET',
    path: '/v1/queries/:id/receipt',
    summary: 'The receipt of a statement that the caller ran and asked one for',
    access: 'within',
    answer: { media: ['application/json'] },
    handle: async ({ caller, params }, { receipts }) => ({
      text: await receipts.show(params['id'] ?? '', caller.subject.id),
      contentType: 'application/json; charset=utf-8',
    }),
  },
  {
    method: 'GET',
    path: '/v1/views',
    summary: 'What exists for the caller',
    access: 'within',
    query: closed({ purpose: PURPOSE }),
    answer: { json: Type.Object({ views: listOf(VIEW) }) },
    handle: async ({ caller, query }, { queries }) => ({
      json: { views: await queries.describe(caller, query['purpose'] ?? null) },
    }),
  },
  {
    method: 'GET',
    path: '/v1/views/:view',
    long: true,
    summary: 'Rows of a view',
    access: 'within',
    query: closed({
      columns: Type.Optional(
        Type.String({ maxLength: 8_192, description: 'Names with commas between; all by default.' }),
      ),
      from: BOUND('From this time'),
      to: BOUND('Before this time'),
      limit: Type.Optional(Type.Integer({ minimum: 0, description: 'How many rows at most.' })),
      purpose: PURPOSE,
      format: FORMAT,
    }),
    answer: ROWS,
    handle: async (request, { queries }) => {
      const asked = {
        ...selectView(request.params['view'] ?? '', request.query),
        purpose: request.query['purpose'] ?? null,
        format: formatOf(request),
        span: request.span,
      };
      return { streamed: await queries.run(request.caller, asked, request.signal) };
    },
  },
];
