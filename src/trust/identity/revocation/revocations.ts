import { micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction, SealedRow } from '#base/storage/index.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import { CERTIFICATES, DEVICES, REVOCATIONS } from '../identity-tables.ts';
import type { DevicePrivate } from '../identity-tables.ts';
import type { Inventory } from '../inventory.ts';
import { unknownDevice } from '../device-records.ts';
import { formatRevocation } from './log-form.ts';
import { REVOCATION_REASONS } from './revocation-reason.ts';
import type { RevocationReason } from './revocation-reason.ts';
import type { RevokeTarget } from './revoke-target.ts';
import { packSerials } from './serial-key.ts';

/** A certificate as the catalogue remembers it. */
export type CertificateRow = SealedRow<typeof CERTIFICATES.key, typeof CERTIFICATES.clear, null>;

/** A certificate that lists call revoked. */
export type RevocationRow = SealedRow<typeof REVOCATIONS.key, typeof REVOCATIONS.clear, null>;

/** What a revocation did. */
export interface RevokeOutcome {
  /** Devices that are out for ever. */
  readonly devices: readonly string[];
  /** Certificates that no longer count. */
  readonly serials: readonly string[];
  readonly reason: RevocationReason;
}

/** Rows that are written in one transaction, so that others get their turn in between. */
const ROWS_AT_ONCE = 256;
/** Rows that are read at once where all are walked through. */
const PAGE_ROWS = 4_096;

/**
 * Takes certificates and devices back for ever.
 *
 * The order is what makes it hold: the log first, so that no effect is without an entry and no restored catalogue can
 * forget it; then memory and the gateways, which cut live sessions; then the rows. A crash in between leaves the entry,
 * from which the rest is done at the next start.
 *
 * @see RFC 5280 section 5; docs/formats/revocation.md
 */
export class Revocations {
  readonly #context: IdentityContext;
  readonly #inventory: Inventory;
  readonly #certificates: SealedTable<typeof CERTIFICATES.key, typeof CERTIFICATES.clear>;
  readonly #devices: SealedTable<typeof DEVICES.key, typeof DEVICES.clear, DevicePrivate>;
  readonly #revoked: SealedTable<typeof REVOCATIONS.key, typeof REVOCATIONS.clear>;
  readonly #listeners = new Set<(serials: readonly string[]) => void>();
  readonly #listed = new Set<(removed: boolean) => void>();

  constructor(context: IdentityContext, inventory: Inventory) {
    this.#context = context;
    this.#inventory = inventory;
    this.#certificates = new SealedTable(CERTIFICATES, context.machines);
    this.#devices = new SealedTable(DEVICES, context.machines);
    this.#revoked = new SealedTable(REVOCATIONS, context.machines);
  }

