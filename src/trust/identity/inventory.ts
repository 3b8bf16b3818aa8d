import { PROBE_DEVICE } from '#base/core/index.ts';
import type { CertificateAlgorithm } from '#base/crypto/index.ts';
import type { Micros, Millis } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction } from '#base/storage/index.ts';
import type { CertificateAuthority, Issuer } from './certificate-authority.ts';
import { DEVICE_STATES } from './device-directory.ts';
import type { DeviceRecord, DeviceState, DirectoryEntry } from './device-directory.ts';
import { deviceExists, entryOf, recordOf, unknownDevice } from './device-records.ts';
import type { DeviceRow, OwnCertificates, RecordContext } from './device-records.ts';
import type { Enrolee } from './enrolment/enrolee.ts';
import { requireDescription, requireEnrolable, requireSupportable } from './enrol-request.ts';
import type { EnrolRequest } from './enrol-request.ts';
import { IdentityError } from './errors.ts';
import type { IdentityContext } from './identity-context.ts';
import { CERTIFICATES, DEVICES } from './identity-tables.ts';
import type { DevicePrivate } from './identity-tables.ts';
import { KeyTwins } from './key-twins.ts';
import { listDetail } from './list-detail.ts';
import { LiveDirectory } from './live-directory.ts';
import type { PostureReport } from './profile/posture.ts';
import type { OwnProfile } from './profile/security-profile.ts';
import { formatPrivateKey, makeKeyPair } from './sign-certificate.ts';

/** What a new device is given. The private key is shown this once and kept nowhere. */
export interface DeviceBundle {
  readonly device: DeviceRecord;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** PEM: the device's certificate, then the issuing authority's. */
  readonly certificate: string;
  /** PEM: the root, by which the device knows the platform. */
  readonly authority: string;
}

/** What a device that made its own key is given. */
export type DeviceCertificate = Omit<DeviceBundle, 'key'>;

/** What let a device in. */
export type EnrolledBy = Pick<Enrolee, 'by' | 'key' | 'use'>;

/** Something that is stored with a certificate or not at all. */
type AlsoStore = (tx: CatalogueTransaction) => Promise<void>;

/** What can be said of a device later. */
export interface DeviceDescription {
  readonly owner?: string;
  readonly model?: string;
  readonly firmware?: string;
  readonly hardwareSerials?: readonly string[];
  readonly profile?: OwnProfile;
}

const MOST_ADDRESSES = 4;
const LONGEST_POSTURE = 500;

/** A device that is disabled for good: probes show its certificate, which must not let it in. */
export const DISABLED_PROBE = '_probe-off';

/** The list of devices: a name maps to exactly one entry, and an index to one name for ever. */
export class Inventory {
  readonly #context: IdentityContext;
  readonly #authority: CertificateAuthority;
  readonly #table: SealedTable<typeof DEVICES.key, typeof DEVICES.clear, DevicePrivate>;
  readonly #certificates: SealedTable<typeof CERTIFICATES.key, typeof CERTIFICATES.clear>;
  /** Keys that turn up under another name. */
  readonly twins: KeyTwins;
  /** What the gateways know. */
  readonly live: LiveDirectory;

  private constructor(context: IdentityContext, authority: CertificateAuthority, live: LiveDirectory) {
    this.#context = context;
    this.#authority = authority;
    this.#table = new SealedTable(DEVICES, context.machines);
    this.#certificates = new SealedTable(CERTIFICATES, context.machines);
    this.twins = new KeyTwins(context);
    this.live = live;
  }

  /** Reads the inventory; makes the prober's own device where it is missing. A damaged entry is left out and logged. */
  static async open(context: IdentityContext, authority: CertificateAuthority): Promise<Inventory> {
    const { catalogue, clock, deployment } = context;
    const live = new LiveDirectory(deployment);
    const inventory = new Inventory(context, authority, live);
    let rows = await inventory.#rows();
    if (!rows.some(({ name }) => name === PROBE_DEVICE)) {
      const row = { name: PROBE_DEVICE, type: PROBE_DEVICE, status: 'enabled', created: clock.now(), last_seen: null };
      const probe = { owner: null, model: null, firmware: null, serials: [], speaksFor: [] };
      await catalogue.transaction(async (tx) => {
        // Put, not inserted: a damaged row of it may be there, and it is the platform's own.
        await inventory.#table.put(tx, { ...row, idx: await inventory.#nextIndex(tx) }, probe);
      });
      rows = await inventory.#rows();
    }
    const serials = await inventory.#serials();
    for (const row of rows) live.load(entryOf(row, serials.get(row.name)));
    return inventory;
  }

