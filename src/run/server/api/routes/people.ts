import { formatMicros, Type } from '#base/core/index.ts';
import { closed, count, listOf, orNull, text, time } from '../forms.ts';
import type { Route } from '../route.ts';
import { NEW_PERSON, PERSON, person, showPerson as show } from './show-person.ts';

const TOKEN = Type.Object({ user: PERSON, token: text });

/** People: who is there, and how they get in the first time. */
export const PEOPLE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/users',
    summary: 'Everybody who is known',
    access: { action: 'administer', resource: () => person('*') },
    answer: { json: Type.Object({ users: listOf(PERSON) }) },
    handle: async (_request, { identity }) => ({ json: { users: (await identity.people.list()).map(show) } }),
  },
  {
    method: 'POST',
    path: '/v1/users',
    summary: 'Add a person or program; its token is shown this once',
    access: { action: 'administer', resource: () => person('*') },
    answer: { status: 201, json: TOKEN },
    body: NEW_PERSON,
    handle: async ({ body, caller }, { identity }) => {
      const { name, roles } = body as { name: string; roles: string[] };
      const { person: made, token } = await identity.people.add(name, roles, caller.actor);
      return { json: { user: show(made), token }, status: 201 };
    },
  },
  {
    method: 'POST',
    path: '/v1/users/:id/disable',
    summary: 'Keep a user out from the next request on',
    access: { action: 'administer', resource: ({ params }) => person(params['id'] ?? '') },
    answer: { json: PERSON },
    handle: async ({ params, caller }, { identity }) => ({
      json: show(await identity.people.disable(params['id'] ?? '', caller.actor)),
    }),
  },
  {
    method: 'POST',
    path: '/v1/users/:id/enable',
    summary: 'Let a disabled user in again',
    access: { action: 'administer', resource: ({ params }) => person(params['id'] ?? '') },
    answer: { json: PERSON },
    handle: async ({ params, caller }, { identity }) => ({
      json: show(await identity.people.enable(params['id'] ?? '', caller.actor)),
    }),
  },
  {
    method: 'POST',
    path: '/v1/users/:id/region',
    summary: 'Say where a user is, for data that have to stay in a region; null leaves it to the roles',
    access: { action: 'administer', resource: ({ params }) => person(params['id'] ?? '') },
    answer: { json: PERSON },
    body: closed({ region: orNull(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,62}$' })) }),
    handle: async ({ body, params, caller }, { identity }) => {
      const { region } = body as { region: string | null };
      return { json: show(await identity.people.setRegion(params['id'] ?? '', region, caller.actor)) };
    },
  },
  {
    method: 'POST',
    path: '/v1/users/:id/token',
    summary: 'Give a user another token; all older ones end',
    access: { action: 'administer', resource: ({ params }) => person(params['id'] ?? '') },
    answer: { json: TOKEN },
    handle: async ({ params, caller }, { identity }) => {
      const { person: owner, token } = await identity.people.rotateToken(params['id'] ?? '', caller.actor);
      return { json: { user: show(owner), token } };
    },
  },
  {
    method: 'POST',
    path: '/v1/users/invite',
    summary: 'gives somebody a one-time code of 15 minutes, and an account where they have none',
    answer: { status: 201, json: Type.Object({ user: PERSON, code: text, expires: time }) },
    access: { action: 'administer', resource: () => person('*') },
    body: NEW_PERSON,
    handle: async ({ body, caller }, { identity }) => {
      const { name, roles } = body as { name: string; roles: string[] };
      const { people, signIn } = identity;
      const known = roles.length === 0 ? await people.findByName(name) : null;
      const { id } = known ?? (await people.create('person', name, roles, caller.actor));
      const { person: holder, code, expires } = await signIn.codes.issue(id, caller.actor);
      return { json: { user: show(holder), code, expires: formatMicros(expires) }, status: 201 };
    },
  },
  {
    method: 'POST',
    path: '/v1/users/:id/password',
    summary: 'sets a password and ends all sessions of its account',
    answer: { json: Type.Object({ user: PERSON, ended: count }) },
    access: { action: 'administer', resource: ({ params }) => person(params['id'] ?? '') },
    body: Type.Object({ password: Type.String({ maxLength: 1_024 }) }, { additionalProperties: false }),
    handle: async ({ body, params, caller }, { identity }) => {
      const id = params['id'] ?? '';
      await identity.signIn.passwords.set(id, (body as { password: string }).password, caller.actor);
      const ended = await identity.signIn.sessions.revokeAll(id, caller.actor);
      return { json: { user: show(await identity.people.show(id)), ended } };
    },
  },
];