  /**
   * Revokes. Nothing is changed where the target is not there or has nothing left to revoke.
   *
   * @param spared a certificate that stays good: that of whoever revokes an authority and must still be able to speak
   * @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN, IDENTITY_CERTIFICATE_UNKNOWN, IDENTITY_REVOCATION_INVALID
   */
  async revoke(
    target: RevokeTarget,
    reason: RevocationReason,
    actor: string,
    spared: string | null = null,
  ): Promise<RevokeOutcome> {
    const { devices, certificates } = await this.going(target, spared);
    const serials = certificates.map(({ serial }) => serial);
    return this.#inventory.live.changes.during(async () => {
      for (const event of formatRevocation(actor, { target, reason, serials })) await this.#context.audit.append(event);
      await this.withdraw(devices, certificates, reason, this.#context.clock.now());
      return { devices, serials, reason };
    });
  }

  /**
   * Revokes a certificate that a list names and the catalogue does not know, for it was given after an older copy that
   * was restored; does nothing where that was done before.
   *
   * @param issuer generation of the authority that signed the list
   */
  async revokeLost(serial: string, issuer: number, reason: RevocationReason, actor: string): Promise<void> {
    if ((await this.find(serial)) !== null) return;
    const { audit, clock } = this.#context;
    const now = clock.now();
    await this.#inventory.live.changes.during(async () => {
      const revocation = { target: { kind: 'serial', serial }, reason, serials: [serial] } as const;
      for (const event of formatRevocation(actor, revocation)) await audit.append(event);
      await this.withdraw([], [lostCertificate(serial, { issuer }, now)], reason, now);
    });
  }

  /**
   * What a revocation would take back, before it does.
   *
   * @throws {IdentityError} as `revoke`
   */
  async going(
    target: RevokeTarget,
    spared: string | null = null,
  ): Promise<{ readonly devices: readonly string[]; readonly certificates: readonly CertificateRow[] }> {
    const devices = this.#devicesOf(target);
    const certificates = (await this.#certificatesOf(target, new Set(devices))).filter(
      ({ serial }) => target.kind !== 'issuer' || serial !== spared,
    );
    if (devices.length === 0 && certificates.length === 0) throw nothingLeft(target);
    return { devices, certificates };
  }

  /**
   * Gives a revocation that the log has its effect: in memory, in the gateways, then in the rows.
   *
   * @param certificates as the catalogue has them, or as far as the log tells where it does not
   */
  async withdraw(
    devices: readonly string[],
    certificates: readonly CertificateRow[],
    reason: RevocationReason,
    revoked: Micros,
  ): Promise<void> {
    const serials = certificates.map(({ serial }) => serial);
    const holders = certificates.flatMap(({ holder, holder_kind: kind }) => (kind === 'device' ? [holder] : []));
    const written = this.#inventory.live.withdraw(
      { devices: new Set(devices), serials: new Set(serials) },
      new Set([...devices, ...holders]),
    );
    for (const listener of this.#listeners) listener(serials);
    await this.#write(devices, async (tx, name) => {
      const row = await this.#devices.get(tx, { name });
      if (row !== null) await this.#devices.put(tx, { ...row, status: 'revoked' }, row.sealed);
    });
    await this.#write(certificates, async (tx, row) => {
      const { serial, issuer, expires, holder, holder_kind } = row;
      await this.#certificates.put(tx, { ...row, state: 'revoked' }, null);
      const code = REVOCATION_REASONS[reason];
      await this.#revoked.put(tx, { serial, issuer, reason: code, revoked, expires, holder_kind, holder }, null);
    });
    written();
    this.tellListed(false);
  }

  /** Calls back with the serials of each revocation before its rows are written; the result ends it. */
  onRevoked(listener: (serials: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back when rows that lists are made of changed; `removed` where a hold ended. The result ends it. */
  onListed(listener: (removed: boolean) => void): () => void {
    this.#listed.add(listener);
    return () => this.#listed.delete(listener);
  }

  /** Says that rows which lists are made of changed. */
  tellListed(removed: boolean): void {
    for (const listener of this.#listed) listener(removed);
  }

  /** The keys of all certificates that are revoked for ever, as a `RevokedSet` takes them. */
  async packed(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const rows of this.pages({ reason: { not: REVOCATION_REASONS.certificateHold } })) {
      const part = packSerials(rows.map(({ serial }) => serial));
      parts.push(part);
      length += part.length;
    }
    const all = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  /** What is known of one certificate that lists call revoked; null where they do not. */
  find(serial: string): Promise<RevocationRow | null> {
    return this.#revoked.get(this.#context.catalogue, { serial });
  }

  /** What the catalogue remembers of a certificate. */
  certificate(serial: string): Promise<CertificateRow | null> {
    return this.#certificates.get(this.#context.catalogue, { serial });
  }

  /** The certificates that somebody was given and that are not revoked, oldest first. */
  certificatesFor(kind: 'device' | 'client', holder: string): Promise<readonly CertificateRow[]> {
    return this.#certificates.list(this.#context.catalogue, {
      where: { holder_kind: kind, holder, state: { not: 'revoked' } },
      order: ['created', 'serial'],
    });
  }

  /** Walks through the rows that meet conditions, in the order of their serials, a page at a time. */
  async *pages(
    where: Omit<Parameters<Revocations['count']>[0] & object, 'serial'>,
  ): AsyncGenerator<readonly RevocationRow[]> {
    const { catalogue, log } = this.#context;
    let from = '';
    for (;;) {
      // A damaged row must not make a list end early: it is named, and the others are there.
      const rows = await this.#revoked.list(catalogue, {
        where: { ...where, serial: { from } },
        limit: PAGE_ROWS,
        onDamaged: (error) => log.error({ code: error.code }, error.message),
      });
      if (rows.length > 0) yield rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE_ROWS) return;
      // Greater than it, and less than any other: a blank comes before all digits.
      from = `${last.serial} `;
    }
  }

  /** Rows that meet conditions. */
  count(where: Parameters<SealedTable<typeof REVOCATIONS.key, typeof REVOCATIONS.clear>['count']>[1]): Promise<number> {
    return this.#revoked.count(this.#context.catalogue, where);
  }

  /** Does something with each of many, so many in a transaction that it is quick and so few that others get a turn. */
  async #write<T>(items: readonly T[], step: (tx: CatalogueTransaction, item: T) => Promise<void>): Promise<void> {
    for (let at = 0; at < items.length; at += ROWS_AT_ONCE) {
      await this.#context.catalogue.transaction(async (tx) => {
        for (const item of items.slice(at, at + ROWS_AT_ONCE)) await step(tx, item);
      });
    }
  }

  /** Devices that a target puts out for ever: not those of whom only certificates are taken back. */
  #devicesOf(target: RevokeTarget): readonly string[] {
    if (target.kind === 'device') {
      const entry = this.#inventory.find(target.name);
      if (entry === null || entry.name.startsWith('_')) throw unknownDevice(target.name);
      return entry.status === 'revoked' ? [] : [entry.name];
    }
    if (target.kind !== 'type') return [];
    return this.#inventory.live
      .snapshot()
      .devices.filter(({ name, type, status }) => type === target.type && status !== 'revoked' && !name.startsWith('_'))
      .map(({ name }) => name);
  }

  async #certificatesOf(target: RevokeTarget, devices: ReadonlySet<string>): Promise<readonly CertificateRow[]> {
    const { catalogue } = this.#context;
    const counting = { state: { in: ['valid', 'suspended'] } };
    switch (target.kind) {
      case 'serial': {
        const row = await this.#certificates.get(catalogue, { serial: target.serial });
        if (row === null) throw unknownCertificate(target.serial);
        if (row.holder_kind === 'server') throw serversOwn();
        return row.state === 'revoked' ? [] : [row];
      }
      case 'device':
        return this.#certificates.list(catalogue, {
          where: { ...counting, holder_kind: 'device', holder: target.name },
        });
      case 'type': {
        const all = await this.#certificates.list(catalogue, { where: { ...counting, holder_kind: 'device' } });
        return all.filter(({ holder }) => devices.has(holder));
      }
      case 'issuer': {
        const where = { ...counting, issuer: target.generation, holder_kind: { in: ['device', 'client'] } };
        const all = await this.#certificates.list(catalogue, { where });
        return all.filter(({ holder }) => !holder.startsWith('_'));
      }
    }
  }
}