  /**
   * Takes a device into the inventory and gives it a key and a certificate.
   *
   * @param algorithm the kind of the key
   * @throws {IdentityError} IDENTITY_DEVICE_INVALID, IDENTITY_TYPE_INVALID, IDENTITY_DEVICE_EXISTS,
   *   IDENTITY_DEVICES_LIMIT, IDENTITY_LIFETIME_INVALID
   */
  enrol(request: EnrolRequest, actor: string, algorithm?: CertificateAlgorithm): Promise<DeviceBundle> {
    return withNewKey((publicKey) => this.enrolKey(request, publicKey, actor), algorithm);
  }

  /**
   * Takes a device into the inventory and certifies the key that it made itself.
   *
   * @param publicKey SubjectPublicKeyInfo, checked by the caller
   * @param by what let the device in: it is used up in the same transaction
   * @throws {IdentityError} as `enrol`
   */
  async enrolKey(
    request: EnrolRequest,
    publicKey: Uint8Array,
    actor: string,
    by: EnrolledBy | null = null,
  ): Promise<DeviceCertificate> {
    const { clock, audit, declared } = this.#context;
    requireEnrolable(request, declared, this.live.size);
    requireSupportable(request, declared, clock.now());
    const known = this.find(request.name);
    if (known !== null) throw deviceExists(request.name, known.status);
    await audit.append({
      actor,
      action: 'enrol',
      resource: `device:${request.name}`,
      outcome: 'allowed',
      detail: { type: request.type },
    });
    const life = request.life ?? declared.certificate(request.type).life;
    const store: AlsoStore = async (tx) => {
      if ((await this.#table.get(tx, { name: request.name })) !== null) throw deviceExists(request.name);
      await this.#table.insert(
        tx,
        {
          name: request.name,
          type: request.type,
          idx: await this.#nextIndex(tx),
          status: 'enabled',
          created: clock.now(),
          last_seen: null,
        },
        {
          owner: request.owner ?? null,
          model: request.model ?? null,
          firmware: request.firmware ?? null,
          serials: request.hardwareSerials ?? [],
          speaksFor: [],
          ...(request.profile === undefined ? {} : { profile: request.profile }),
        },
      );
    };
    return this.#certify(request, life, actor, publicKey, store, by);
  }

  /**
   * Gives a device of the inventory a further key and certificate.
   *
   * @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN, IDENTITY_DEVICE_INVALID if it was revoked
   */
  async renew(name: string, life: Millis, actor: string): Promise<DeviceBundle> {
    const device = this.#mustFind(name);
    requireNotRevoked(device);
    return withNewKey((publicKey) => this.#certify(device, life, actor, publicKey));
  }

  /**
   * Gives a device of the inventory a certificate for a further key that it made itself, with the life that the template
   * sets for its type.
   *
   * @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN, IDENTITY_DEVICE_INVALID if it was revoked
   */
  async renewKey(name: string, publicKey: Uint8Array, actor: string, by?: EnrolledBy): Promise<DeviceCertificate> {
    const device = this.#mustFind(name);
    requireNotRevoked(device);
    const { life } = this.#context.declared.certificate(device.type);
    return this.#certify(device, life, actor, publicKey, async () => {}, by);
  }

  /**
   * A certificate of the device that is disabled for good; makes the device where it is missing.
   *
   * @param publicKey a new one by default
   */
  certifyDisabled(life: Millis, actor: string): Promise<DeviceBundle>;
  certifyDisabled(life: Millis, actor: string, publicKey: Uint8Array): Promise<DeviceCertificate>;
  certifyDisabled(life: Millis, actor: string, publicKey?: Uint8Array): Promise<DeviceCertificate> {
    const store: AlsoStore = async (tx) => {
      const known = await this.#table.get(tx, { name: DISABLED_PROBE });
      const index = known?.idx ?? (await this.#nextIndex(tx));
      const created = known?.created ?? this.#context.clock.now();
      const row = {
        name: DISABLED_PROBE,
        type: PROBE_DEVICE,
        idx: index,
        status: 'disabled',
        created,
        last_seen: null,
      };
      const probe = { owner: null, model: null, firmware: null, serials: [], speaksFor: [] };
      await this.#table.put(tx, row, probe);
    };
    const probe = { name: DISABLED_PROBE, type: PROBE_DEVICE };
    const certify = (key: Uint8Array) => this.#certify(probe, life, actor, key, store);
    return publicKey === undefined ? withNewKey(certify) : certify(publicKey);
  }

  /** All devices but the prober's, by name. */
  async list(): Promise<readonly DeviceRecord[]> {
    const serials = await this.#serials();
    const rows = await this.#rows();
    return rows
      .filter(({ name }) => !name.startsWith('_'))
      .map((row) => recordOf(row, serials.get(row.name), this.#at()));
  }

  /** @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN */
  async show(name: string): Promise<DeviceRecord> {
    const row = await this.#table.get(this.#context.catalogue, { name });
    if (row === null) throw unknownDevice(name);
    return recordOf(row, (await this.#serials(name)).get(name), this.#at());
  }

  /** Cuts a device off until it is enabled again. @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN */
  disable(name: string, actor: string): Promise<DeviceRecord> {
    return this.#changeState(name, 'disabled', actor);
  }

  /**
   * Cuts a device off, or keeps its readings apart, until it is enabled again. One that is under more already stays so.
   *
   * @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN, IDENTITY_DEVICE_INVALID if it was revoked
   */
  contain(name: string, status: 'quarantined' | 'contained', actor: string): Promise<DeviceRecord> {
    const now = this.#mustFind(name).status;
    return DEVICE_STATES.indexOf(now) >= DEVICE_STATES.indexOf(status)
      ? this.show(name)
      : this.#changeState(name, status, actor);
  }

  /** @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN, IDENTITY_DEVICE_INVALID if it was revoked, which is for ever */
  enable(name: string, actor: string): Promise<DeviceRecord> {
    return this.#changeState(name, 'enabled', actor);
  }

  /**
   * Lets a device publish for devices of some types; none takes the right away.
   *
   * @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN, IDENTITY_TYPE_INVALID if the template does not allow it for its type
   */
  async speaksFor(name: string, types: readonly string[], actor: string): Promise<DeviceRecord> {
    const { type } = this.#mustFind(name);
    const allowed = this.#context.declared.speaksFor(type);
    const wrong = types.find((other) => !allowed.includes(other));
    if (wrong !== undefined) {
      throw new IdentityError(
        'IDENTITY_TYPE_INVALID',
        `Cannot let ${name} speak for type ${wrong}: its type ${type} may not`,
        {
          hint: `${allowed.length === 0 ? '' : `It may speak for ${allowed.join(', ')}. `}Name the type under speaks-for of device type ${type} in the template`,
        },
      );
    }
    const chosen = [...new Set(types)].sort();
    await this.#audit(actor, 'speaks-for', name, listDetail('types', chosen));
    return this.#update(name, (row) => ({ row, sealed: { ...row.sealed, speaksFor: chosen } }));
  }

  /**
   * Changes what is known of a device; what is not named stays.
   *
   * @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN, IDENTITY_DEVICE_INVALID if a text is too long
   */
  async describe(name: string, known: DeviceDescription, actor: string): Promise<DeviceRecord> {
    this.#mustFind(name);
    const { profile, hardwareSerials, ...texts } = requireDescription(name, known);
    const fields = Object.keys(known).sort();
    await this.#audit(actor, 'describe-device', name, listDetail('fields', fields));
    return this.#update(name, (row) => ({
      row,
      sealed: {
        ...row.sealed,
        ...texts,
        ...(hardwareSerials === undefined ? {} : { serials: hardwareSerials }),
        ...(profile === undefined ? {} : { profile: { ...row.sealed.profile, ...profile } }),
      },
    }));
  }

  /** Forgets who owns a device. @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN */
  async disown(name: string, actor: string): Promise<DeviceRecord> {
    this.#mustFind(name);
    await this.#audit(actor, 'describe-device', name, listDetail('fields', ['owner']));
    return this.#update(name, (row) => ({ row, sealed: { ...row.sealed, owner: null } }));
  }

  /**
   * Takes a report of a device's state: the port by which whoever attests devices tells it.
   *
   * @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN
   */
  async recordPosture(
    name: string,
    { state, detail }: Pick<PostureReport, 'state' | 'detail'>,
    actor: string,
  ): Promise<DeviceRecord> {
    this.#mustFind(name);
    await this.#audit(actor, 'report-posture', name, { state });
    const posture = { state, detail: detail?.slice(0, LONGEST_POSTURE) ?? null, at: this.#context.clock.now() };
    return this.#update(name, (row) => ({ row, sealed: { ...row.sealed, posture } }));
  }

  /** Notes when devices were last heard, a batch in one transaction; names that are not there are passed over. */
  async recordSeen(times: ReadonlyMap<string, Micros>, from: ReadonlyMap<string, string> = new Map()): Promise<void> {
    await this.#context.catalogue.transaction(async (tx) => {
      for (const [name, at] of times) {
        const row = await this.#table.get(tx, { name });
        if (row === null || (row.last_seen ?? 0) >= at) continue;
        const address = from.get(name);
        const before = (row.sealed.addresses ?? []).filter((one) => one !== address);
        const addresses = (address === undefined ? before : [address, ...before]).slice(0, MOST_ADDRESSES);
        const sealed = { ...row.sealed, firstSeen: row.sealed.firstSeen ?? at, addresses };
        await this.#table.put(tx, { ...row, last_seen: at }, sealed);
      }
    });
  }

  /** A device as the gateways know it. @param name untrusted */
  find(name: string): DirectoryEntry | null {
    return this.live.find(name);
  }

  /** Reads entries again whose rows were changed by another part of this room, and tells the gateways of those that differ. */
  async reload(): Promise<void> {
    const serials = await this.#serials();
    for (const row of await this.#rows()) this.live.publishIfChanged(entryOf(row, serials.get(row.name)));
  }

  /** A device that cannot take ML-DSA gets its certificate from an authority that knows nothing of it. */
  async #authorityFor(name: string, type: string, own: OwnProfile | undefined): Promise<Issuer> {
    const { catalogue, declared } = this.#context;
    const known = own ?? (await this.#table.get(catalogue, { name }))?.sealed.profile;
    const cannot = known?.cannot ?? declared.profile?.(type)?.cannot ?? [];
    return cannot.includes('ml-dsa') ? this.#authority.newestClassical : this.#authority.newest;
  }

  async #certify(
    { name, type, profile: profileOfOwn }: Pick<DirectoryEntry, 'name' | 'type'> & { readonly profile?: OwnProfile },
    life: Millis,
    actor: string,
    publicKey: Uint8Array,
    store: AlsoStore = async () => {},
    enrolled: EnrolledBy | null = null,
  ): Promise<DeviceCertificate> {
    const { catalogue, deployment } = this.#context;
    const holder = { kind: 'device', name } as const;
    const profile = { kind: 'client', subject: holder, deployment } as const;
    const [key, typeOf] = [sha256Hex(publicKey), (other: string) => this.find(other)?.type ?? null];
    const findTwin = (tx: CatalogueTransaction) => this.twins.find(tx, key, { name, type }, typeOf);
    // Before anything is signed or logged; what comes at the same moment is found in the transaction.
    const twin = await findTwin(catalogue);
    if (twin !== null) await this.twins.answer(twin);
    const by = await this.#authorityFor(name, type, profileOfOwn);
    const signed = await this.#authority.sign(profile, publicKey, life, by);
    await this.#authority.announce(
      actor,
      holder,
      signed,
      by,
      enrolled === null ? null : `${enrolled.by}:${enrolled.key}`,
    );
    await catalogue.transaction(async (tx) => {
      const late = twin === null ? await findTwin(tx) : null;
      if (late !== null) await this.twins.answer(late);
      // It may have been revoked while this was signed and logged: what it has then, no list would name.
      const now = await this.#table.get(tx, { name });
      if (now !== null) requireNotRevoked({ name, status: now.status as DeviceState });
      await enrolled?.use(tx);
      await store(tx);
      await this.#authority.record(tx, holder, signed, by);
    });
    const device = await this.show(name);
    this.live.publish(device);
    return {
      device,
      certificate: this.#authority.chain(signed, by),
      authority: this.#authority.certificates.root,
    };
  }

  /** @throws {IdentityError} IDENTITY_DEVICE_INVALID if it was revoked, which is for ever */
  async #changeState(name: string, status: Exclude<DeviceState, 'revoked'>, actor: string): Promise<DeviceRecord> {
    requireNotRevoked(this.#mustFind(name));
    return this.live.changes.during(async () => {
      await this.#audit(actor, STATE_ACTIONS[status], name);
      return this.#update(name, (row) => {
        // It may have been revoked meanwhile.
        requireNotRevoked({ name, status: row.status as DeviceState });
        return { row: { ...row, status }, sealed: row.sealed };
      });
    });
  }

