import { hours, minutes, seconds } from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';
import { asList } from './partial.ts';
import { parseDuration } from './quantities.ts';
import type { IssuerSource, SignInSource } from './schema.ts';
import type { Issuer, IssuerKeys, RoleRule, SignInRules } from './types.ts';

/** How people and programs sign in where the template does not say. */
export const STANDARD_SIGN_IN: SignInRules = { session: { life: hours(8), idle: hours(1) }, issuers: new Map() };

const ALGORITHMS = ['ES256', 'EdDSA', 'PS256', 'RS256'];
const SCOPES = ['openid', 'profile'];

/**
 * Fills in the defaults of a section that passed all checks.
 *
 * @param authorityOf PEM of an issuer's certificate authority, its file read; null where it names none
 */
export function buildSignIn(source: SignInSource, authorityOf: (issuer: string) => string | null): SignInRules {
  const { life, idle } = STANDARD_SIGN_IN.session;
  return {
    session: { life: durationOf(source.session, life), idle: durationOf(source.idle, idle) },
    issuers: new Map(
      Object.entries(source.issuers ?? {}).map(([name, issuer]) => [
        name,
        buildIssuer(name, issuer, authorityOf(name)),
      ]),
    ),
  };
}

function buildIssuer(name: string, source: IssuerSource, ca: string | null): Issuer {
  return {
    name,
    description: source.description ?? null,
    url: source.issuer,
    audience: asList(source.audience),
    keys: buildKeys(source.keys),
    ca,
    algorithms: source.algorithms ?? ALGORITHMS,
    clockSkew: durationOf(source['clock-skew'], seconds(30)),
    proof: source.proof === 'required' || source.proof === 'nonce',
    // Absent where it is not asked for: digests of templates from before there were any stay what they were.
    ...(source.proof === 'nonce' ? { nonce: true as const } : {}),
    roles: Object.entries(source.roles).map(([role, claims]): RoleRule => ({
      role,
      claims: Object.entries(claims).map(([claim, values]) => ({ claim, values: asList(values) })),
    })),
    login: source.login === undefined ? null : { client: source.login.client, scopes: source.login.scopes ?? SCOPES },
  };
}

function buildKeys(keys: IssuerSource['keys']): IssuerKeys {
  if (keys === undefined) return { from: 'discovery' };
  // Plain objects, as the stored form of the template gives them back.
  return typeof keys === 'string'
    ? { from: 'address', url: keys }
    : { from: 'template', keys: keys.map((key) => ({ ...key })) };
}

function durationOf(text: string | undefined, standard: Millis): Millis {
  return (text === undefined ? null : parseDuration(text)) ?? standard;
}

/** Longest that a template may make a session and the tolerance for clocks. */
export const SIGN_IN_BOUNDS = { session: hours(7 * 24), skew: minutes(5) } as const;
