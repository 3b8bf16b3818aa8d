import { Type } from '#base/core/index.ts';
import type { NewSession, Person, SignInRefusal } from '#trust/identity/index.ts';
import { networkOf } from '../caller.ts';
import type { Caller, SignInFailure } from '../caller.ts';
import { ApiError } from '../errors.ts';
import { listOf, text } from '../forms.ts';
import type { Route, RouteReply } from '../route.ts';
import type { Services } from '../services.ts';
import { SESSION, showSession } from './sessions.ts';
import { PERSON, showPerson } from './show-person.ts';

/** A session as its holder gets it. */
const BEGUN = { status: 201, json: Type.Object({ session: SESSION, user: PERSON, token: text }) } as const;

/** Failures after which coming again later helps; they say nothing about whether an account exists. */
const LATER: readonly string[] = ['limited', 'busy'];

/** Where somebody shows who they are and gets a session. Nobody is known here yet, so nothing is decided. */
export const SIGN_IN_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/sign-in/password',
    summary: 'exchanges name and password for a session',
    answer: BEGUN,
    access: 'open',
    body: Type.Object(
      { name: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 1_024 }) },
      { additionalProperties: false },
    ),
    handle: async ({ body, caller }, services) => {
      const { name, password } = body as { name: string; password: string };
      const { address } = caller.peer;
      const found = await services.identity.signIn.passwords.verify(name, password, networkOf(caller.peer));
      if (found.outcome !== 'ok') throw refuse(caller, found.outcome, services);
      return begin(found.person, 'password', address, services);
    },
  },
  {
    method: 'POST',
    path: '/v1/sign-in/code',
    summary: 'exchanges a one-time code for a session',
    answer: BEGUN,
    access: 'open',
    body: Type.Object({ code: Type.String({ maxLength: 256 }) }, { additionalProperties: false }),
    handle: async ({ body, caller }, services) => {
      const { address } = caller.peer;
      const found = await services.identity.signIn.codes.redeem((body as { code: string }).code);
      if (found.outcome !== 'ok') throw refuse(caller, found.outcome, services);
      return begin(found.person, 'code', address, services);
    },
  },
  {
    method: 'GET',
    path: '/v1/sign-in/providers',
    summary: 'names the identity providers through which people sign in',
    answer: { json: Type.Object({ providers: listOf(text) }) },
    access: 'open',
    handle: async (_request, { identity }) => ({ json: { providers: identity.signIn.logins.providers() } }),
  },
  {
    method: 'POST',
    path: '/v1/sign-in/login',
    summary: 'begins a login at an identity provider, in a browser on the same machine or on another device',
    answer: {
      status: 201,
      json: Type.Object({ handle: text, address: text, userCode: Type.Optional(text) }),
    },
    access: 'open',
    body: Type.Object(
      {
        provider: Type.String({ maxLength: 64 }),
        // Where the browser returns to; without it a code is given for another device.
        redirect: Type.Optional(Type.String({ maxLength: 256 })),
      },
      { additionalProperties: false },
    ),
    handle: async ({ body }, { identity }) => {
      const { provider, redirect } = body as { provider: string; redirect?: string };
      const { logins } = identity.signIn;
      const begun = redirect === undefined ? logins.beginOnDevice(provider) : logins.beginInBrowser(provider, redirect);
      return { json: await begun, status: 201 };
    },
  },
  {
    method: 'POST',
    path: '/v1/sign-in/login/finish',
    summary: 'exchanges a login that the identity provider vouched for, for a session; 202 while it has yet to',
    answer: BEGUN,
    waits: Type.Object({ pending: Type.Boolean() }),
    access: 'open',
    body: Type.Object(
      { handle: Type.String({ maxLength: 64 }), returned: Type.Optional(Type.String({ maxLength: 8_192 })) },
      { additionalProperties: false },
    ),
    handle: async ({ body, caller }, services) => {
      const { handle, returned } = body as { handle: string; returned?: string };
      const { address } = caller.peer;
      const found = await services.identity.signIn.logins.finish(handle, returned ?? null);
      if (found.outcome === 'pending') return { json: { pending: true }, status: 202 };
      if (found.outcome !== 'ok') throw refuse(caller, found.outcome, services);
      return sessionReply(
        await services.identity.signIn.sessions.begin({ ...found.start, address }),
        found.start.person,
      );
    },
  },
];

async function begin(
  person: Person,
  method: 'password' | 'code',
  address: string,
  { identity }: Services,
): Promise<RouteReply> {
  return sessionReply(await identity.signIn.sessions.begin({ person, method, strength: 'bearer', address }), person);
}

/** A session as its holder gets it, once. */
export function sessionReply({ session, secret }: NewSession, person: Person): RouteReply {
  return { json: { session: showSession(session), user: showPerson(person), token: secret }, status: 201 };
}

/** Counts a failure for the log, and makes one error of all that must look alike. */
export function refuse(
  { actor, peer }: Pick<Caller, 'actor' | 'peer'>,
  outcome: SignInRefusal | 'wrong' | 'limited' | 'busy',
  { signInFailed }: Pick<Services, 'signInFailed'>,
): ApiError {
  signInFailed(peer.address, outcome satisfies SignInFailure, actor);
  if (LATER.includes(outcome)) {
    return new ApiError('API_SIGN_IN_BUSY', 'Cannot sign in: there were too many attempts', {
      hint: 'Wait a minute before the next one',
    });
  }
  return new ApiError('API_UNAUTHENTICATED', 'Cannot sign in: name, password or code do not fit', {
    hint: 'Ask who administers the platform for a new code: weir user invite NAME',
  });
}
