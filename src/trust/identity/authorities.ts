import { createPrivateKey, createPublicKey } from 'node:crypto';
import { fromBase64, micros, toBase64 } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { isQuantumSafe } from '#base/crypto/index.ts';
import type { CertificateAlgorithm } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import { ISSUING_LIFE, isClassical, keyPurpose, ROOT_LIFE } from './certificate-authority.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { requireIssuing } from './certificates/issuing-certificate.ts';
import { formatPem, parsePemCertificates } from './certificates/pem-certificates.ts';
import { makeCertificateRequest } from './certificates/make-request.ts';
import { schemeOf } from './certificates/signature-scheme.ts';
import { IdentityError } from './errors.ts';
import type { IdentityContext } from './identity-context.ts';
import { AUTHORITIES } from './identity-tables.ts';
import type { AuthoritySecrets } from './identity-tables.ts';
import { describe, makeKeyPair, signCertificate } from './sign-certificate.ts';
import type { SignedCertificate } from './sign-certificate.ts';

/** An authority as people see it. */
export interface AuthorityRecord {
  readonly role: 'root' | 'issuing';
  readonly generation: number;
  /**
   * `signing`: gives new certificates; `counting`: what it gave is good; `requested`: waits for its certificate;
   * `retired`: what it gave counts for nothing.
   */
  readonly state: 'signing' | 'counting' | 'requested' | 'retired';
  readonly created: Micros;
  readonly expires: Micros | null;
  /** Hex SHA-256 over the DER; null while it waits for its certificate. */
  readonly fingerprint: string | null;
  /** Whether its private key is in this platform's custody. */
  readonly keyHere: boolean;
}

const PENDING = 'pending';

/** What is done with authorities: they are listed, and a new issuing authority takes over while the old ones count. */
export class Authorities {
  readonly #context: IdentityContext;
  readonly #authority: CertificateAuthority;
  readonly #table: SealedTable<typeof AUTHORITIES.key, typeof AUTHORITIES.clear, AuthoritySecrets>;
  readonly #listeners = new Set<() => void>();
  /** One change at a time: two at once would give two authorities the same generation. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: IdentityContext, authority: CertificateAuthority) {
    this.#context = context;
    this.#authority = authority;
    this.#table = new SealedTable(AUTHORITIES, context.machines);
  }

  /** All that count, those that wait for a certificate, and those that were retired. */
  async list(): Promise<readonly AuthorityRecord[]> {
    const rows = await this.#table.list(this.#context.catalogue, { order: ['role', 'generation'] });
    const { generation: signing } = this.#authority.newest;
    return rows.map(({ role, generation, state, created, sealed }) => ({
      role: role === 'root' ? 'root' : 'issuing',
      generation,
      state: stateOf(state, role === 'issuing' && generation === signing),
      created: micros(created),
      expires: sealed.certificate === '' ? null : describe(sealed.certificate).notAfter,
      fingerprint: sealed.certificate === '' ? null : describe(sealed.certificate).fingerprint,
      keyHere: sealed.key !== '',
    }));
  }

  /**
   * Makes a new issuing authority that signs as the template wants it, signed by a root whose key is here. From now on
   * it signs; what older ones gave stays good until it ends, so that no device notices. An authority for ML-DSA gets a
   * root for ML-DSA, made where there is none: below another one it would not outlast it.
   *
   * @throws {IdentityError} IDENTITY_AUTHORITY_INVALID where no root's key is here
   */
  rotate(actor: string): Promise<AuthorityRecord> {
    return this.#inTurn(() => this.#rotate(actor));
  }

