import { X509Certificate } from 'node:crypto';
import { SealedTable } from '#base/storage/index.ts';
import type { Authorities, AuthorityRecord } from './authorities.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { IdentityError } from './errors.ts';
import type { IdentityContext } from './identity-context.ts';
import { AUTHORITIES, CERTIFICATES } from './identity-tables.ts';
import type { AuthoritySecrets } from './identity-tables.ts';
import type { Revocations } from './revocation/revocations.ts';

/** The action of the log by which an authority ends. */
export const RETIRE = 'retire-authority';
/** Names that a refusal lists. */
const MOST_NAMED = 5;

/**
 * Ends authorities, those first that stand below. Nobody is left without a certificate by it: who has no other makes it
 * wait, and nothing is forced, for to put devices out is what revocation is for.
 */
export class AuthorityRetirement {
  readonly #context: IdentityContext;
  readonly #authority: CertificateAuthority;
  readonly #authorities: Authorities;
  readonly #revocations: Revocations;
  readonly #table: SealedTable<typeof AUTHORITIES.key, typeof AUTHORITIES.clear, AuthoritySecrets>;
  readonly #certificates: SealedTable<typeof CERTIFICATES.key, typeof CERTIFICATES.clear>;

  constructor(
    context: IdentityContext,
    authority: CertificateAuthority,
    authorities: Authorities,
    revocations: Revocations,
  ) {
    this.#context = context;
    this.#authority = authority;
    this.#authorities = authorities;
    this.#revocations = revocations;
    this.#table = new SealedTable(AUTHORITIES, context.machines);
    this.#certificates = new SealedTable(CERTIFICATES, context.machines);
  }

  /**
   * Ends an issuing authority that no longer signs. What is left of its certificates is revoked as superseded, and it
   * stands in the list of its root.
   *
   * @throws {IdentityError} IDENTITY_AUTHORITY_INVALID where it signs, is none, or somebody has a certificate of it only
   */
  async retireIssuing(generation: number, actor: string): Promise<AuthorityRecord> {
    await this.#requireActive('issuing', generation);
    if (this.#authority.newest.generation === generation) {
      throw refused(`issuing authority ${generation} signs`, 'Make another with weir ca rotate, or request and import');
    }
    const left = await this.#goodOnes();
    const leftOver = left.filter(({ issuer }) => issuer === generation);
    const provided = new Set(left.filter(({ issuer }) => issuer !== generation).map(holderOf));
    const stranded = [...new Set(leftOver.map(holderOf))].filter((holder) => !provided.has(holder));
    if (stranded.length > 0) {
      const named = stranded.slice(0, MOST_NAMED).join(', ') + (stranded.length > MOST_NAMED ? ' and others' : '');
      throw refused(
        `${stranded.length} have no certificate but of issuing authority ${generation}: ${named}`,
        'Wait until they have renewed, or put them out with weir device revoke; the operator renews at each start',
      );
    }
    await this.#log('issuing', generation, actor);
    if (leftOver.length > 0) await this.#revocations.revoke({ kind: 'issuer', generation }, 'superseded', actor);
    return this.#end('issuing', generation);
  }

  /**
   * Ends a root below which no issuing authority counts any more. Its key, where it is here, is destroyed.
   *
   * @throws {IdentityError} IDENTITY_AUTHORITY_INVALID where it is the last, is none, or an authority needs it
   */
  async retireRoot(generation: number, actor: string): Promise<AuthorityRecord> {
    const certificate = await this.#requireActive('root', generation);
    if (this.#authority.certificates.roots.length === 1) {
      throw refused(
        `root ${generation} is the only one`,
        'Import an authority below another root first: weir ca import',
      );
    }
    const others = this.#authority.certificates.roots.filter((one) => one !== certificate);
    const needs = this.#authority.certificates.issuing.filter(
      (issuing) => isSignedBy(issuing, certificate) && !others.some((other) => isSignedBy(issuing, other)),
    );
    if (needs.length > 0) {
      const generations = this.#authority.issuers.filter((one) => needs.includes(one.certificate));
      const named = generations.map((one) => one.generation).join(', ');
      throw refused(`issuing authority ${named} stands below root ${generation}`, 'Retire what stands below it first');
    }
    await this.#log('root', generation, actor);
    return this.#end('root', generation);
  }

  /** The certificate of one that counts. */
  async #requireActive(role: 'root' | 'issuing', generation: number): Promise<string> {
    const row = await this.#table.get(this.#context.catalogue, { role, generation });
    if (row?.state !== 'active') throw refused(`no ${role} ${generation} counts`, 'See weir ca list');
    return row.sealed.certificate;
  }

  /** The certificates that are good, of devices and clients that are the user's. */
  async #goodOnes() {
    const { catalogue, clock } = this.#context;
    const where = { state: { in: ['valid', 'suspended'] }, expires: { from: clock.now() } };
    const rows = await this.#certificates.list(catalogue, {
      where: { ...where, holder_kind: { in: ['device', 'client'] } },
    });
    return rows.filter(({ holder }) => !holder.startsWith('_'));
  }

  /** First of all, so that no restored catalogue can forget it. */
  async #log(role: 'root' | 'issuing', generation: number, actor: string): Promise<void> {
    const resource = `authority:${role}:${generation}`;
    await this.#context.audit.append({ actor, action: RETIRE, resource, outcome: 'done' });
  }

  async #end(role: 'root' | 'issuing', generation: number): Promise<AuthorityRecord> {
    await this.#authority.retire(role, generation, this.#context.clock.now());
    this.#authorities.tellChanged();
    const ended = (await this.#authorities.list()).find((one) => one.role === role && one.generation === generation);
    return ended!;
  }
}

function holderOf({ holder_kind: kind, holder }: { readonly holder_kind: string; readonly holder: string }): string {
  return `${kind} ${holder}`;
}

/** Whether the key of one certificate signed another, names included. */
export function isSignedBy(pem: string, issuer: string): boolean {
  const [signed, by] = [new X509Certificate(pem), new X509Certificate(issuer)];
  return signed.checkIssued(by) && signed.verify(by.publicKey);
}

function refused(why: string, hint: string): IdentityError {
  return new IdentityError('IDENTITY_AUTHORITY_INVALID', `Cannot retire authority: ${why}`, { hint });
}
