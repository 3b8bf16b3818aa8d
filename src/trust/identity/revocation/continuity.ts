import { canonicalJson, micros } from '#base/core/index.ts';
import type { Json, Micros } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CertificateAuthority } from '../certificate-authority.ts';
import type { ListSigner } from './revocation-lists.ts';
import type { DeviceState } from '../device-directory.ts';
import { replayEnrolments } from '../enrolment/replay-enrolments.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import { CERTIFICATES, DEVICES, REVOCATIONS, SETTINGS } from '../identity-tables.ts';
import type { DevicePrivate } from '../identity-tables.ts';
import type { Inventory } from '../inventory.ts';
import type { LoggedChanges } from '../logged-changes.ts';
import { replaySignIns } from '../people/replay-sign-ins.ts';
import { readCrl } from './crl.ts';
import { CONFIRM, emptyFold, foldEntry, isMeant, isSuspended, SUSPEND } from './log-fold.ts';
import type { LogFold, LoggedEvent, LogReplay } from './log-fold.ts';
import { REVOCATION_REASONS } from './revocation-reason.ts';
import { lostCertificate } from './revocations.ts';
import type { CertificateRow, Revocations } from './revocations.ts';
import { formatTarget } from './revoke-target.ts';
import type { RevokeTarget } from './revoke-target.ts';

/** The log as this room reads it; who keeps it is not known here. */
export interface LogHistory {
  /** Entries that it has. */
  size(): number;
  /** Entries from an index on, in their order. */
  entries(from: number): AsyncIterable<LoggedEvent>;
}

/** A later room whose rows an older catalogue or a gap in the log could bring back as well. */
export interface GapHolder {
  /** Its changes that count before they are stored; absent where none do. */
  readonly changes?: LoggedChanges;
  /** What the log says of its rows, done again. */
  replay(): LogReplay;
  /** Sets aside what was given before a gap was found, until somebody vouches for it; the same gap may come again. */
  suspend(gap: LogGap): Promise<number>;
}

/** Entries that the log once had and has no more. */
export interface LogGap {
  /** Index of the first that is missing, as far as it is known. */
  readonly from: number;
  /** Entries that the log is known to have had; null where only that it differs is known. */
  readonly to: number | null;
  /** Who knows of them: the catalogue, or a witness. */
  readonly knownBy: 'catalogue' | 'witness';
  /** When the last entry that is known of was there, at the latest; a list that is newer tells what was revoked before. */
  readonly end: Micros;
  /** When it was found; certificates that were given before are suspended. */
  readonly found: Micros;
}

/** Where the catalogue stands in the log: all entries before `index` have had their effect, and the last has this digest. */
type Marker = { readonly index: number; readonly digest: string };

const MARKER = 'log-applied';
const GAPS = 'log-gaps';
const ROWS_AT_ONCE = 256;

/**
 * Keeps revocations through restores: what the log says is done again over whatever catalogue there is, and where the
 * log itself lacks entries that once were, every certificate is suspended until somebody vouches for it, since one of
 * the lost entries may have revoked it.
 */
export class Continuity {
  readonly #context: IdentityContext;
  readonly #inventory: Inventory;
  readonly #revocations: Revocations;
  readonly #signer: ListSigner & Pick<CertificateAuthority, 'retire'>;
  readonly #settings: SealedTable<typeof SETTINGS.key, typeof SETTINGS.clear, Json>;
  readonly #certificates: SealedTable<typeof CERTIFICATES.key, typeof CERTIFICATES.clear>;
  readonly #devices: SealedTable<typeof DEVICES.key, typeof DEVICES.clear, DevicePrivate>;
  readonly #revoked: SealedTable<typeof REVOCATIONS.key, typeof REVOCATIONS.clear>;
  readonly #holders: GapHolder[] = [];
  /** One gap at a time: a witness says the same of the log again and again while the first is acted upon. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    context: IdentityContext,
    inventory: Inventory,
    revocations: Revocations,
    signer: ListSigner & Pick<CertificateAuthority, 'retire'>,
  ) {
    this.#context = context;
    this.#inventory = inventory;
    this.#revocations = revocations;
    this.#signer = signer;
    this.#settings = new SealedTable(SETTINGS, context.machines);
    this.#certificates = new SealedTable(CERTIFICATES, context.machines);
    this.#devices = new SealedTable(DEVICES, context.machines);
    this.#revoked = new SealedTable(REVOCATIONS, context.machines);
  }

  /** Has a later room kept through restores as well; before `replay`. */
  hold(holder: GapHolder): void {
    this.#holders.push(holder);
  }

