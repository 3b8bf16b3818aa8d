import { days, toHex } from '#base/core/index.ts';
import type { AuditSink, Clock, Log, Millis, Random } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { Catalogue } from '#base/storage/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { Authorities } from './authorities.ts';
import { AuthorityRetirement } from './authority-retirement.ts';
import { authorityHolding } from './authority-holding.ts';
import { CertificateAuthority } from './certificate-authority.ts';
import type { AuthorityCertificates } from './certificate-authority.ts';
import type { ClientCredential } from './client-credential.ts';
import { makeCertificateChecker } from './certificate-facts.ts';
import type { CertificateChecker } from './certificate-facts.ts';
import type { Declared, IdentityContext } from './identity-context.ts';
import { Enrolment } from './enrolment/enrolment.ts';
import { ExpectedList } from './enrolment/expected-list.ts';
import { IDENTITY_SCHEMA, SETTINGS } from './identity-tables.ts';
import { Inventory } from './inventory.ts';
import { issuedCertificates } from './issued-certificates.ts';
import type { IssuedCertificates } from './issued-certificates.ts';
import { OPERATOR, People } from './people/people.ts';
import { SignInDesk } from './people/sign-in-desk.ts';
import type { SignInOptions } from './people/sign-in-desk.ts';
import { makeProbeCredential } from './probe-credentials.ts';
import type { ProbeCredentialKind } from './probe-credentials.ts';
import { Continuity } from './revocation/continuity.ts';
import { OcspResponder } from './revocation/ocsp-responder.ts';
import { RootLists } from './revocation/root-lists.ts';
import { RevocationLists } from './revocation/revocation-lists.ts';
import { Revocations } from './revocation/revocations.ts';
import { serverCertificate } from './server-certificate.ts';
import type { ServerCertificate } from './server-certificate.ts';
import { formatPrivateKey, makeKeyPair } from './sign-certificate.ts';

export interface IdentityParts {
  readonly catalogue: Catalogue;
  readonly keys: KeyRing;
  readonly declared: Declared;
  readonly audit: AuditSink;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  /** Absent where no identity provider is to be reached. */
  readonly signIn?: SignInOptions;
}

const OPERATOR_LIFE = days(90);
const NO_PROVIDER: SignInOptions = { fetch: () => Promise.reject(new Error('no identity provider is reached here')) };

/** Who may come in: the certificate authority, the devices, the people. */
export class Identity {
  /** Names this platform in the URIs of its certificates: 16 hex digits, made at the first start. */
  readonly deployment: string;
  readonly authorities: Authorities;
  readonly inventory: Inventory;
  readonly people: People;
  readonly revocations: Revocations;
  readonly lists: RevocationLists;
  /** Ends authorities. */
  readonly retirement: AuthorityRetirement;
  /** Lists of issuing authorities that roots took back. */
  readonly rootLists: RootLists;
  readonly ocsp: OcspResponder;
  readonly continuity: Continuity;
  readonly enrolment: Enrolment;
  /** Where people and programs show who they are. */
  readonly signIn: SignInDesk;
  readonly #context: IdentityContext;
  readonly #authority: CertificateAuthority;

  constructor(
    context: IdentityContext,
    authority: CertificateAuthority,
    { inventory, people, enrolment, signIn }: Pick<Identity, 'inventory' | 'people' | 'enrolment' | 'signIn'>,
  ) {
    this.deployment = context.deployment;
    this.authorities = new Authorities(context, authority);
    this.inventory = inventory;
    this.people = people;
    this.revocations = new Revocations(context, inventory);
    this.retirement = new AuthorityRetirement(context, authority, this.authorities, this.revocations);
    this.rootLists = new RootLists(context, authority, this.retirement);
    this.lists = new RevocationLists(this.revocations, authority, context.clock);
    this.continuity = new Continuity(context, inventory, this.revocations, authority);
    this.ocsp = new OcspResponder(this.revocations, this.lists, authority, context.clock);
    this.enrolment = enrolment;
    this.signIn = signIn;
    this.#context = context;
    this.#authority = authority;
  }

  /** All that count today. */
  get certificates(): AuthorityCertificates {
    return this.#authority.certificates;
  }

  /** Certificates in use, the newest first. @param limit how many are listed at most; all are counted */
  issued(limit: number): Promise<IssuedCertificates> {
    return issuedCertificates(this.#context, limit);
  }

  /**
   * What the listeners show; ask again when `renewAfter` has passed.
   *
   * @param hosts names and addresses besides the loopback ones
   */
  serverCertificate(hosts: readonly string[]): Promise<ServerCertificate> {
    return serverCertificate(this.#context, this.#authority, hosts);
  }

  /** A key and certificate for the operator's commands, for 90 days. The key is kept nowhere. */
  issueOperator(actor: string, life: Millis = OPERATOR_LIFE): Promise<ClientCredential> {
    return this.issueClient(OPERATOR, life, actor);
  }

  /** A key and certificate for a person or program of the list, by name. */
  async issueClient(name: string, life: Millis, actor: string): Promise<ClientCredential> {
    const { catalogue, deployment } = this.#context;
    const holder = { kind: 'client', name } as const;
    const pair = makeKeyPair();
    const by = this.#authority.newest;
    const profile = { kind: 'client', subject: holder, deployment } as const;
    const signed = await this.#authority.sign(profile, pair.publicKey, life, by);
    await this.#authority.announce(actor, holder, signed, by);
    await catalogue.transaction((tx) => this.#authority.record(tx, holder, signed, by));
    return {
      key: formatPrivateKey(pair.privateKey),
      certificate: this.#authority.chain(signed, by),
      authority: this.certificates.root,
    };
  }

  /**
   * A credential that must not let anybody in, for probes to show.
   *
   * @param life of those that are not useless by their dates
   */
  probeCredential(kind: ProbeCredentialKind, life: Millis, actor: string): Promise<ClientCredential> {
    return makeProbeCredential(kind, life, actor, this.#context, this.#authority, this.inventory);
  }

  /** A checker of client certificates against the issuing authorities of today. */
  checker(): CertificateChecker {
    return makeCertificateChecker(this.deployment, {
      roots: this.certificates.roots,
      issuing: this.certificates.issuing,
    });
  }
}

/**
 * Opens identity; at the first start makes the deployment's id, root and issuing authority, the operator's entry and the
 * prober's device.
 */
export async function openIdentity(parts: IdentityParts): Promise<Identity> {
  const { catalogue, keys, random } = parts;
  await catalogue.migrate(IDENTITY_SCHEMA);
  const machines = await keys.rowSealer('catalogue');
  const people = await keys.rowSealer('people');
  const settings = new SealedTable(SETTINGS, machines);
  const known = (await settings.get(catalogue, { name: 'deployment' }))?.sealed;
  const deployment = typeof known === 'string' ? known : toHex(random.bytes(8));
  if (known === undefined) await settings.insert(catalogue, { name: 'deployment' }, deployment);
  const context: IdentityContext = { ...parts, deployment, machines, people };
  keys.lifecycle.hold(authorityHolding(context));
  const authority = await CertificateAuthority.open(context);
  const inventory = await Inventory.open(context, authority);
  const list = await People.open(context);
  return new Identity(context, authority, {
    inventory,
    people: list,
    enrolment: new Enrolment(context, inventory, await ExpectedList.open(context)),
    signIn: await SignInDesk.open(context, list, parts.signIn ?? NO_PROVIDER),
  });
}