/** A certificate that the log tells of and the catalogue does not know. */
export function lostCertificate(serial: string, told: Partial<CertificateRow>, now: Micros): CertificateRow {
  return {
    serial,
    // The column is unique; what is not known must not collide.
    fingerprint: told.fingerprint ?? `unknown:${serial}`,
    holder_kind: told.holder_kind ?? 'device',
    holder: told.holder ?? '',
    issuer: told.issuer ?? 1,
    state: 'valid',
    key_digest: told.key_digest ?? null,
    created: told.created ?? now,
    // Long enough to stay in lists while anybody could hold it.
    expires: told.expires ?? micros(now + LONGEST_LIFE_US),
    sealed: null,
  };
}

const LONGEST_LIFE_US = 10 * 365 * 86_400_000_000;

function nothingLeft(target: RevokeTarget): IdentityError {
  const what = {
    device: 'the device was revoked before',
    serial: 'the certificate was revoked before',
    type: 'no device of that type is left that was not revoked',
    issuer: 'that authority has given no certificate that is good still',
  }[target.kind];
  return new IdentityError('IDENTITY_REVOCATION_INVALID', `Cannot revoke: ${what}`, { hint: 'See weir device list' });
}

function unknownCertificate(serial: string): IdentityError {
  return new IdentityError('IDENTITY_CERTIFICATE_UNKNOWN', `Cannot revoke: no certificate has the serial ${serial}`, {
    hint: 'weir device show NAME lists the serials of a device',
  });
}

function serversOwn(): IdentityError {
  return new IdentityError('IDENTITY_REVOCATION_INVALID', 'Cannot revoke: it is the platform’s own certificate', {
    hint: 'Restart the platform with other hosts for another one',
  });
}
