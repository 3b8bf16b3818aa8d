import { encodeUtf8, minutes } from '#base/core/index.ts';
import type { Clock, Random } from '#base/core/index.ts';
import { SigningKey } from '#base/crypto/index.ts';
import type { ProgramCredentialKind } from '#assure/controls/index.ts';
import type { SignInRules } from '#declare/template/index.ts';
import type { Identity, Person } from '#trust/identity/index.ts';

/** What credentials of programs are made with for a run. */
export interface ProgramCredentialParts {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly signIn: SignInRules;
  /** Who may prove. */
  readonly prober: Person;
  readonly actor: string;
}

const OPEN = { actions: null, views: null, purposes: null };

/** Makes what a run shows at the API, through the code that makes it for users. All of it ends within minutes. */
export async function makeProgramCredentials(
  parts: ProgramCredentialParts,
): Promise<ReadonlyMap<ProgramCredentialKind, string>> {
  const { identity, clock, prober: person, actor } = parts;
  const { keys, sessions, codes } = identity.signIn;
  const request = { person: person.id, name: 'probe', scope: OPEN, life: minutes(20) };
  const good = await keys.issue(request, actor);
  const narrow = await keys.issue({ ...request, scope: { ...OPEN, actions: ['query'] } }, actor);
  const revoked = await keys.issue(request, actor);
  await keys.revoke(revoked.key.id, actor);
  const late = await identity.people.signInOwn('_probe-late', [], actor, clock.now());
  const { code } = await codes.issue(person.id, actor);
  const session = await sessions.begin({ person, method: 'code', strength: 'bearer', address: '' });
  await sessions.revoke(session.session.id, actor);
  return new Map<ProgramCredentialKind, string>([
    ['good-key', good.secret],
    ['narrow-key', narrow.secret],
    ['revoked-key', revoked.secret],
    ['expired-token', late.token],
    ['ended-session', session.secret],
    ['unused-code', code],
    ['unsigned-token', tokenOf(parts, { alg: 'none' }, () => '')],
    ['forged-token', forgedToken(parts)],
  ]);
}

/** Right in every word, by a key of our own: only the signature is wrong. */
function forgedToken(parts: ProgramCredentialParts): string {
  const key = SigningKey.generate('ed25519', parts.random);
  return tokenOf(parts, { alg: 'EdDSA', typ: 'at+jwt' }, (text) => base64url(key.sign(encodeUtf8(text))));
}

function tokenOf({ clock, signIn }: ProgramCredentialParts, header: object, sign: (text: string) => string): string {
  const [issuer] = signIn.issuers.values();
  const now = Math.floor(clock.now() / 1_000_000);
  const claims = {
    iss: issuer?.url ?? 'https://issuer.invalid',
    aud: issuer?.audience[0] ?? 'weir',
    sub: 'probe',
    iat: now,
    exp: now + 300,
  };
  const text = `${base64url(encodeUtf8(JSON.stringify(header)))}.${base64url(encodeUtf8(JSON.stringify(claims)))}`;
  return `${text}.${sign(text)}`;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
