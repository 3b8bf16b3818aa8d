import { formatMicros, micros, parseRfc3339, Type } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import type { SubjectRequest } from '#assure/privacy/index.ts';
import type { Resource } from '#declare/policy/index.ts';
import { ServerError } from '../../errors.ts';
import { ApiError } from '../errors.ts';
import { closed, count, countsByWord, json, listOf, orNull, text, time } from '../forms.ts';
import type { Route } from '../route.ts';

const PERSONS: Resource = { type: 'person', name: '*' };
const ACCESS = { action: 'erase', resource: () => PERSONS } as const;

/** Longer than any field that names somebody, unless it is declared so: who was stored can be found. */
const LONGEST = 65_536;
/** Who it is, as devices send it: never part of a path, which others write down. */
const SUBJECT = Type.String({ minLength: 1, maxLength: LONGEST, description: 'The person, as devices name them.' });
const REQUEST = Type.Object({
  id: text,
  kind: text,
  state: text,
  person: text,
  received: time,
  due: time,
  finished: orNull(time),
  certificate: orNull(text),
  again: text,
  problem: orNull(text),
  erased: countsByWord,
});

/** What is kept about persons, and what they ask of it. */
export const SUBJECT_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/subjects/find',
    summary: 'Find everything that is kept about a person',
    access: ACCESS,
    body: closed({ subject: SUBJECT }),
    answer: {
      json: Type.Object({
        person: text,
        found: listOf(Type.Object({ where: text, relation: orNull(text), count })),
        backups: listOf(
          Type.Object({
            target: text,
            location: text,
            at: orNull(time),
            segments: count,
            rows: count,
            replaced: count,
            problem: orNull(text),
          }),
        ),
        kept_nowhere: listOf(text),
      }),
    },
    handle: async ({ body, caller }, { rights }) => {
      const { subject } = body as { readonly subject: string };
      return { json: await rights.find(caller.actor, subject) };
    },
  },
  {
    method: 'POST',
    path: '/v1/subjects/erase',
    summary: 'Erase everything that is kept about a person: out of every answer at once, off the disk afterwards',
    access: ACCESS,
    body: closed({
      subject: SUBJECT,
      again: Type.Optional(
        Type.Enum(['refuse', 'allow'] as const, { description: 'Whether later readings about them are taken.' }),
      ),
    }),
    answer: { status: 202, json: REQUEST },
    handle: async ({ body, caller }, { rights }) => {
      const { subject, again = 'refuse' } = body as { readonly subject: string; readonly again?: 'refuse' | 'allow' };
      return { status: 202, json: showRequest(await rights.erase(caller.actor, subject, again)) };
    },
  },
  {
    method: 'POST',
    path: '/v1/subjects/rectify',
    summary: 'Correct readings about a person: in the next answer, and off the disk as they were afterwards',
    access: ACCESS,
    body: closed({
      subject: SUBJECT,
      stream: Type.String({ minLength: 1, maxLength: 64, description: 'Its name.' }),
      set: Type.Record(
        Type.String({ minLength: 1, maxLength: 64 }),
        Type.Union([text, Type.Number(), Type.Boolean(), Type.Null()]),
        {
          description: 'The right value of each field, as in a reading.',
        },
      ),
      from: Type.Optional(Type.String({ maxLength: 40, description: 'Readings from this time on (RFC 3339).' })),
      to: Type.Optional(Type.String({ maxLength: 40, description: 'Readings before this time (RFC 3339).' })),
    }),
    answer: { status: 202, json: REQUEST },
    handle: async ({ body, caller }, { rights }) => {
      const { subject, from, to, ...asked } = body as unknown as RectifyBody;
      const request = await rights.rectify(caller.actor, subject, { ...asked, from: timeOf(from), to: timeOf(to) });
      return { status: 202, json: showRequest(request) };
    },
  },
  {
    method: 'POST',
    path: '/v1/subjects/restrict',
    summary: 'Hide everything about a person and take nothing more of them, until that is lifted',
    access: ACCESS,
    body: closed({ subject: SUBJECT }),
    answer: { status: 201, json: REQUEST },
    handle: async ({ body, caller }, { rights }) => {
      const { subject } = body as { readonly subject: string };
      return { status: 201, json: showRequest(await rights.restrict(caller.actor, subject)) };
    },
  },
  {
    method: 'POST',
    path: '/v1/subjects/export',
    summary: 'Everything that is kept about a person in streams and tables, for them to have',
    access: ACCESS,
    body: closed({ subject: SUBJECT }),
    answer: {
      json: Type.Object({
        format: text,
        version: count,
        at: time,
        relations: listOf(
          Type.Object({
            name: text,
            kind: text,
            columns: listOf(Type.Object({ name: text, type: text })),
            rows: listOf(Type.Record(Type.String(), json)),
          }),
        ),
      }),
    },
    handle: async ({ body, caller }, { rights }) => {
      const { subject } = body as { readonly subject: string };
      return { json: await rights.export(caller.actor, subject) };
    },
  },
  {
    method: 'POST',
    path: '/v1/subject-requests/:id/lift',
    summary: 'End a restriction: what was kept is shown as before',
    access: ACCESS,
    body: closed({}),
    answer: { json: REQUEST },
    handle: async ({ params, caller }, { rights }) => ({
      json: showRequest(await rights.lift(caller.actor, params['id'] ?? '')),
    }),
  },
  {
    method: 'GET',
    path: '/v1/subject-requests',
    summary: 'What persons asked, how far it has come, and until when it has to be answered',
    access: ACCESS,
    answer: { json: Type.Object({ requests: listOf(REQUEST) }) },
    handle: async (_request, { rights }) => ({ json: { requests: rights.requests.map(showRequest) } }),
  },
  {
    method: 'GET',
    path: '/v1/subject-requests/:id',
    summary: 'One request of a person',
    access: ACCESS,
    answer: { json: REQUEST },
    handle: async ({ params }, { rights }) => {
      return { json: showRequest(requestOf(rights.requests, params['id'] ?? '')) };
    },
  },
  {
    method: 'GET',
    path: '/v1/subject-requests/:id/certificate',
    summary:
      'The certificate of a request that is done, and addenda to it: signed envelopes (DSSE) of what went, and where it was looked for',
    access: ACCESS,
    answer: {
      json: Type.Object({
        id: text,
        certificate: text,
        addenda: listOf(Type.Object({ id: text, at: time, addendum: text })),
      }),
    },
    handle: async ({ params }, { rights, retention }) => {
      const { id, state, certificate } = requestOf(rights.requests, params['id'] ?? '');
      const found = certificate === null ? null : await retention.certificate(certificate);
      if (certificate !== null && found !== null) {
        const addenda = (await retention.addenda(certificate)).map((one) => ({
          id: one.id,
          at: formatMicros(micros(one.at)),
          addendum: one.text,
        }));
        return { json: { id: certificate, certificate: found, addenda } };
      }
      throw new ApiError(
        'API_CERTIFICATE_UNKNOWN',
        `Cannot show the certificate of ${id}: there is none, it is ${state}`,
        {
          hint: 'A request has one once all is gone that it meant; see `npm run -s weir -- subject requests`',
        },
      );
    },
  },
];

