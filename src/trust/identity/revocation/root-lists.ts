import { days, fromBase64, micros, toBase64 } from '#base/core/index.ts';
import type { Json, Micros } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import { isSignedBy } from '../authority-retirement.ts';
import type { AuthorityRetirement } from '../authority-retirement.ts';
import type { CertificateAuthority } from '../certificate-authority.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import { AUTHORITIES, SETTINGS } from '../identity-tables.ts';
import type { AuthoritySecrets } from '../identity-tables.ts';
import { describe } from '../sign-certificate.ts';
import { encodeCrl, encodeEntries, readCrl } from './crl.ts';
import type { ReadCrl } from './crl.ts';
import { formatIndexLine } from './openssl-index.ts';
import { REVOCATION_REASONS } from './revocation-reason.ts';

/** A root whose key is here says anew what it took back when half of this has passed, or something changed. */
const LIFE = days(30);
const MARGIN_US = 300_000_000;

interface MadeList {
  readonly der: Uint8Array;
  readonly thisUpdate: Micros;
  readonly entries: string;
}

/** What is kept of a list that a root elsewhere signed. */
type StoredList = { readonly der: string; readonly number: number | null; readonly thisUpdate: number };

/** An issuing authority that a root took back. */
interface TakenBack {
  readonly generation: number;
  readonly certificate: string;
  readonly retired: number;
}

/**
 * Lists by which roots take issuing authorities back: signed here where the root's key is here, and otherwise where it
 * is, and imported.
 *
 * @see RFC 5280 section 5
 */
export class RootLists {
  readonly #context: IdentityContext;
  readonly #authority: CertificateAuthority;
  readonly #retirement: AuthorityRetirement;
  readonly #table: SealedTable<typeof AUTHORITIES.key, typeof AUTHORITIES.clear, AuthoritySecrets>;
  readonly #settings: SealedTable<typeof SETTINGS.key, typeof SETTINGS.clear, Json>;
  readonly #made = new Map<number, MadeList>();
  #lastNumber = 0;

  constructor(context: IdentityContext, authority: CertificateAuthority, retirement: AuthorityRetirement) {
    this.#context = context;
    this.#authority = authority;
    this.#retirement = retirement;
    this.#table = new SealedTable(AUTHORITIES, context.machines);
    this.#settings = new SealedTable(SETTINGS, context.machines);
  }

