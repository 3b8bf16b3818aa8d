import { days, fromBase64, micros, minutes, toBase64 } from '#base/core/index.ts';
import type { Micros, Millis } from '#base/core/index.ts';
import { isQuantumSafe } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction } from '#base/storage/index.ts';
import type { CertificateProfile } from './certificate-profile.ts';
import { findPaths } from './certificates/certificate-path.ts';
import { certificateAlgorithms } from './certificates/certificate-algorithms.ts';
import { parsePemCertificates } from './certificates/pem-certificates.ts';
import { signWith } from './certificates/signature-scheme.ts';
import { IdentityError } from './errors.ts';
import type { IdentityContext } from './identity-context.ts';
import { AUTHORITIES, CERTIFICATES } from './identity-tables.ts';
import type { AuthoritySecrets } from './identity-tables.ts';
import { MISFITS } from './misfits.ts';
import type { Misfit } from './misfits.ts';
import { describe, makeKeyPair, signCertificate } from './sign-certificate.ts';
import type { SignRequest, SignedCertificate } from './sign-certificate.ts';

/** Life of an issuing authority. */
export const ISSUING_LIFE = days(10 * 365);
export const ROOT_LIFE = days(20 * 365);
/** Certificates begin a little in the past, for clocks of devices are never quite right. */
const BACKDATE = minutes(5);
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const SHORTEST_LIFE = minutes(1);

/** Who a leaf certificate is given to, for the list of certificates. */
export interface Holder {
  readonly kind: 'device' | 'client' | 'server';
  readonly name: string;
}

/** Certificates in PEM. */
export interface AuthorityCertificates {
  /** All roots that count, the oldest first: what a device knows the platform by. */
  readonly root: string;
  readonly roots: readonly string[];
  /** Newest first; all that still count. */
  readonly issuing: readonly string[];
}

/** An issuing authority that counts, as those see it who sign lists in its name. */
export interface Issuer {
  readonly generation: number;
  /** PEM. */
  readonly certificate: string;
}

interface Counting {
  readonly roots: readonly string[];
  readonly issuing: readonly Issuer[];
  /** Retired ones, which go on saying what they revoked. */
  readonly retired: readonly Issuer[];
}

/** The platform's own certificate authority: a root that signs issuing authorities, and one of those that signs the rest. */
export class CertificateAuthority {
  readonly #context: IdentityContext;
  readonly #table: SealedTable<typeof CERTIFICATES.key, typeof CERTIFICATES.clear>;
  #counting: Counting;

  private constructor(context: IdentityContext, counting: Counting) {
    this.#context = context;
    this.#counting = counting;
    this.#table = new SealedTable(CERTIFICATES, context.machines);
  }

  /** Opens the authority; makes root and issuing authority where there is none. */
  static async open(context: IdentityContext): Promise<CertificateAuthority> {
    const table = new SealedTable(AUTHORITIES, context.machines);
    const counting = await countingNow(context);
    if (counting !== null) return new CertificateAuthority(context, counting);
    const made = await makeAuthorities(context);
    await context.catalogue.transaction(async (tx) => {
      for (const { role, secrets } of made) {
        const { notAfter } = describe(secrets.certificate);
        const row = { role, generation: 1, state: 'active', created: context.clock.now(), expires: notAfter };
        await table.insert(tx, row, secrets);
      }
    });
    const [first, second] = made;
    const issuing = [{ generation: 1, certificate: second.secrets.certificate }];
    return new CertificateAuthority(context, { roots: [first.secrets.certificate], issuing, retired: [] });
  }

  get certificates(): AuthorityCertificates {
    const { roots, issuing } = this.#counting;
    return { root: roots.join(''), roots, issuing: issuing.map(({ certificate }) => certificate) };
  }

  /** Takes over what counts now, after authorities were added. */
  async reload(): Promise<void> {
    this.#counting = (await countingNow(this.#context)) ?? this.#counting;
  }

  /** The one that signs for devices and people: the newest. */
  get newest(): Issuer {
    return this.#counting.issuing[0]!;
  }

  /**
   * The one that signs for devices that cannot take ML-DSA: the newest that neither signs with it nor was signed with
   * it, for they have to load both.
   *
   * @throws {IdentityError} IDENTITY_AUTHORITY_INVALID where none is left
   */
  get newestClassical(): Issuer {
    const found = this.#counting.issuing.find(({ certificate }) => isClassical(certificate));
    if (found !== undefined) return found;
    throw new IdentityError(
      'IDENTITY_AUTHORITY_INVALID',
      'Cannot issue certificate: every authority signs with ML-DSA',
      {
        hint: 'Take ml-dsa off the list of what its type cannot, once its devices can',
      },
    );
  }

  /**
   * The one that signs for the listeners: the newest below the oldest root that counts, for devices that came before a
   * newer root know the platform by no other.
   */
  get forListeners(): Issuer {
    const { roots, issuing } = this.#counting;
    const oldest = roots.slice(0, 1).flatMap(parsePemCertificates);
    const below = issuing.find(({ certificate }) => {
      const [parsed] = parsePemCertificates(certificate);
      return parsed !== undefined && findPaths(parsed, [], oldest, { usage: SERVER_AUTH }).found;
    });
    return below ?? this.newest;
  }

