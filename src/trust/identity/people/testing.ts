import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { encodeUtf8, seconds } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import { sha256 } from '#base/crypto/index.ts';
import { STANDARD_SIGN_IN } from '#declare/template/index.ts';
import type { Issuer, SignInRules } from '#declare/template/index.ts';
import type { Declared } from '../identity-context.ts';
import { DECLARED } from '../../../../test/support/open-trust.ts';

/** For tests only: an issuer with a key of its own. */
export interface TestIssuer {
  readonly issuer: Issuer;
  /** Public key as it stands in its set. */
  readonly jwk: JWK;
  readonly key: CryptoKey;
  /** A token that is right in everything, but for what is said otherwise. */
  readonly sign: (
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ) => Promise<string>;
}

/** Makes one: scientists are those in the group `analysts`. */
export async function makeTestIssuer(
  clock: Clock,
  over: Partial<Issuer> = {},
  algorithm = 'ES256',
): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: algorithm };
  const issuer: Issuer = {
    name: 'corp',
    description: null,
    url: 'https://id.test/realms/plant',
    audience: ['weir'],
    keys: { from: 'template', keys: [jwk as unknown as Record<string, string>] },
    ca: null,
    algorithms: [algorithm],
    clockSkew: seconds(30),
    proof: false,
    roles: [{ role: 'scientist', claims: [{ claim: 'groups', values: ['analysts'] }] }],
    login: { client: 'weir-cli', scopes: ['openid'] },
    ...over,
  };
  const sign: TestIssuer['sign'] = (claims = {}, header = {}) => {
    const now = Math.floor(clock.now() / 1_000_000);
    const standard = { iss: issuer.url, aud: 'weir', sub: 'ada', groups: ['analysts'], iat: now, exp: now + 300 };
    return new SignJWT({ ...standard, ...claims })
      .setProtectedHeader({ alg: algorithm, kid: 'k1', typ: 'at+jwt', ...header })
      .sign(privateKey);
  };
  return { issuer, jwk, key: privateKey, sign };
}

/** What a template declares that has these issuers. */
export function declaring(rules: Partial<SignInRules> & { readonly issuerList?: readonly Issuer[] }): Declared {
  const issuers = new Map((rules.issuerList ?? []).map((issuer) => [issuer.name, issuer]));
  const signIn = { ...STANDARD_SIGN_IN, issuers, ...rules };
  return { ...DECLARED, signIn: () => signIn, hosts: () => ['weir.test'] };
}

/** For tests only: a client that proves possession of a key. */
export interface TestClient {
  readonly thumbprint: string;
  /** A proof that is right in everything, but for what is said otherwise. */
  readonly prove: (
    token: string,
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ) => Promise<string>;
}

/** Makes one, that asks `GET https://weir.test/v1/me`. */
export async function makeTestClient(clock: Clock): Promise<TestClient> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    thumbprint: await calculateJwkThumbprint(jwk, 'sha256'),
    prove: (token, claims = {}, header = {}) => {
      const standard = {
        jti: crypto.randomUUID(),
        htm: 'GET',
        htu: 'https://weir.test/v1/me',
        iat: Math.floor(clock.now() / 1_000_000),
        ath: Buffer.from(sha256(encodeUtf8(token))).toString('base64url'),
      };
      return new SignJWT({ ...standard, ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey);
    },
  };
}

/** The request that `makeTestClient` proves. */
export const REQUEST = { method: 'GET', host: 'weir.test', target: '/v1/me?x=1' } as const;