  /** The list of a root in DER; null for a root that does not count, or whose list has not come from elsewhere. */
  async full(generation: number): Promise<Uint8Array | null> {
    const root = await this.#root(generation);
    if (root === null) return null;
    if (root.key === '') {
      const stored = await this.#stored(generation);
      return stored === null ? null : fromBase64(stored.der);
    }
    const now = this.#context.clock.now();
    const entries = await this.#takenBack(root.certificate);
    const shown = entries.map(({ generation: one }) => one).join();
    const made = this.#made.get(generation);
    if (made?.entries === shown && now >= made.thisUpdate && now < made.thisUpdate + (LIFE * 1_000) / 2)
      return made.der;
    // Seconds since 1970, or one more than the last: numbers never go back, whatever is restored.
    this.#lastNumber = Math.max(this.#lastNumber + 1, Math.floor(now / 1_000_000));
    const head = {
      issuer: root.certificate,
      number: this.#lastNumber,
      thisUpdate: now,
      nextUpdate: micros(now + LIFE * 1_000),
      base: null,
    };
    const reason = REVOCATION_REASONS.cessationOfOperation;
    const parts = entries.map(({ certificate, retired }) => ({
      serial: describe(certificate).serial,
      revoked: micros(retired),
      reason,
    }));
    const der = await encodeCrl(head, [encodeEntries(parts)], (data) => this.#authority.signAsRoot(generation, data));
    this.#made.set(generation, { der, thisUpdate: now, entries: shown });
    return der;
  }

  /**
   * What a root elsewhere is to sign: the issuing authorities that it has to take back, as the index from which `openssl
   * ca -gencrl` makes a list.
   *
   * @throws {IdentityError} IDENTITY_AUTHORITY_INVALID if no such root counts
   */
  async index(generation: number): Promise<string> {
    const root = await this.#root(generation);
    if (root === null) throw refused(`no root ${generation} counts`, 'See weir ca list');
    const entries = await this.#takenBack(root.certificate);
    return entries.map(({ certificate, retired }) => formatIndexLine(certificate, micros(retired))).join('');
  }

  /**
   * Takes a list that a root signed elsewhere, to hand it on. An authority that still counts and stands in it is retired.
   *
   * @param pem untrusted
   * @returns generations of authorities that were retired by it
   * @throws {IdentityError} IDENTITY_DER_INVALID; IDENTITY_AUTHORITY_INVALID if it is of no root of ours, has ended, is
   *   older than the last, leaves out who was retired, or would retire who signs
   */
  async accept(pem: string, actor: string): Promise<{ readonly root: number; readonly retired: readonly number[] }> {
    const der = crlOf(pem);
    const roots = await this.#table.list(this.#context.catalogue, { where: { role: 'root', state: 'active' } });
    const list = readCrl(
      der,
      roots.map(({ sealed }) => sealed.certificate),
    );
    const root = list === null ? undefined : roots[list.issuer];
    if (list === null || root === undefined) throw unusable('none of our roots signed it');
    await this.#requireUsable(list, root.generation, root.sealed.certificate);
    const serials = new Set(list.entries.map(({ serial }) => serial));
    const hit = this.#counting(root.sealed.certificate).filter(({ certificate }) =>
      serials.has(describe(certificate).serial),
    );
    if (hit.some(({ generation }) => generation === this.#authority.newest.generation)) {
      throw unusable('it takes back the authority that signs: make another first');
    }
    for (const { generation } of hit) await this.#retirement.retireIssuing(generation, actor);
    const resource = `authority:root:${root.generation}`;
    const detail = { entries: list.entries.length, ...(list.number === null ? {} : { number: list.number }) };
    await this.#context.audit.append({ actor, action: 'take-root-list', resource, outcome: 'done', detail });
    const stored: StoredList = { der: toBase64(der), number: list.number, thisUpdate: list.thisUpdate };
    await this.#settings.put(this.#context.catalogue, { name: settingOf(root.generation) }, stored);
    return { root: root.generation, retired: hit.map(({ generation }) => generation) };
  }

  async #requireUsable(list: ReadCrl, generation: number, root: string): Promise<void> {
    const now = this.#context.clock.now();
    if (list.isDelta) throw unusable('it is a delta: only a whole list says all that was taken back');
    if (list.thisUpdate > now + MARGIN_US) throw unusable('it is of the future');
    if (list.nextUpdate === null || list.nextUpdate <= now)
      throw unusable('it has ended, or does not say when it ends');
    const last = await this.#stored(generation);
    if (last !== null && list.thisUpdate < last.thisUpdate) throw unusable('a newer one was taken already');
    const serials = new Set(list.entries.map(({ serial }) => serial));
    const missing = (await this.#takenBack(root)).filter(
      ({ certificate }) => !serials.has(describe(certificate).serial),
    );
    if (missing.length > 0) {
      const named = missing.map((one) => one.generation).join(', ');
      throw unusable(`it leaves out issuing authority ${named}, which was retired`);
    }
  }

  #counting(root: string): readonly { readonly generation: number; readonly certificate: string }[] {
    const { issuing } = this.#authority.certificates;
    return this.#authority.issuers.filter(
      ({ certificate }) => issuing.includes(certificate) && isSignedBy(certificate, root),
    );
  }

  /** The retired authorities that a root signed and that have not ended by themselves. */
  async #takenBack(root: string): Promise<readonly TakenBack[]> {
    const { catalogue, clock } = this.#context;
    const where = { role: 'issuing', state: 'retired', expires: { from: clock.now() } };
    const rows = await this.#table.list(catalogue, { where, order: ['generation'] });
    return rows
      .filter(({ sealed }) => isSignedBy(sealed.certificate, root))
      .map(({ generation, sealed }) => ({
        generation,
        certificate: sealed.certificate,
        retired: sealed.retired ?? clock.now(),
      }));
  }

  async #root(generation: number): Promise<AuthoritySecrets | null> {
    const row = await this.#table.get(this.#context.catalogue, { role: 'root', generation });
    return row?.state === 'active' ? row.sealed : null;
  }

  async #stored(generation: number): Promise<StoredList | null> {
    const row = await this.#settings.get(this.#context.catalogue, { name: settingOf(generation) });
    return (row?.sealed ?? null) as StoredList | null;
  }
}

function settingOf(generation: number): string {
  return `root-list-${generation}`;
}

function crlOf(pem: string): Uint8Array {
  const base64 = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/.exec(pem)?.[1];
  if (base64 === undefined) throw unusable('it is no list in PEM');
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function unusable(why: string): IdentityError {
  return refusedList(why, 'Sign what weir ca request --list prints, with openssl ca -gencrl');
}

function refusedList(why: string, hint: string): IdentityError {
  return new IdentityError('IDENTITY_AUTHORITY_INVALID', `Cannot take list of a root: ${why}`, { hint });
}

function refused(why: string, hint: string): IdentityError {
  return new IdentityError('IDENTITY_AUTHORITY_INVALID', `Cannot list authorities: ${why}`, { hint });
}
