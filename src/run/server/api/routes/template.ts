import { formatMicros, micros, Type } from '#base/core/index.ts';
import type { TemplatePlan } from '../../control/template-service.ts';
import type { AppliedVersion, TemplateSource } from '../../control/template-versions.ts';
import { ApiError } from '../errors.ts';
import { closed, count, dataClass, digest, json, listOf, orNull, text, time } from '../forms.ts';
import type { Route, RouteReply } from '../route.ts';
import type { Applied } from '../services.ts';

const SOURCE = Type.Object(
  {
    path: Type.String({ maxLength: 256 }),
    text: Type.String({ maxLength: 1_048_576 }),
    files: Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 1_048_576 })),
  },
  { additionalProperties: false },
);

/** The form of a list of changes. */
export const CHANGES = listOf(
  Type.Object({
    path: text,
    kind: Type.Enum(['added', 'removed', 'changed'] as const),
    before: json,
    after: json,
    effect: Type.Enum(['neutral', 'strengthens', 'weakens', 'refused'] as const),
    explanation: text,
  }),
);

/** The form of how a change weakens. */
export const WEAKNESSES = listOf(Type.Object({ what: text, explanation: text }));

/** Stored readings that go, by stream. */
export const GOES = listOf(Type.Object({ stream: text, segments: count, rows: count }));

const PLAN = {
  digest,
  current: digest,
  currentName: text,
  changes: CHANGES,
  refused: Type.Boolean(),
  weakens: Type.Boolean(),
  weaknesses: WEAKNESSES,
  approval: orNull(count),
  otherClasses: listOf(
    Type.Object({
      stream: text,
      field: text,
      stored: dataClass,
      declared: dataClass,
      governs: dataClass,
      segments: count,
      rows: count,
    }),
  ),
  goes: GOES,
  unenforced: listOf(Type.Object({ id: text, promise: text, meanwhile: text, path: text, streams: listOf(text) })),
};

/** The form of what became of a template that was handed in. */
export const APPLIED = Type.Object({ ...PLAN, proposal: orNull(Type.Object({ id: text, digest, expires: time })) });

/** The template as a resource: it has but one. */
export const TEMPLATE = { type: 'template', name: '*' } as const;

const VERSION = { name: text, digest, applied: time, inForce: Type.Boolean() };

export const TEMPLATE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/template',
    summary: 'The template in force, or a version of before, as it was handed in',
    access: { action: 'administer', resource: () => TEMPLATE },
    query: closed({
      version: Type.Optional(
        Type.String({ maxLength: 64, description: 'The first digits of its digest, at least four.' }),
      ),
    }),
    answer: { json: Type.Object({ ...VERSION, ...SOURCE.properties }) },
    handle: async ({ query }, { templates, templateVersions }) => {
      const found = await templateVersions.handedIn(query['version'] ?? templates.current.digest);
      if (found === null)
        throw new ApiError('API_TEMPLATE_UNKNOWN', 'Cannot show template: no version, or more than one, begins so', {
          hint: 'See those there are with weir template list, and give four digits of one at least',
        });
      const { actor: _actor, source, ...version } = found;
      return { json: { ...shownVersion(version, templates.current), ...source } };
    },
  },
  {
    method: 'GET',
    path: '/v1/template/versions',
    summary: 'The versions of the template that were put in force, the newest first, and by whom',
    access: { action: 'administer', resource: () => TEMPLATE },
    answer: { json: Type.Object({ versions: listOf(Type.Object({ ...VERSION, by: text })) }) },
    handle: async (_request, { templates, templateVersions }) => ({
      json: {
        versions: (await templateVersions.applications()).map(({ actor, ...version }) => ({
          ...shownVersion(version, templates.current),
          by: actor,
        })),
      },
    }),
  },
  {
    method: 'POST',
    path: '/v1/template/plan',
    summary: 'What a template would change; nothing is changed',
    access: { action: 'administer', resource: () => TEMPLATE },
    answer: { json: Type.Object(PLAN) },
    body: SOURCE,
    handle: async ({ body }, { templates }) => ({ json: await templates.plan(body as unknown as TemplateSource) }),
  },
  {
    method: 'POST',
    path: '/v1/template/apply',
    summary: 'Put a template in force everywhere, or propose it where it weakens and a second person is asked',
    access: { action: 'administer', resource: () => TEMPLATE },
    answer: { json: APPLIED },
    waits: APPLIED,
    body: SOURCE,
    handle: async ({ body, caller }, { templates }) =>
      showApplied(await templates.apply(body as unknown as TemplateSource, caller)),
  },
];

function shownVersion(
  { name, digest: version, applied }: Omit<AppliedVersion, 'actor'>,
  current: { readonly digest: string },
): { name: string; digest: string; applied: string; inForce: boolean } {
  return { name, digest: version, applied: formatMicros(micros(applied)), inForce: version === current.digest };
}

/** What became of a template that was handed in, as the API shows it. */
export interface ShownApplied extends TemplatePlan {
  readonly proposal: { readonly id: string; readonly digest: string; readonly expires: string } | null;
}

/** An answer that says whether it is in force, or waits. */
export function showApplied(applied: Applied): RouteReply {
  const { proposal } = applied;
  if (proposal === null) return { json: applied };
  return {
    json: { ...applied, proposal: { ...proposal, expires: formatMicros(micros(proposal.expires)) } },
    status: 202,
  };
}