  async #rotate(actor: string): Promise<AuthorityRecord> {
    const { keys, clock, deployment, random } = this.#context;
    const algorithm = this.#wanted;
    const root = await this.#rootFor(algorithm, actor);
    const { generation, pair, sealedKey } = await this.#newKey(algorithm);
    const now = clock.now();
    const rootEnd = describe(root.sealed.certificate).notAfter;
    const rootKey = await keys.custody.open(keyPurpose('root', root.generation), fromBase64(root.sealed.key));
    try {
      const request = {
        profile: { kind: 'issuing', commonName: `Weir issuing ${deployment} ${generation}` },
        publicKey: pair.publicKey,
        notBefore: micros(now - 300_000_000),
        notAfter: micros(Math.min(now + ISSUING_LIFE * 1_000, rootEnd)),
        ...this.#listOf(root.generation),
      } as const;
      const signer = { certificate: root.sealed.certificate, privateKey: rootKey };
      return await this.#adopt(generation, await signCertificate(request, signer, random), sealedKey, [], actor);
    } finally {
      rootKey.fill(0);
      pair.privateKey.fill(0);
    }
  }

  /**
   * Makes the key of a new issuing authority and a request for its certificate, to be signed by a root whose key is
   * elsewhere. A request that waits is replaced.
   *
   * @returns PKCS #10 in PEM
   */
  request(actor: string): Promise<string> {
    return this.#inTurn(() => this.#request(actor));
  }

  async #request(actor: string): Promise<string> {
    const { audit, catalogue, clock, deployment } = this.#context;
    const { generation, pair, sealedKey } = await this.#newKey(this.#wanted);
    await audit.append({
      actor,
      action: 'request-authority',
      resource: `authority:issuing:${generation}`,
      outcome: 'done',
    });
    const row = { role: 'issuing', generation, state: PENDING, created: clock.now(), expires: 0 };
    await catalogue.transaction((tx) => this.#table.put(tx, row, { certificate: '', key: sealedKey }));
    const der = makeCertificateRequest(pair, `Weir issuing ${deployment} ${generation}`);
    pair.privateKey.fill(0);
    return formatPem(der, 'CERTIFICATE REQUEST');
  }

  /**
   * Takes the certificate of the issuing authority that was requested last. It signs from now on; what older ones gave
   * stays good. A root that comes with it is trusted beside those that are known.
   *
   * @param pem the certificate, and the root that signed it where that is not known yet; untrusted
   * @throws {IdentityError} IDENTITY_AUTHORITY_INVALID
   */
  accept(pem: string, actor: string): Promise<AuthorityRecord> {
    return this.#inTurn(() => this.#accept(pem, actor));
  }

  async #accept(pem: string, actor: string): Promise<AuthorityRecord> {
    const { catalogue, clock, keys } = this.#context;
    const [pending] = await this.#table.list(catalogue, { where: { role: 'issuing', state: PENDING } });
    if (pending === undefined) throw refused('none was requested', 'Make a request with weir ca request');
    const der = await keys.custody.open(keyPurpose('issuing', pending.generation), fromBase64(pending.sealed.key));
    const privateKey = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    der.fill(0);
    const known = this.#authority.certificates.roots.flatMap(parsePemCertificates);
    const { issuing, newRoots } = requireIssuing(pem, publicKey, known, clock.now());
    const signed = describe(formatPem(issuing.der));
    const roots = newRoots.map((root) => describe(formatPem(root.der)));
    return this.#adopt(pending.generation, signed, pending.sealed.key, roots, actor);
  }

  /**
   * Has new certificates signed as the template wants it, if they are not yet.
   *
   * @returns whether they are so now; false where the key of the root is elsewhere: a request has to be signed there
   */
  settle(actor: string): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.areSettled) return true;
      if (!(await this.#rootsAreHere())) return false;
      await this.#rotate(actor);
      return true;
    });
  }

  /** Whether new certificates are signed as the template wants it. */
  get areSettled(): boolean {
    return schemeOf(this.#authority.newest.certificate) === this.#wanted;
  }

  get #wanted(): CertificateAlgorithm {
    return this.#context.declared.certificateAlgorithm?.() ?? 'ecdsa-p256';
  }

  /** Calls back when other authorities count; the result ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says that other authorities count. */
  tellChanged(): void {
    for (const listener of this.#listeners) listener();
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #adopt(
    generation: number,
    { pem, serial, fingerprint, notAfter }: SignedCertificate,
    key: string,
    roots: readonly SignedCertificate[],
    actor: string,
  ): Promise<AuthorityRecord> {
    const { audit, catalogue, clock } = this.#context;
    const event = { actor, action: 'make-authority', outcome: 'done' } as const;
    for (const root of roots) {
      await audit.append({
        ...event,
        resource: 'authority:root',
        digest: root.fingerprint,
        detail: { serial: root.serial },
      });
    }
    const detail = { serial, generation };
    await audit.append({ ...event, resource: 'authority:issuing', digest: fingerprint, detail });
    const common = { state: 'active', created: clock.now() };
    await catalogue.transaction(async (tx) => {
      const [newest] = await this.#table.list(tx, {
        where: { role: 'root' },
        order: ['generation'],
        descending: true,
        limit: 1,
      });
      for (const [at, root] of roots.entries()) {
        const row = { role: 'root', generation: (newest?.generation ?? 0) + 1 + at, ...common, expires: root.notAfter };
        await this.#table.insert(tx, row, { certificate: root.pem, key: '' });
      }
      const row = { role: 'issuing', generation, ...common, expires: notAfter };
      await this.#table.put(tx, row, { certificate: pem, key });
    });
    await this.#authority.reload();
    this.tellChanged();
    const made = (await this.list()).find((one) => one.role === 'issuing' && one.generation === generation);
    return made!;
  }

  /** Where the root's list is had, by which it takes an authority back. */
  #listOf(root: number): { pointers?: { crl: string } } {
    const url = this.#context.declared.statusUrl?.() ?? null;
    return url === null ? {} : { pointers: { crl: `${url}/crl/root-${root}.crl` } };
  }

  /** A key under the next generation, or under that of a request that waits. */
  async #newKey(algorithm: CertificateAlgorithm) {
    const { catalogue, keys } = this.#context;
    const rows = await this.#table.list(catalogue, {
      where: { role: 'issuing' },
      order: ['generation'],
      descending: true,
    });
    const newest = rows[0];
    const generation = newest?.state === PENDING ? newest.generation : (newest?.generation ?? 0) + 1;
    const pair = makeKeyPair(algorithm);
    const sealedKey = toBase64(await keys.custody.seal(keyPurpose('issuing', generation), pair.privateKey));
    return { generation, pair, sealedKey };
  }

  /** Roots that count, the newest first. */
  #roots() {
    const where = { role: 'root', state: 'active' };
    return this.#table.list(this.#context.catalogue, { where, order: ['generation'], descending: true });
  }

  /** A newer root whose key is elsewhere is there on purpose: an older one does not go on behind its back. */
  async #rootsAreHere(): Promise<boolean> {
    const [newest] = await this.#roots();
    return newest !== undefined && newest.sealed.key !== '';
  }

  /** The newest root that lasts as long as the algorithm does, and that whoever takes the one takes as well. */
  async #rootFor(algorithm: CertificateAlgorithm, actor: string) {
    if (!(await this.#rootsAreHere())) {
      throw refused('the key of its root is not here', 'Have a request of weir ca request signed, then weir ca import');
    }
    const fits = (certificate: string): boolean => isClassical(certificate) === !isQuantumSafe(algorithm);
    const find = async () => (await this.#roots()).find(({ sealed }) => sealed.key !== '' && fits(sealed.certificate));
    const known = await find();
    if (known !== undefined) return known;
    await this.#makeRoot(algorithm, actor);
    return (await find())!;
  }

  async #makeRoot(algorithm: CertificateAlgorithm, actor: string): Promise<void> {
    const { audit, catalogue, clock, deployment, keys, random } = this.#context;
    const generation = ((await this.#roots())[0]?.generation ?? 0) + 1;
    const pair = makeKeyPair(algorithm);
    try {
      const root = await signCertificate(
        {
          profile: { kind: 'root', commonName: `Weir root ${deployment} ${generation}` },
          publicKey: pair.publicKey,
          notBefore: micros(clock.now() - 300_000_000),
          notAfter: micros(clock.now() + ROOT_LIFE * 1_000),
        },
        { selfKey: pair.privateKey },
        random,
      );
      const key = toBase64(await keys.custody.seal(keyPurpose('root', generation), pair.privateKey));
      const event = { actor, action: 'make-authority', resource: 'authority:root', outcome: 'done' } as const;
      await audit.append({
        ...event,
        digest: root.fingerprint,
        detail: { serial: root.serial, generation, algorithm },
      });
      const row = { role: 'root', generation, state: 'active', created: clock.now(), expires: root.notAfter };
      await catalogue.transaction((tx) => this.#table.insert(tx, row, { certificate: root.pem, key }));
    } finally {
      pair.privateKey.fill(0);
    }
  }
}

function stateOf(state: string, isSigning: boolean): AuthorityRecord['state'] {
  if (state === PENDING) return 'requested';
  if (state === 'retired') return 'retired';
  return isSigning ? 'signing' : 'counting';
}

function refused(why: string, hint: string): IdentityError {
  return new IdentityError('IDENTITY_AUTHORITY_INVALID', `Cannot take issuing authority: ${why}`, { hint });
}