  async #update(
    name: string,
    change: (row: DeviceRow) => { row: DeviceRow; sealed: DevicePrivate },
  ): Promise<DeviceRecord> {
    await this.#context.catalogue.transaction(async (tx) => {
      const found = await this.#table.get(tx, { name });
      if (found === null) throw unknownDevice(name);
      const { row, sealed } = change(found);
      await this.#table.put(tx, row, sealed);
    });
    const device = await this.show(name);
    this.live.publish(device);
    return device;
  }

  async #audit(actor: string, action: string, name: string, detail?: Readonly<Record<string, string>>): Promise<void> {
    const event = { actor, action, resource: `device:${name}`, outcome: 'done' } as const;
    await this.#context.audit.append(detail === undefined ? event : { ...event, detail });
  }

  #at(): RecordContext {
    return { declared: this.#context.declared, now: this.#context.clock.now() };
  }

  #mustFind(name: string): DirectoryEntry {
    const entry = this.find(name);
    if (entry === null) throw unknownDevice(name);
    return entry;
  }

  async #nextIndex(tx: CatalogueTransaction): Promise<number> {
    const [last] = await this.#table.list(tx, { order: ['idx'], descending: true, limit: 1 });
    return last === undefined ? 0 : last.idx + 1;
  }

  #rows(): Promise<readonly DeviceRow[]> {
    const { catalogue, log } = this.#context;
    return this.#table.list(catalogue, {
      onDamaged: (error) => log.error({ code: error.code }, error.message),
    });
  }

  /** The certificates of devices that are not past their end and not revoked, by device. */
  async #serials(name?: string): Promise<ReadonlyMap<string, OwnCertificates>> {
    const { catalogue, clock, log } = this.#context;
    const rows = await this.#certificates.list(catalogue, {
      where: {
        holder_kind: 'device',
        state: { in: ['valid', 'suspended'] },
        expires: { from: clock.now() },
        ...(name === undefined ? {} : { holder: name }),
      },
      onDamaged: (error) => log.error({ code: error.code }, error.message),
    });
    const found = new Map<string, { serials: string[]; suspended: string[]; expires: number }>();
    for (const { holder, serial, expires, state } of rows) {
      const known = found.get(holder) ?? { serials: [], suspended: [], expires: 0 };
      found.set(holder, known);
      if (state === 'suspended') known.suspended.push(serial);
      else {
        known.serials.push(serial);
        known.expires = Math.max(known.expires, expires);
      }
    }
    return found;
  }
}

/** What the log calls a change to a state. */
const STATE_ACTIONS = {
  enabled: 'enable-device',
  quarantined: 'quarantine-device',
  contained: 'contain-device',
  disabled: 'disable-device',
} as const;

function requireNotRevoked({ name, status }: Pick<DirectoryEntry, 'name' | 'status'>): void {
  if (status !== 'revoked') return;
  throw new IdentityError('IDENTITY_DEVICE_INVALID', `Cannot change device ${name}: it was revoked`, {
    hint: 'Enrol it under a new name, after its key was replaced',
  });
}

/** Makes a key pair for a device that does not make its own. */
async function withNewKey(
  certify: (publicKey: Uint8Array) => Promise<DeviceCertificate>,
  algorithm?: CertificateAlgorithm,
): Promise<DeviceBundle> {
  const pair = makeKeyPair(algorithm);
  return { ...(await certify(pair.publicKey)), key: formatPrivateKey(pair.privateKey) };
}