  /**
   * Signs a certificate for a public key. It counts once `record` has stored it.
   *
   * @param life at least a minute; cut to the life of the issuing authority
   * @param by the newest by default; the same one is named to `announce`, `record` and `chain`
   * @throws {IdentityError} IDENTITY_LIFETIME_INVALID
   */
  async sign(
    profile: CertificateProfile,
    publicKey: Uint8Array,
    life: Millis,
    by: Issuer = this.newest,
  ): Promise<SignedCertificate> {
    if (!Number.isFinite(life) || life < SHORTEST_LIFE) {
      throw new IdentityError(
        'IDENTITY_LIFETIME_INVALID',
        'Cannot issue certificate: its life is shorter than a minute',
      );
    }
    const now = this.#context.clock.now();
    return this.#sign(profile, publicKey, [before(now), micros(now + life * 1_000)], by);
  }

  /**
   * Signs a certificate that must not let anybody in, so that a probe can show it to a listener. It is useless by its
   * dates, by what it is for, or by its name, which no device can have; `record` is not for it.
   */
  async signMisfit(misfit: Misfit, publicKey: Uint8Array): Promise<SignedCertificate> {
    const { clock, deployment } = this.#context;
    const { profile, from, to } = MISFITS[misfit];
    const now = clock.now();
    const dates = [micros(now + from * 1_000), micros(now + to * 1_000)] as const;
    return this.#sign(profile(deployment), publicKey, dates, this.newest);
  }

  async #sign(
    profile: CertificateProfile,
    publicKey: Uint8Array,
    [notBefore, notAfter]: readonly [from: Micros, to: Micros],
    { generation, certificate }: Issuer,
  ): Promise<SignedCertificate> {
    const { keys, random } = this.#context;
    const { notBefore: earliest, notAfter: latest } = describe(certificate);
    const privateKey = await keys.custody.open(
      keyPurpose('issuing', generation),
      await this.#sealedKey('issuing', generation),
    );
    try {
      return await signCertificate(
        {
          profile,
          publicKey,
          notBefore: micros(Math.max(notBefore, earliest)),
          notAfter: micros(Math.min(notAfter, latest)),
          ...pointersOf(this.#context.declared.statusUrl?.() ?? null, generation),
        },
        { certificate, privateKey },
        random,
      );
    } finally {
      privateKey.fill(0);
    }
  }

  /** As it is stored now: a rotation of the root key seals it again. */
  async #sealedKey(role: 'root' | 'issuing', generation: number): Promise<Uint8Array> {
    const { catalogue, machines } = this.#context;
    const row = await new SealedTable(AUTHORITIES, machines).get(catalogue, { role, generation });
    return fromBase64(row?.sealed.key ?? '');
  }

  /** All that sign lists: those that count, newest first, and those that were retired. */
  get issuers(): readonly Issuer[] {
    return [...this.#counting.issuing, ...this.#counting.retired];
  }

  /**
   * Ends an authority: what it gave counts for nothing from now on, here and at the next start. An issuing one keeps its
   * key, for it goes on signing the list of what it revoked; that of a root is destroyed.
   *
   * @returns false where it has ended already, or is the last of its kind that counts
   */
  async retire(role: 'root' | 'issuing', generation: number, at: Micros): Promise<boolean> {
    const { catalogue, machines } = this.#context;
    const table = new SealedTable(AUTHORITIES, machines);
    const isDone = await catalogue.transaction(async (tx) => {
      const active = await table.list(tx, { where: { role, state: 'active' } });
      const row = active.find((one) => one.generation === generation);
      if (row === undefined || active.length === 1) return false;
      const { sealed, ...columns } = row;
      const key = role === 'root' ? '' : sealed.key;
      await table.put(tx, { ...columns, state: 'retired' }, { ...sealed, key, retired: at });
      return true;
    });
    await this.reload();
    return isDone;
  }

  /**
   * Signs bytes with the key of an issuing authority, by the scheme of that key.
   *
   * @throws {IdentityError} IDENTITY_REVOCATION_INVALID if no authority of that generation counts
   */
  async signBytes(generation: number, data: Uint8Array): Promise<Uint8Array> {
    if (!this.issuers.some((one) => one.generation === generation)) {
      throw new IdentityError('IDENTITY_REVOCATION_INVALID', `Cannot sign: no issuing authority ${generation} counts`);
    }
    return this.#signBytesAs('issuing', generation, data);
  }

  /** The same with the key of a root that is here. */
  signAsRoot(generation: number, data: Uint8Array): Promise<Uint8Array> {
    return this.#signBytesAs('root', generation, data);
  }

  async #signBytesAs(role: 'root' | 'issuing', generation: number, data: Uint8Array): Promise<Uint8Array> {
    const { custody } = this.#context.keys;
    const der = await custody.open(keyPurpose(role, generation), await this.#sealedKey(role, generation));
    try {
      return signWith(der, data);
    } finally {
      der.fill(0);
    }
  }

  /**
   * The audit entry of a certificate, to be written before anyone can see it.
   *
   * @param enrolment what let the holder in, and is used up by it
   */
  async announce(
    actor: string,
    holder: Holder,
    signed: SignedCertificate,
    by = this.newest,
    enrolment: string | null = null,
  ): Promise<void> {
    await this.#context.audit.append({
      actor,
      action: 'issue-certificate',
      resource: `${holder.kind}:${holder.name}`,
      outcome: 'done',
      digest: signed.fingerprint,
      detail: {
        serial: signed.serial,
        expires: signed.notAfter,
        issuer: by.generation,
        ...(enrolment === null ? {} : { enrolment }),
      },
    });
  }

  /** Stores what is remembered of a certificate. */
  async record(tx: CatalogueTransaction, holder: Holder, signed: SignedCertificate, by = this.newest): Promise<void> {
    await this.#table.insert(
      tx,
      {
        serial: signed.serial,
        fingerprint: signed.fingerprint,
        holder_kind: holder.kind,
        holder: holder.name,
        issuer: by.generation,
        state: 'valid',
        created: this.#context.clock.now(),
        expires: signed.notAfter,
        key_digest: signed.key,
      },
      null,
    );
  }

  /** The leaf and the issuing authority that signed it, in the order TLS sends them. */
  chain(signed: SignedCertificate, by = this.newest): string {
    return signed.pem + by.certificate;
  }
}

