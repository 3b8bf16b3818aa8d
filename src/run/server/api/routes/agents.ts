import { days, Type } from '#base/core/index.ts';
import { ACTIONS } from '#declare/policy/index.ts';
import type { Action, Subject } from '#declare/policy/index.ts';
import type { Caller } from '../caller.ts';
import { ApiError } from '../errors.ts';
import { closed, listOf, text } from '../forms.ts';
import type { Route } from '../route.ts';
import { KEY, showKey, words } from './api-keys.ts';

const LONGEST_LIFE_DAYS = 90;

interface AgentBody {
  readonly name: string;
  readonly days: number;
  readonly roles?: readonly string[];
  readonly actions?: readonly Action[];
  readonly views?: readonly string[];
  readonly purposes?: readonly string[];
}

/** Software that acts for who asks: each person makes, sees and ends their own, and it never has more than they have. */
export const AGENT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/me/agents',
    summary: 'Software that acts for who asks, without its keys',
    access: 'self',
    answer: { json: Type.Object({ agents: listOf(KEY) }) },
    handle: async ({ caller }, { identity }) => {
      const keys = await identity.signIn.keys.list(requirePerson(caller.subject).id);
      return { json: { agents: keys.filter(({ agent }) => agent !== null).map(showKey) } };
    },
  },
  {
    method: 'POST',
    path: '/v1/me/agents',
    summary: 'A key for software that acts for who asks, with at most their roles; it is shown this once',
    access: 'self',
    answer: { status: 201, json: Type.Object({ agent: KEY, secret: text }) },
    body: closed({
      name: Type.String({ maxLength: 64 }),
      days: Type.Integer({ minimum: 1, maximum: LONGEST_LIFE_DAYS }),
      roles: Type.Optional(words),
      actions: Type.Optional(Type.Array(Type.Enum([...ACTIONS]), { maxItems: ACTIONS.length })),
      views: Type.Optional(words),
      purposes: Type.Optional(words),
    }),
    handle: async ({ body, caller }, { identity }) => {
      const { id, roles: own } = requirePerson(caller.subject);
      requireSession(caller.method);
      const { name, days: life, roles = own, actions, views, purposes } = body as unknown as AgentBody;
      const wrong = roles.find((role) => !own.includes(role));
      if (wrong !== undefined) {
        throw new ApiError('API_AGENT_REFUSED', `Cannot make agent: you do not have the role ${wrong}`, {
          hint: 'It can have roles of yours; leave them out to give it all',
        });
      }
      const scope = { actions: actions ?? null, views: views ?? null, purposes: purposes ?? null };
      const request = { person: id, name, scope, life: days(life), agent: roles };
      const { key, secret } = await identity.signIn.keys.issue(request, caller.actor);
      return { json: { agent: showKey(key), secret }, status: 201 };
    },
  },
  {
    method: 'POST',
    path: '/v1/me/agents/:id/revoke',
    summary: 'Ends software that acts for who asks: its next request is refused',
    access: 'self',
    answer: { json: KEY },
    handle: async ({ params, caller }, { identity }) => {
      const { id } = requirePerson(caller.subject);
      return { json: showKey(await identity.signIn.keys.revoke(params['id'] ?? '', caller.actor, id)) };
    },
  },
];

/**
 * What an access token says of somebody ends with it: their agents have what their provider said when they signed in.
 *
 * @throws {ApiError} API_AGENT_REFUSED
 */
function requireSession(method: Caller['method']): void {
  if (method !== 'access-token') return;
  throw new ApiError('API_AGENT_REFUSED', 'Cannot make agent: an access token vouches for nobody beyond itself', {
    hint: 'Sign in with weir login --oidc, and name the session with --token-file',
  });
}

/**
 * A person who signed in as themselves: neither software nor a key for less than all makes what could do more.
 *
 * @throws {ApiError} API_AGENT_REFUSED
 */
function requirePerson(subject: Subject): Subject {
  if (subject.kind === 'person' && subject.scope === undefined) return subject;
  throw new ApiError('API_AGENT_REFUSED', 'Cannot answer: agents are those of people, who sign in as themselves', {
    hint: 'Name the token of a person with --token-file; who administers people sees all keys with weir service key list',
  });
}
