import { formatMicros, Type } from '#base/core/index.ts';
import type { Person } from '#trust/identity/index.ts';
import type { Route } from '../route.ts';

const person = (name: string) => ({ type: 'person', name }) as const;

const show = ({ id, kind, name, roles, status, created }: Person) => ({
  id,
  kind,
  name,
  roles,
  status,
  created: formatMicros(created),
});

export const PEOPLE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/users',
    access: { action: 'administer', resource: () => person('*') },
    handle: async (_request, { identity }) => ({ json: { users: (await identity.people.list()).map(show) } }),
  },
  {
    method: 'POST',
    path: '/v1/users',
    access: { action: 'administer', resource: () => person('*') },
    body: Type.Object(
      { name: Type.String({ maxLength: 64 }), roles: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 32 }) },
      { additionalProperties: false },
    ),
    handle: async ({ body, caller }, { identity }) => {
      const { name, roles } = body as { name: string; roles: string[] };
      const { person: made, token } = await identity.people.add(name, roles, caller.actor);
      return { json: { user: show(made), token }, status: 201 };
    },
  },
  {
    method: 'POST',
    path: '/v1/users/:id/disable',
    access: { action: 'administer', resource: ({ params }) => person(params['id'] ?? '') },
    handle: async ({ params, caller }, { identity }) => ({
      json: show(await identity.people.disable(params['id'] ?? '', caller.actor)),
    }),
  },
  {
    method: 'POST',
    path: '/v1/users/:id/enable',
    access: { action: 'administer', resource: ({ params }) => person(params['id'] ?? '') },
    handle: async ({ params, caller }, { identity }) => ({
      json: show(await identity.people.enable(params['id'] ?? '', caller.actor)),
    }),
  },
  {
    method: 'POST',
    path: '/v1/users/:id/token',
    access: { action: 'administer', resource: ({ params }) => person(params['id'] ?? '') },
    handle: async ({ params, caller }, { identity }) => {
      const { person: owner, token } = await identity.people.rotateToken(params['id'] ?? '', caller.actor);
      return { json: { user: show(owner), token } };
    },
  },
];