/** Those that count, issuing ones newest first and roots oldest first; null before the first start. */
async function countingNow({ catalogue, machines }: IdentityContext): Promise<Counting | null> {
  const rows = await new SealedTable(AUTHORITIES, machines).list(catalogue, {
    where: { state: { in: ['active', 'retired'] } },
    order: ['generation'],
  });
  const those = (wanted: string, state: string): Issuer[] =>
    rows
      .filter((row) => row.role === wanted && row.state === state)
      .map(({ generation, sealed }) => ({ generation, certificate: sealed.certificate }));
  const roots = those('root', 'active').map(({ certificate }) => certificate);
  const issuing = those('issuing', 'active').reverse();
  return roots.length === 0 || issuing.length === 0 ? null : { roots, issuing, retired: those('issuing', 'retired') };
}

async function makeAuthorities(
  context: IdentityContext,
): Promise<readonly [{ role: 'root'; secrets: AuthoritySecrets }, { role: 'issuing'; secrets: AuthoritySecrets }]> {
  const { deployment, audit, clock, keys, random } = context;
  const now = clock.now();
  const notBefore = before(now);
  const rootKeys = makeKeyPair();
  const root = await signCertificate(
    {
      profile: { kind: 'root', commonName: `Weir root ${deployment}` },
      publicKey: rootKeys.publicKey,
      notBefore,
      notAfter: micros(now + ROOT_LIFE * 1_000),
    },
    { selfKey: rootKeys.privateKey },
    random,
  );
  const issuingKeys = makeKeyPair();
  const issuing = await signCertificate(
    {
      profile: { kind: 'issuing', commonName: `Weir issuing ${deployment} 1` },
      publicKey: issuingKeys.publicKey,
      notBefore,
      notAfter: micros(now + ISSUING_LIFE * 1_000),
    },
    { certificate: root.pem, privateKey: rootKeys.privateKey },
    random,
  );
  for (const [role, { fingerprint, serial }] of [
    ['root', root],
    ['issuing', issuing],
  ] as const) {
    const event = {
      actor: 'weir:control',
      action: 'make-authority',
      resource: `authority:${role}`,
      outcome: 'done',
    } as const;
    await audit.append({ ...event, digest: fingerprint, detail: { serial } });
  }
  const secretsOf = async (role: string, certificate: string, key: Uint8Array): Promise<AuthoritySecrets> => ({
    certificate,
    key: toBase64(await keys.custody.seal(keyPurpose(role, 1), key)),
  });
  return [
    { role: 'root', secrets: await secretsOf('root', root.pem, rootKeys.privateKey) },
    { role: 'issuing', secrets: await secretsOf('issuing', issuing.pem, issuingKeys.privateKey) },
  ];
}

/** Where the state of what a generation gave can be asked. */
function pointersOf(url: string | null, generation: number): Pick<SignRequest, 'pointers'> {
  if (url === null) return {};
  return {
    pointers: { crl: `${url}/crl/${generation}.crl`, delta: `${url}/crl/${generation}-delta.crl`, ocsp: `${url}/ocsp` },
  };
}

/** Whether nothing about a certificate is ML-DSA. */
export function isClassical(pem: string): boolean {
  const { signature, key } = certificateAlgorithms(pem);
  return [signature, key].every((id) => id !== null && !isQuantumSafe(id));
}

/** What custody knows the private key of an authority by. */
export function keyPurpose(role: string, generation: number): string {
  return `authority:${role}:${generation}`;
}

function before(now: Micros): Micros {
  return micros(now - BACKDATE * 1_000);
}
