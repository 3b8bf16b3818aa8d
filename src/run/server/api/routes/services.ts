import { days, Type } from '#base/core/index.ts';
import { text } from '../forms.ts';
import type { Route } from '../route.ts';
import { NEW_PERSON, PERSON, person, showPerson } from './show-person.ts';

/** Programs: accounts without a person behind them, by client certificate or key. */
export const SERVICE_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/services',
    summary: 'adds a program, which cannot sign in before it has a certificate or a key',
    answer: { status: 201, json: Type.Object({ user: PERSON }) },
    access: { action: 'administer', resource: () => person('*') },
    body: NEW_PERSON,
    handle: async ({ body, caller }, { identity }) => {
      const { name, roles } = body as { name: string; roles: string[] };
      const made = await identity.people.create('service', name, roles, caller.actor);
      return { json: { user: showPerson(made) }, status: 201 };
    },
  },
  {
    method: 'POST',
    path: '/v1/services/:id/certificate',
    summary: 'gives a program a client certificate and its private key, which is kept nowhere',
    answer: { status: 201, json: Type.Object({ key: text, certificate: text, authority: text }) },
    access: { action: 'administer', resource: ({ params }) => person(params['id'] ?? '') },
    body: Type.Object({ days: Type.Integer({ minimum: 1, maximum: 730 }) }, { additionalProperties: false }),
    handle: async ({ body, params, caller }, { identity }) => {
      const { days: life } = body as { days: number };
      const { name } = await identity.people.requireService(params['id'] ?? '');
      return { json: await identity.issueClient(name, days(life), caller.actor), status: 201 };
    },
  },
];
