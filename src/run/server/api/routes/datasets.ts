import { days, formatMicros, minutes, Type } from '#base/core/index.ts';
import type { Resource } from '#declare/policy/index.ts';
import { CONTENT_TYPES, formatForAccept, RESULT_FORMATS } from '#flow/query/index.ts';
import type { Parameters } from '#flow/query/index.ts';
import { commitmentDigest, commitmentOf, scopeNameOf, sizeOf } from '../../datasets/dataset.ts';
import type { Dataset } from '../../datasets/dataset.ts';
import { ownerOf } from '../../datasets/dataset-keeper.ts';
import type { DatasetRequest } from '../../datasets/dataset.ts';
import type { Caller } from '../caller.ts';
import { ApiError } from '../errors.ts';
import { closed, count, dataClass, digest, json, listOf, orNull, text, time } from '../forms.ts';
import { PLATFORM } from '../route.ts';
import type { Route, RouteRequest } from '../route.ts';
import type { Services } from '../services.ts';
import { KEY, showKey } from './api-keys.ts';
import { SCALAR_OR_LIST } from './queries.ts';

const LONGEST_MINUTES = 10_080;
/** Segments that lineage follows. */
const MOST_SEGMENTS = 10_000;

const COLUMN = Type.Object({ name: text, type: text, class: dataClass, unit: orNull(text) });
const DATASET = Type.Object({
  name: text,
  version: count,
  revision: count,
  created: time,
  ends: orNull(time),
  purpose: orNull(text),
  rows: count,
  size: Type.Integer({ minimum: 0, description: 'Bytes of all its objects.' }),
  objects: Type.Integer({ minimum: 1, description: 'What it lies in, each under keys of its own.' }),
  parts: Type.Integer({ minimum: 0, description: 'Leaves of the tree that its digest commits to.' }),
  digest,
  columns: listOf(COLUMN),
  erasure: orNull(
    Type.Enum(['rows', 'whole'] as const, {
      description: 'What the erasure of a person takes of it; null where its streams do not say whose readings are.',
    }),
  ),
});
const DETAIL = Type.Object({
  dataset: DATASET,
  sql: text,
  parameters: json,
  commitment: json,
  commitmentDigest: digest,
  leftOut: orNull(
    Type.Object(
      { subjects: count, rows: count },
      { description: 'Of those who agree no longer, or anew since; null where rows are not there by consent.' },
    ),
  ),
});
const LINEAGE = Type.Object({
  dataset: DATASET,
  statement: digest,
  template: digest,
  relations: listOf(Type.Object({ name: text, kind: text, policies: listOf(text) })),
  segments: listOf(
    Type.Object({
      id: text,
      stream: text,
      rows: count,
      digest,
      direct: Type.Boolean({ description: 'Whether the dataset was made from it itself.' }),
      state: text,
      replacedBy: orNull(text),
      inputs: listOf(text),
      journal: listOf(Type.Object({ file: text, after: count, to: count })),
      templates: listOf(text),
    }),
  ),
  templates: listOf(text),
  devices: listOf(text),
  deviceCount: count,
});

const VERSION = { version: Type.Optional(Type.Integer({ minimum: 1, description: 'The newest by default.' })) };

interface CreateBody {
  readonly name: string;
  readonly from?: string;
  readonly where?: string;
  readonly sql?: string;
  readonly parameters?: Parameters;
  readonly purpose?: string;
  readonly keepDays?: number;
}

