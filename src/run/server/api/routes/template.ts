import { Type } from '#base/core/index.ts';
import type { TemplateSource } from '../../control/template-versions.ts';
import type { Route } from '../route.ts';

const SOURCE = Type.Object(
  {
    path: Type.String({ maxLength: 256 }),
    text: Type.String({ maxLength: 1_048_576 }),
    files: Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 1_048_576 })),
  },
  { additionalProperties: false },
);

const TEMPLATE = { type: 'template', name: '*' } as const;

export const TEMPLATE_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/template/plan',
    access: { action: 'administer', resource: () => TEMPLATE },
    body: SOURCE,
    handle: async ({ body }, { templates }) => ({ json: await templates.plan(body as unknown as TemplateSource) }),
  },
  {
    method: 'POST',
    path: '/v1/template/apply',
    access: { action: 'administer', resource: () => TEMPLATE },
    body: SOURCE,
    handle: async ({ body, caller }, { templates }) => ({
      json: await templates.apply(body as unknown as TemplateSource, caller.actor),
    }),
  },
];
