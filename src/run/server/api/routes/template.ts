import { Type } from '#base/core/index.ts';
import type { TemplateSource } from '../../control/template-versions.ts';
import { count, dataClass, digest, json, listOf, text } from '../forms.ts';
import type { Route } from '../route.ts';

const SOURCE = Type.Object(
  {
    path: Type.String({ maxLength: 256 }),
    text: Type.String({ maxLength: 1_048_576 }),
    files: Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 1_048_576 })),
  },
  { additionalProperties: false },
);

const PLAN = Type.Object({
  digest,
  current: digest,
  changes: listOf(
    Type.Object({
      path: text,
      kind: Type.Enum(['added', 'removed', 'changed'] as const),
      before: json,
      after: json,
      effect: Type.Enum(['neutral', 'strengthens', 'weakens', 'refused'] as const),
      explanation: text,
    }),
  ),
  refused: Type.Boolean(),
  weakens: Type.Boolean(),
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
  unenforced: listOf(Type.Object({ id: text, promise: text, meanwhile: text, path: text, streams: listOf(text) })),
});

const TEMPLATE = { type: 'template', name: '*' } as const;

export const TEMPLATE_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/template/plan',
    summary: 'What a template would change; nothing is changed',
    access: { action: 'administer', resource: () => TEMPLATE },
    answer: { json: PLAN },
    body: SOURCE,
    handle: async ({ body }, { templates }) => ({ json: await templates.plan(body as unknown as TemplateSource) }),
  },
  {
    method: 'POST',
    path: '/v1/template/apply',
    summary: 'Put a template in force everywhere',
    access: { action: 'administer', resource: () => TEMPLATE },
    answer: { json: PLAN },
    body: SOURCE,
    handle: async ({ body, caller }, { templates }) => ({
      json: await templates.apply(body as unknown as TemplateSource, caller.actor),
    }),
  },
];