/** Frozen answers: made, found, read and let go by those who may see what they were made from. */
export const DATASET_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/datasets',
    long: true,
    summary: 'Freezes the answer to a statement as the next version of a dataset',
    access: 'within',
    answer: { status: 201, json: DATASET },
    body: closed({
      name: Type.String({ maxLength: 48 }),
      from: Type.Optional(
        Type.String({ maxLength: 64, description: 'A view or stream, all columns that may be seen.' }),
      ),
      where: Type.Optional(Type.String({ maxLength: 65_536, description: 'A condition in SQL, with `from`.' })),
      sql: Type.Optional(
        Type.String({ minLength: 1, maxLength: 262_144, description: 'A statement instead of `from`.' }),
      ),
      parameters: Type.Optional(SCALAR_OR_LIST),
      purpose: Type.Optional(Type.String({ maxLength: 64 })),
      keepDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 })),
    }),
    handle: async (request, { datasets }) => {
      const dataset = await datasets.create(
        request.caller,
        requestOf(request.body as unknown as CreateBody),
        request.signal,
      );
      return { json: showDataset(dataset, datasets), status: 201 };
    },
  },
  {
    method: 'GET',
    path: '/v1/datasets',
    summary: 'Datasets that the caller may read',
    access: 'within',
    answer: { json: Type.Object({ datasets: listOf(DATASET) }) },
    handle: async ({ caller }, { datasets }) => ({
      json: { datasets: (await datasets.list(caller)).map((dataset) => showDataset(dataset, datasets)) },
    }),
  },
  {
    method: 'GET',
    path: '/v1/datasets/:name',
    summary: 'A dataset, the statement that made it, and what the log binds of it',
    access: 'within',
    query: closed(VERSION),
    answer: { json: DETAIL },
    handle: async (request, { datasets }) => {
      const dataset = await find(request, datasets);
      const { sql, parameters } = dataset;
      const commitment = commitmentOf(dataset);
      const shown = { sql, parameters, commitment, commitmentDigest: commitmentDigest(dataset) };
      const leftOut = await datasets.leftOut(dataset);
      return { json: { dataset: showDataset(dataset, datasets), ...shown, leftOut } };
    },
  },
  {
    method: 'GET',
    path: '/v1/datasets/:name/lineage',
    summary: 'What a dataset was made from, back to the journal, and what became of it',
    access: 'within',
    query: closed(VERSION),
    answer: { json: LINEAGE },
    handle: async (request, services) => ({ json: await lineageOf(await find(request, services.datasets), services) }),
  },
  {
    method: 'GET',
    path: '/v1/datasets/:name/rows',
    long: true,
    summary: 'Rows of a dataset',
    access: 'within',
    query: closed({
      ...VERSION,
      columns: Type.Optional(
        Type.String({ maxLength: 8_192, description: 'Names with commas between; all by default.' }),
      ),
      format: Type.Optional(Type.Enum(RESULT_FORMATS, { description: 'Form of the rows; counts before Accept.' })),
    }),
    answer: { media: Object.values(CONTENT_TYPES).map((type) => type.split(';', 1)[0] ?? type) },
    handle: async (request, { datasets }) => {
      const { query, accept, caller, signal, span } = request;
      const dataset = await find(request, datasets);
      const format = RESULT_FORMATS.find((each) => each === query['format']) ?? formatForAccept(accept) ?? 'arrow';
      const columns = query['columns']?.split(',') ?? null;
      return { streamed: await datasets.rows(caller, dataset, { format, columns, span }, signal) };
    },
  },
  {
    method: 'POST',
    path: '/v1/datasets/:name/delete',
    summary: 'Lets a version go, for its maker or who administers',
    access: 'within',
    body: closed(VERSION),
    answer: { json: DATASET },
    handle: async (request, services) => {
      const { version } = request.body as { version?: number };
      const dataset = await services.datasets.show(request.caller, request.params['name'] ?? '', version);
      if (dataset.owner !== ownerOf(request.caller)) requireAdministrator(request.caller, PLATFORM, services);
      await services.datasets.remove(request.caller.actor, dataset);
      return { json: showDataset(dataset, services.datasets) };
    },
  },
  {
    method: 'POST',
    path: '/v1/datasets/:name/credential',
    summary: 'A key that reads this dataset and nothing else, for a while; it is shown this once',
    access: 'within',
    body: closed({
      minutes: Type.Integer({ minimum: 1, maximum: LONGEST_MINUTES }),
      user: Type.Optional(Type.String({ maxLength: 64, description: 'Whose it is; who asks by default.' })),
    }),
    answer: { status: 201, json: Type.Object({ key: KEY, secret: text }) },
    handle: async (request, services) => {
      const { caller, params } = request;
      const dataset = await services.datasets.show(caller, params['name'] ?? '');
      const { minutes: life, user } = request.body as unknown as { minutes: number; user?: string };
      const { key, secret } = await services.identity.signIn.keys.issue(
        {
          ...holderOf(caller, user, services),
          name: `dataset.${dataset.name}`,
          scope: {
            actions: ['query'],
            views: [scopeNameOf(dataset.name)],
            purposes: dataset.purpose === null ? null : [dataset.purpose],
          },
          life: minutes(life),
        },
        caller.actor,
      );
      return { json: { key: showKey(key), secret }, status: 201 };
    },
  },
];

