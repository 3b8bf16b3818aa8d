import { SIGN_IN_BOUNDS, STANDARD_SIGN_IN } from './build-sign-in.ts';
import type { CheckContext } from './check-context.ts';
import type { ReadSource } from './follow-extends.ts';
import { isLoopback } from './ip-address.ts';
import type { DeepPartial } from './partial.ts';
import { parseDuration } from './quantities.ts';
import type { IssuerSource } from './schema.ts';
import { nodeAt } from './source-node.ts';
import { resolveSourcePath } from './source-path.ts';

/** Members of a JSON Web Key that are private. @see RFC 7518 section 6 */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
const CERTIFICATE = /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/m;
const LONGEST_AUTHORITY = 65_536;

/** Checks how people and programs sign in: durations, addresses, keys, and that roles exist. */
export function checkSignIn(context: CheckContext): void {
  const { 'sign-in': source, people = {} } = context.source;
  const life = checkDuration(context, ['sign-in', 'session'], source?.session, SIGN_IN_BOUNDS.session);
  const idle = checkDuration(context, ['sign-in', 'idle'], source?.idle, SIGN_IN_BOUNDS.session);
  if ((idle ?? 0) > (life ?? STANDARD_SIGN_IN.session.life)) {
    context.at(['sign-in', 'idle'], 'TEMPLATE_VALUE_INVALID', 'a session cannot be unused for longer than it lasts');
  }
  const taken = new Map<string, string>();
  for (const [name, issuer] of Object.entries(source?.issuers ?? {})) {
    if (issuer === undefined) continue;
    checkIssuer(context, name, issuer);
    const holder = issuer.issuer === undefined ? undefined : taken.get(issuer.issuer);
    if (holder !== undefined) {
      context.at(['sign-in', 'issuers', name, 'issuer'], 'TEMPLATE_NAME_TAKEN', `this issuer is \`${holder}\` already`);
    }
    if (issuer.issuer !== undefined) taken.set(issuer.issuer, name);
    for (const role of Object.keys(issuer.roles ?? {})) {
      if (!Object.hasOwn(people, role)) {
        context.unknown(['sign-in', 'issuers', name, 'roles', role], 'role', role, Object.keys(people));
      }
    }
  }
}

function checkIssuer(context: CheckContext, name: string, issuer: DeepPartial<IssuerSource>): void {
  const path = ['sign-in', 'issuers', name];
  checkAddress(context, [...path, 'issuer'], issuer.issuer);
  if (typeof issuer.keys === 'string') checkAddress(context, [...path, 'keys'], issuer.keys);
  else if (Array.isArray(issuer.keys)) {
    for (const [at, key] of (issuer.keys as readonly Record<string, unknown>[]).entries()) {
      const secret = PRIVATE_MEMBERS.find((member) => Object.hasOwn(key, member));
      if (secret !== undefined || key['kty'] === 'oct') {
        context.at([...path, 'keys', at], 'TEMPLATE_VALUE_INVALID', 'this key is private; name the public one');
      } else if (typeof key['kty'] !== 'string') {
        context.at([...path, 'keys', at], 'TEMPLATE_VALUE_INVALID', 'a JSON Web Key has `kty`');
      }
    }
  }
  checkDuration(context, [...path, 'clock-skew'], issuer['clock-skew'], SIGN_IN_BOUNDS.skew);
  if (issuer.audience === undefined && issuer.login === undefined) {
    context.at(path, 'TEMPLATE_FIELD_CONFLICT', 'with neither `audience` nor `login` this provider lets nobody in');
  }
  for (const [role, claims] of Object.entries(issuer.roles ?? {})) {
    if (claims !== undefined && Object.keys(claims).length === 0) {
      context.at([...path, 'roles', role], 'TEMPLATE_VALUE_INVALID', 'a role needs at least one claim that gives it');
    }
  }
}

/** What travels to another machine travels under TLS. */
function checkAddress(context: CheckContext, path: readonly string[], address: string | undefined): void {
  if (address === undefined) return;
  const url = URL.parse(address);
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const local = host === 'localhost' || isLoopback(host);
  if (url === null || url.username !== '' || (url.protocol !== 'https:' && !local)) {
    context.at(path, 'TEMPLATE_VALUE_INVALID', `\`${address}\` is no address with \`https://\` in front`);
  }
}

function checkDuration(
  context: CheckContext,
  path: readonly string[],
  written: string | undefined,
  most: number,
): number | null {
  if (written === undefined) return null;
  const value = parseDuration(written);
  if (value !== null && value <= most && (value > 0 || path.at(-1) === 'clock-skew')) return value;
  context.at(path, 'TEMPLATE_VALUE_INVALID', `\`${path.at(-1)}\` is at most ${most / 60_000} minutes, and not nothing`);
  return null;
}

/** The certificate authorities that issuers name, by issuer, their files read. */
export function readAuthorities(context: CheckContext, readFile: ReadSource): ReadonlyMap<string, string> {
  const authorities = new Map<string, string>();
  for (const [name, issuer] of Object.entries(context.source['sign-in']?.issuers ?? {})) {
    if (issuer?.ca === undefined) continue;
    const path = ['sign-in', 'issuers', name, 'ca'];
    const from = nodeAt(context.root, path)?.at.file ?? context.root.at.file;
    const resolved = resolveSourcePath(from, issuer.ca);
    const text = resolved === null ? null : readFile(resolved);
    if (resolved === null) {
      context.at(path, 'TEMPLATE_VALUE_INVALID', `\`${issuer.ca}\` leaves the template's folder; name a file in it`);
    } else if (text === null) context.at(path, 'TEMPLATE_FILE_MISSING', `there is no file \`${resolved}\``);
    else if (text.length > LONGEST_AUTHORITY || !CERTIFICATE.test(text) || text.includes('PRIVATE KEY')) {
      context.at(path, 'TEMPLATE_VALUE_INVALID', `\`${resolved}\` holds no certificates in PEM, or more than those`);
    } else authorities.set(name, text);
  }
  return authorities;
}
