import { formatMicros, micros, Type } from '#base/core/index.ts';
import { CONTENT_TYPES, formatForAccept, RESULT_FORMATS } from '#flow/query/index.ts';
import { LEAST_K, RELEASE_STATES } from '../../control/release-desk.ts';
import type { Release } from '../../control/release-desk.ts';
import { closed, count, listOf, orNull, text, time } from '../forms.ts';
import type { Resource } from '#declare/policy/index.ts';
import { PLATFORM } from '../route.ts';
import type { Route, RouteRequest } from '../route.ts';
import type { Services } from '../services.ts';
import { TEMPLATE } from './template.ts';

const NAME = Type.String({ minLength: 1, maxLength: 128 });
const NAMES = Type.Array(NAME, { maxItems: 256 });
const SHARE = Type.Number({ minimum: 0, maximum: 1 });
const GROUPS = Type.Object({
  rows: count,
  groups: count,
  k: orNull(count),
  l: orNull(count),
  unique: SHARE,
  greatest: SHARE,
  mean: SHARE,
});
const RELEASE = Type.Object({
  id: text,
  state: Type.Enum(RELEASE_STATES),
  shape: Type.Object({
    view: text,
    columns: listOf(text),
    quasi: listOf(text),
    sensitive: listOf(text),
    person: orNull(text),
    k: count,
    l: count,
  }),
  purpose: orNull(text),
  risk: Type.Object({ before: GROUPS, after: GROUPS, suppressed: count }),
  askedBy: text,
  approvedBy: orNull(text),
  created: time,
  expires: time,
});

/** Exports with small groups left out: weighed, allowed or approved, then taken. */
export const RELEASE_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/releases',
    long: true,
    summary: 'Weigh the release of rows of a view: how small groups are, and how much they tell',
    access: 'within',
    body: closed({
      view: NAME,
      columns: NAMES,
      quasi: NAMES,
      sensitive: Type.Optional(NAMES),
      person: Type.Optional(NAME),
      k: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Least persons in a group.' })),
      l: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 1_000, description: 'Least values of a sensitive column.' }),
      ),
      purpose: Type.Optional(Type.String({ maxLength: 64 })),
    }),
    answer: { status: 201, json: RELEASE },
    handle: async ({ caller, body }, { releases }) => {
      const asked = body as {
        readonly view: string;
        readonly columns: readonly string[];
        readonly quasi: readonly string[];
        readonly sensitive?: readonly string[];
        readonly person?: string;
        readonly k?: number;
        readonly l?: number;
        readonly purpose?: string;
      };
      const { view, columns, quasi, sensitive = [], person = null, k = LEAST_K, l = 2, purpose = null } = asked;
      const shape = { view, columns, quasi, sensitive, person, k, l };
      return { status: 201, json: show(await releases.ask(caller, shape, purpose)) };
    },
  },
  {
    method: 'GET',
    path: '/v1/releases',
    summary: 'Releases that the caller asked for; for who approves or administers those of everybody',
    access: 'within',
    answer: { json: Type.Object({ releases: listOf(RELEASE) }) },
    handle: async (request, services) => ({
      json: {
        releases: (await services.releases.list(request.caller.subject.id, seesAll(request, services))).map(show),
      },
    }),
  },
  {
    method: 'POST',
    path: '/v1/releases/:id/approve',
    summary: 'Agree to a release that somebody else asked for',
    access: {
      action: 'approve',
      resource: () => TEMPLATE,
      context: async ({ params }, { releases }) => ({ proposer: (await releases.askerOf(params['id'] ?? '')) ?? '' }),
    },
    body: closed({}),
    answer: { json: RELEASE },
    handle: async ({ params, caller }, { releases }) => ({
      json: show(await releases.approve(params['id'] ?? '', caller)),
    }),
  },
  {
    method: 'GET',
    path: '/v1/releases/:id/rows',
    long: true,
    summary: 'The rows of a release that is allowed, for who asked for it',
    access: 'within',
    query: closed({ format: Type.Optional(Type.Enum(RESULT_FORMATS, { description: 'Counts before Accept.' })) }),
    answer: { media: Object.values(CONTENT_TYPES).map((type) => type.split(';', 1)[0] ?? type) },
    handle: async ({ caller, params, query, accept, signal }, { releases }) => {
      const named = RESULT_FORMATS.find((format) => format === query['format']);
      const format = named ?? formatForAccept(accept) ?? 'csv';
      return { streamed: await releases.export(caller, params['id'] ?? '', format, signal) };
    },
  },
];

function seesAll({ caller }: RouteRequest, { decisions, templates }: Services): boolean {
  const may = (action: 'approve' | 'administer', resource: Resource): boolean =>
    decisions.decide(
      // Whoever approves approves what others ask for: nobody is named here.
      { subject: caller.subject, action, resource, purpose: null, context: { proposer: '' } },
      templates.current,
    ).effect === 'allow';
  return may('approve', TEMPLATE) || may('administer', PLATFORM);
}

function show({ created, expires, ...release }: Release) {
  return { ...release, created: formatMicros(micros(created)), expires: formatMicros(micros(expires)) };
}