function find({ caller, params, query }: RouteRequest, datasets: Services['datasets']): Promise<Dataset> {
  const version = query['version'] === undefined ? undefined : Number(query['version']);
  return datasets.show(caller, params['name'] ?? '', version);
}

/** @throws {ApiError} API_DATASET_INVALID */
function requestOf({ name, from, where, sql, parameters, purpose, keepDays }: CreateBody): DatasetRequest {
  const rest = {
    name,
    parameters: parameters ?? [],
    purpose: purpose ?? null,
    keep: keepDays === undefined ? null : days(keepDays),
  };
  if (sql !== undefined && from === undefined && where === undefined) return { ...rest, sql, rowsOf: null };
  if (sql !== undefined || from === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(from)) {
    throw new ApiError('API_DATASET_INVALID', 'Cannot create dataset: give either from, or sql', {
      hint: '`from` names a view or stream, and `where` a condition on it; `sql` is a whole statement',
    });
  }
  const condition = where === undefined ? '' : ` WHERE (${where}\n)`;
  return { ...rest, sql: `SELECT * FROM "${from}"${condition}`, rowsOf: from };
}

/**
 * Whose a credential is: who asks, as software that acts for them, or somebody else where who asks administers people.
 *
 * @throws {ApiError} API_DATASET_REFUSED
 */
function holderOf(
  caller: Caller,
  user: string | undefined,
  services: Services,
): { readonly person: string; readonly agent?: readonly string[] } {
  const { subject } = caller;
  if (subject.scope !== undefined || subject.kind === 'agent') {
    throw refused('a key makes no other key', 'Sign in as yourself with weir login');
  }
  if (user !== undefined && user !== subject.id) {
    requireAdministrator(caller, { type: 'person', name: user }, services);
    return { person: user };
  }
  if (subject.kind === 'person') return { person: subject.id, agent: subject.roles };
  if (subject.kind === 'service') return { person: subject.id };
  throw refused('the operator signs in by certificate alone', 'Name whose it is with --user');
}

/** @throws {ApiError} API_FORBIDDEN */
function requireAdministrator(caller: Caller, resource: Resource, { decisions, templates, clock }: Services): void {
  const context = { time: clock.now(), address: caller.peer.address };
  const asked = { subject: caller.subject, action: 'administer', resource, purpose: null, context } as const;
  if (decisions.decide(asked, templates.current).effect === 'allow') return;
  throw new ApiError('API_FORBIDDEN', 'Cannot do that: it is for the maker of the dataset, or who administers', {
    hint: 'Ask an administrator',
  });
}

function refused(why: string, hint: string): ApiError {
  return new ApiError('API_DATASET_REFUSED', `Cannot make credential: ${why}`, { hint });
}

function showDataset(dataset: Dataset, datasets: Services['datasets']) {
  const { name, version, revision, created, purpose, content, objects } = dataset;
  const ends = datasets.endOf(dataset);
  return {
    name,
    version,
    revision,
    created: formatMicros(created),
    ends: ends === null ? null : formatMicros(ends),
    purpose,
    rows: content.rows,
    size: sizeOf(dataset),
    objects: objects.length,
    parts: content.parts.length,
    digest: content.digest,
    columns: content.columns.map((column) => ({
      name: column.name,
      type: column.type,
      class: column.class,
      unit: column.unit,
    })),
    erasure: datasets.erasureOf(dataset),
  };
}

async function lineageOf(dataset: Dataset, { datasets, segmentLineage }: Services) {
  const { segments, relations, statement, template, devices, deviceCount } = dataset;
  const direct = new Set(segments.map(({ id }) => id));
  const found = await segmentLineage([...direct], MOST_SEGMENTS);
  return {
    dataset: showDataset(dataset, datasets),
    statement,
    template,
    relations: relations.map(({ name, kind, policies }) => ({ name, kind, policies })),
    segments: found.map(({ segment, state, replacedBy }) => ({
      id: segment.id,
      stream: segment.stream,
      rows: segment.rows,
      digest: segment.digest,
      direct: direct.has(segment.id),
      state,
      replacedBy,
      inputs: segment.inputs,
      journal: segment.spans,
      templates: segment.templates,
    })),
    templates: [...new Set(segments.flatMap((segment) => segment.templates))],
    devices,
    deviceCount,
  };
}