function requestOf(requests: readonly SubjectRequest[], id: string): SubjectRequest {
  const request = requests.find((each) => each.id === id);
  if (request === undefined) throw unknownRequest(id);
  return request;
}

interface RectifyBody {
  readonly subject: string;
  readonly stream: string;
  readonly set: Readonly<Record<string, string | number | boolean | null>>;
  readonly from?: string;
  readonly to?: string;
}

function timeOf(given: string | undefined): Micros | null {
  if (given === undefined) return null;
  const parsed = parseRfc3339(given);
  if (parsed !== null) return parsed;
  throw new ServerError('SERVER_SUBJECT_INVALID', `Cannot correct: ${JSON.stringify(given)} is no time`, {
    hint: 'Write times as in `2026-01-31T00:00:00Z`',
  });
}

function showRequest(request: SubjectRequest) {
  const { id, kind, state, person, received, due, finished, certificate, again, problem, erased } = request;
  return {
    id,
    kind,
    state,
    person,
    received: formatMicros(received),
    due: formatMicros(due),
    finished: finished === null ? null : formatMicros(micros(finished)),
    certificate,
    again,
    problem,
    erased,
  };
}

function unknownRequest(id: string): ServerError {
  return new ServerError('SERVER_REQUEST_UNKNOWN', `Cannot show request ${id.slice(0, 64)}: there is none`, {
    hint: 'See those there are with `npm run -s weir -- subject requests`',
  });
}
