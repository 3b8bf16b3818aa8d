import type { TSchema } from '#base/core/index.ts';
import { DEVICE_OPERATIONS, GATEWAY_PROBLEM } from './device-operations.ts';
import { PROBLEM } from './problem.ts';
import type { Route, RouteAnswer } from './route.ts';

type Part = Readonly<Record<string, unknown>>;

/** What every route can answer, by status. */
const FAULTS: Readonly<Record<string, string>> = {
  '400': 'The request is not of the form that the route takes.',
  '401': 'Who asks is not known.',
  '403': 'Who asks may not.',
  '404': 'There is no such thing.',
  '405': 'Not with this method; `Allow` names those there are.',
  '409': 'In conflict with what is there.',
  '413': 'Larger than the limit.',
  '422': 'The statement could not be run to its end.',
  '429': 'Too much; `Retry-After` says when to come again.',
  '500': 'A fault of the platform.',
  '503': 'Not possible now; `Retry-After` says when to come again.',
};

/** What the gateway may say in control's place: who is shut out or asks too much, and that nobody can answer. */
const OF_GATEWAY = ['403', '429', '500', '503'];

/** Fields that tell what a caller may still ask. @see draft-ietf-httpapi-ratelimit-headers-10 */
const RATE_FIELDS = ['RateLimit', 'RateLimit-Policy'];

/**
 * The API as an OpenAPI document: made of the very schemas that validate, so that it cannot say anything else.
 *
 * @param version that of the package
 * @see OpenAPI Specification 3.1.1
 */
export function openApiDocument(routes: readonly Route[], version: string): Part {
  const paths: Record<string, Record<string, unknown>> = { ...DEVICE_OPERATIONS };
  for (const route of routes) {
    const path = openPath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Weir',
      version,
      summary: 'Everything that a person or program asks of a running platform.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      { url: 'https://localhost:7443', description: 'For bearer tokens.' },
      { url: 'https://localhost:8443', description: 'For client certificates.' },
    ],
    security: [{ bearer: [] }, { certificate: [] }],
    paths,
    components: {
      schemas: { Problem: PROBLEM, GatewayProblem: GATEWAY_PROBLEM },
      responses: Object.fromEntries(
        Object.entries(FAULTS).map(([status, description]) => [`Fault${status}`, faultOf(status, description)]),
      ),
      headers: {
        RateLimit: { description: 'What is left of each quota.', schema: { type: 'string' } },
        'RateLimit-Policy': { description: 'The quotas.', schema: { type: 'string' } },
        'Retry-After': { description: 'Seconds.', schema: { type: 'integer', minimum: 1 } },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        certificate: { type: 'mutualTLS', description: 'A client certificate of the deployment.' },
      },
    },
  };
}

function operationOf(route: Route): Part {
  const { answer = { media: ['*/*'] } } = route;
  return {
    operationId: operationId(route),
    ...(route.summary === undefined ? {} : { summary: route.summary }),
    tags: [route.path.split('/')[2] ?? ''],
    description: accessOf(route),
    ...(route.access === 'open' ? { security: [{}] } : {}),
    ...(typeof route.access === 'object' ? { 'x-weir-action': route.access.action } : {}),
    parameters: [...pathParameters(route.path), ...queryParameters(route)],
    ...requestBody(route),
    responses: {
      [String(answer.status ?? 200)]: {
        description: route.summary ?? 'Done.',
        headers: headers(RATE_FIELDS),
        content: contentOf(answer),
      },
      ...waitOf(route),
      ...Object.fromEntries(
        Object.keys(FAULTS).map((status) => [status, { $ref: `#/components/responses/Fault${status}` }]),
      ),
      ...challengeOf(route),
    },
  };
}

/** To a device that has yet to show something: there are EST clients that take a body for a fault. */
function challengeOf({ who }: Route): Part {
  return who === 'enrolee'
    ? { '401': { description: FAULTS['401'], headers: { 'WWW-Authenticate': { schema: { type: 'string' } } } } }
    : {};
}

function waitOf({ waits }: Route): Part {
  if (waits === undefined) return {};
  const content = { 'application/json': { schema: waits } };
  return { '202': { description: 'Not yet; ask again.', headers: headers(RATE_FIELDS), content } };
}

function accessOf({ access }: Route): string {
  if (access === 'open') return 'Open to everybody.';
  if (access === 'within') return 'Open to whoever can sign in; decided by relation.';
  if (access === 'self') return 'Open to whoever can sign in; about the caller alone.';
  const { action, or } = access;
  return `Needs the action \`${action}\`${or === undefined ? '' : `, or \`${or}\``}.`;
}

/** A name that does not change as long as the route does not. */
export function operationId({ method, path }: Pick<Route, 'method' | 'path'>): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '' && word !== 'v1');
  const named = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return `${method.toLowerCase()}${named}${path.endsWith('*') ? 'Rest' : ''}`;
}

/** The path of a route as OpenAPI writes it. It has no word for a rest that holds slashes. */
export function openPath(path: string): string {
  return path.replaceAll(/:([A-Za-z]+)/g, '{$1}').replace(/\*$/, '{rest}');
}

function pathParameters(path: string): Part[] {
  return [...openPath(path).matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1, maxLength: name === 'rest' ? 128 : 100 },
    ...(name === 'rest' ? { description: 'May hold slashes, written as they are.' } : {}),
  }));
}

function queryParameters({ query }: Route): Part[] {
  if (query === undefined) return [];
  const required: readonly string[] = query.required ?? [];
  return Object.entries(query.properties as Readonly<Record<string, TSchema>>).map(([name, schema]) => {
    const { description, ...rest } = schema as TSchema & { readonly description?: string };
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function requestBody({ body, raw, takes }: Route): Part {
  if (body !== undefined) {
    return { requestBody: { required: true, content: { 'application/json': { schema: body } } } };
  }
  if (raw !== true) return {};
  const types = takes ?? ['*/*'];
  return { requestBody: { required: true, content: Object.fromEntries(types.map((type) => [type, {}])) } };
}

function contentOf(answer: RouteAnswer): Part {
  if ('json' in answer) return { 'application/json': { schema: answer.json } };
  return Object.fromEntries(answer.media.map((type) => [type, {}]));
}

function faultOf(status: string, description: string): Part {
  const named = status === '429' || status === '503' ? ['Retry-After', ...RATE_FIELDS] : RATE_FIELDS;
  const own = { $ref: '#/components/schemas/Problem' };
  const schema = OF_GATEWAY.includes(status) ? { anyOf: [own, { $ref: '#/components/schemas/GatewayProblem' }] } : own;
  return { description, headers: headers(named), content: { 'application/problem+json': { schema } } };
}

function headers(names: readonly string[]): Part {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