  /**
   * Does again what the log says since the catalogue was last known to have it, before anybody is let in. Where the
   * log is older than the catalogue, or another, that gap is named and acted upon.
   */
  async replay(history: LogHistory): Promise<void> {
    const marker = (await this.#read(MARKER)) as Marker | null;
    const size = history.size();
    const isWhole = marker === null || (await this.#agrees(marker, history));
    const fold = emptyFold();
    const others = [
      replaySignIns(this.#context),
      replayEnrolments(this.#context),
      ...this.#holders.map((holder) => holder.replay()),
    ];
    for await (const entry of history.entries(isWhole ? (marker?.index ?? 0) : 0)) {
      foldEntry(fold, entry);
      for (const other of others) other.take(entry);
    }
    await this.#apply(fold);
    for (const other of others) await other.apply();
    await this.#inventory.reload();
    if (!isWhole && marker !== null) {
      const now = this.#context.clock.now();
      await this.suspend({
        from: Math.min(size, marker.index),
        to: marker.index,
        knownBy: 'catalogue',
        end: now,
        found: now,
      });
    }
    await this.mark(history);
  }

  /**
   * Notes that the catalogue has all that the log has, as after a replay or at the end: where no change is under way, and
   * none failed between log and rows.
   */
  async mark(history: LogHistory): Promise<void> {
    const size = history.size();
    const isOpen = this.#inventory.live.changes.isOpen || this.#holders.some(({ changes }) => changes?.isOpen === true);
    if (size === 0 || isOpen) return;
    for await (const entry of history.entries(size - 1)) {
      await this.#write(MARKER, { index: entry.index + 1, digest: digestOf(entry) });
      return;
    }
  }

  /** Gaps that were found, the newest last. */
  async gaps(): Promise<readonly LogGap[]> {
    return ((await this.#read(GAPS)) ?? []) as unknown as readonly LogGap[];
  }

  /** Certificates that wait to be confirmed. */
  suspended(): Promise<number> {
    return this.#certificates.count(this.#context.catalogue, { state: 'suspended' });
  }

  /**
   * Names a gap in the log and suspends every certificate of devices and programs that was given before it was found.
   * The same gap is acted upon once.
   *
   * @returns certificates that are suspended by it
   */
  suspend(gap: LogGap): Promise<number> {
    const done = this.#turn.then(() => this.#suspend(gap));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #suspend(gap: LogGap): Promise<number> {
    const known = await this.gaps();
    // A witness that only says that the log differs may mean the gap that is known.
    const isKnown = known.some(({ knownBy, to }) => knownBy === gap.knownBy && (gap.to === null || to === gap.to));
    if (isKnown) return 0;
    const { from, to, knownBy, end, found } = gap;
    const fold = emptyFold();
    fold.holds.push({ kind: 'suspend', before: found });
    const changed = await this.#inventory.live.changes.during(async () => {
      await this.#context.audit.append({
        actor: 'weir:control',
        action: SUSPEND,
        resource: 'certificate:*',
        outcome: 'done',
        reason: 'log-gap',
        detail: { before: found, from, knownBy, end, ...(to === null ? {} : { to }) },
      });
      const suspended = await this.#applyHolds(fold);
      for (const holder of this.#holders) await holder.suspend(gap);
      // Last: a crash before leaves the gap to be found again.
      await this.#write(GAPS, [...known, gap] as unknown as Json);
      return suspended;
    });
    await this.#inventory.reload();
    this.#revocations.tellListed(true);
    return changed;
  }

  /**
   * Vouches for suspended certificates: they are good again.
   *
   * @returns how many
   * @throws {IdentityError} IDENTITY_REVOCATION_INVALID if none of them is suspended
   */
  async confirm(target: RevokeTarget, actor: string): Promise<number> {
    const waiting = (await this.#suspendedRows()).filter((row) => isMeant(row, target, (name) => this.#typeOf(name)));
    if (waiting.length === 0) {
      throw new IdentityError(
        'IDENTITY_REVOCATION_INVALID',
        'Cannot confirm: none of these certificates is suspended',
        {
          hint: 'weir device list shows which devices wait',
        },
      );
    }
    await this.#release(target, waiting, actor);
    return waiting.length;
  }

  /**
   * Vouches for all suspended certificates of an authority by a list that it signed after the gap: what stands in it is
   * revoked, all others are good.
   *
   * @param der untrusted
   * @throws {IdentityError} IDENTITY_DER_INVALID, IDENTITY_REVOCATION_INVALID if it is not ours, a delta, or too old
   */
  async confirmByList(der: Uint8Array, actor: string): Promise<{ confirmed: number; revoked: number }> {
    const { issuers } = this.#signer;
    const list = readCrl(
      der,
      issuers.map(({ certificate }) => certificate),
    );
    const generation = list === null ? undefined : issuers[list.issuer]?.generation;
    if (list === null || generation === undefined) throw refusedList('it is signed by none of our issuing authorities');
    if (list.isDelta) throw refusedList('it is a delta: only a whole list says all that was revoked');
    const gaps = await this.gaps();
    if (gaps.length === 0) throw refusedList('there is no gap in the log');
    if (gaps.some(({ end }) => list.thisUpdate < end)) throw refusedList('it is older than the gap');
    if (list.entries.some(({ reason }) => reason === 'certificateHold')) {
      throw refusedList('it was made while certificates were suspended, so it cannot say which are good');
    }
    let revoked = 0;
    for (const { serial, reason } of list.entries) {
      const row = await this.#certificates.get(this.#context.catalogue, { serial });
      if (row?.state === 'revoked') continue;
      if (row === null) await this.#revocations.revokeLost(serial, generation, reason, actor);
      else {
        await this.#revocations.revoke({ kind: 'serial', serial }, reason, actor);
        revoked += 1;
      }
    }
    const waiting = (await this.#suspendedRows()).filter(({ issuer }) => issuer === generation);
    await this.#release({ kind: 'issuer', generation }, waiting, actor, list.number);
    return { confirmed: waiting.length, revoked };
  }

  /** Whether the log still has the entry that the catalogue last saw. */
  async #agrees({ index, digest }: Marker, history: LogHistory): Promise<boolean> {
    if (history.size() < index) return false;
    for await (const entry of history.entries(index - 1)) return digestOf(entry) === digest;
    return false;
  }

  async #apply(fold: LogFold): Promise<void> {
    const { catalogue, clock } = this.#context;
    const rows = await this.#devices.list(catalogue, { onDamaged: () => {} });
    await this.#inBatches(rows, async (tx, row) => {
      const isOut =
        fold.revokedDevices.has(row.name) ||
        (fold.revokedTypes.get(row.type) ?? Number.NEGATIVE_INFINITY) >= row.created;
      const current = row.status as DeviceState;
      const status = current === 'revoked' || isOut ? 'revoked' : (fold.states.get(row.name) ?? current);
      const speaksFor = fold.speaksFor.get(row.name) ?? row.sealed.speaksFor;
      const isSame = status === current && speaksFor.join(' ') === row.sealed.speaksFor.join(' ');
      if (!isSame && !row.name.startsWith('_'))
        await this.#devices.put(tx, { ...row, status }, { ...row.sealed, speaksFor });
    });
    for (const [serial, { reason, at }] of fold.revoked) {
      const [row, listed] = [await this.#certificates.get(catalogue, { serial }), await this.#revocations.find(serial)];
      const isDone =
        row?.state === 'revoked' && listed !== null && listed.reason !== REVOCATION_REASONS.certificateHold;
      if (isDone) continue;
      const certificate = row ?? lostCertificate(serial, fold.given.get(serial) ?? {}, clock.now());
      await this.#revocations.withdraw([], [certificate], reason, at);
    }
    if (fold.holds.length > 0) await this.#applyHolds(fold);
    await this.#applyRetired(fold);
  }

  /** Those below first, as they were ended; the last of its kind stays, for without it nothing can be signed. */
  async #applyRetired({ retired }: LogFold): Promise<void> {
    for (const [name, at] of retired) {
      const [, role, generation] = /^(issuing|root):([1-9][0-9]{0,8})$/.exec(name) ?? [];
      if (role === 'issuing' || role === 'root') await this.#signer.retire(role, Number(generation), at);
    }
  }

  /** @returns certificates that are suspended now and were not */
  async #applyHolds({ holds }: LogFold): Promise<number> {
    const where = { state: { in: ['valid', 'suspended'] }, holder_kind: { in: ['device', 'client'] } };
    const rows = await this.#certificates.list(this.#context.catalogue, { where });
    const types = new Map(
      (await this.#devices.list(this.#context.catalogue, { onDamaged: () => {} })).map(({ name, type }) => [
        name,
        type,
      ]),
    );
    const wanted = rows.map((row) => isSuspended(row, holds, (name) => types.get(name) ?? null));
    const changed = rows.filter((row, at) => (row.state === 'suspended') !== wanted[at]);
    await this.#setHeld(
      changed.filter(({ state }) => state === 'valid'),
      true,
    );
    await this.#setHeld(
      changed.filter(({ state }) => state === 'suspended'),
      false,
    );
    return changed.filter(({ state }) => state === 'valid').length;
  }

  async #setHeld(rows: readonly CertificateRow[], isHeld: boolean): Promise<void> {
    const revoked = this.#context.clock.now();
    await this.#inBatches(rows, async (tx, row) => {
      const { serial, issuer, expires, holder, holder_kind } = row;
      await this.#certificates.put(tx, { ...row, state: isHeld ? 'suspended' : 'valid' }, null);
      const reason = REVOCATION_REASONS.certificateHold;
      if (isHeld) await this.#revoked.put(tx, { serial, issuer, reason, revoked, expires, holder, holder_kind }, null);
      else await this.#revoked.delete(tx, { serial });
    });
  }

  async #release(
    target: RevokeTarget,
    rows: readonly CertificateRow[],
    actor: string,
    list: number | null = null,
  ): Promise<void> {
    const detail = { count: rows.length, ...(list === null ? {} : { list }) };
    await this.#inventory.live.changes.during(async () => {
      const event = { actor, action: CONFIRM, resource: formatTarget(target), outcome: 'done', detail } as const;
      await this.#context.audit.append(event);
      await this.#setHeld(rows, false);
    });
    await this.#inventory.reload();
    this.#revocations.tellListed(true);
  }

  #suspendedRows(): Promise<readonly CertificateRow[]> {
    return this.#certificates.list(this.#context.catalogue, { where: { state: 'suspended' } });
  }

  #typeOf(name: string): string | null {
    return this.#inventory.find(name)?.type ?? null;
  }

  async #inBatches<T>(
    items: readonly T[],
    step: (tx: Parameters<Parameters<IdentityContext['catalogue']['transaction']>[0]>[0], item: T) => Promise<void>,
  ): Promise<void> {
    for (let at = 0; at < items.length; at += ROWS_AT_ONCE) {
      await this.#context.catalogue.transaction(async (tx) => {
        for (const item of items.slice(at, at + ROWS_AT_ONCE)) await step(tx, item);
      });
    }
  }

  async #read(name: string): Promise<Json> {
    return (await this.#settings.get(this.#context.catalogue, { name }))?.sealed ?? null;
  }

  async #write(name: string, value: Json): Promise<void> {
    await this.#settings.put(this.#context.catalogue, { name }, value);
  }
}

function digestOf({ time, event }: LoggedEvent): string {
  return sha256Hex(canonicalJson({ time: micros(time), event: event as unknown as Json }));
}

function refusedList(why: string): IdentityError {
  return new IdentityError('IDENTITY_REVOCATION_INVALID', `Cannot confirm by this list: ${why}`, {
    hint: 'Take the newest whole list that somebody fetched before the restore',
  });
}
