import type { Json, Micros } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { CatalogueTransaction, RowSealer } from '#base/storage/index.ts';
import type { Expired } from './ports.ts';
import { handlesOf } from './segment-catalogue.ts';
import type { Segment } from './segment.ts';

/** Readings of one segment that went because they are kept no longer, or because somebody asked for it. */
export interface Erasure {
  /** The segment that held them. */
  readonly segment: string;
  readonly stream: string;
  readonly rows: number;
  /** They were received before this (epoch microseconds). */
  readonly keptFrom: number;
  /** The request of a person that they went by; absent where it was their age. */
  readonly request?: string;
  /** Object of the segment, and its hex SHA-256. */
  readonly objectKey: string;
  readonly digest: string;
  /** Keys that opened it. */
  readonly handles: readonly string[];
  /** When queries saw them last (epoch microseconds). */
  readonly at: number;
}

/** What is sealed of one. */
type Sealed = Pick<Erasure, 'rows' | 'keptFrom' | 'request' | 'objectKey' | 'digest' | 'handles'>;

/** `certificate` is null until the keys are shredded and somebody has looked. */
const ERASURES = {
  name: 'store_erasure',
  key: { segment: 'text' },
  clear: { stream: 'text', at: 'integer', certificate: 'text?' },
  // The tag vouches that it is what `note` put there.
  sealed: (value: Json) => value,
  indexes: [['certificate']],
} as const;

/** Signed statements of what went, and where was looked for it. */
const CERTIFICATES = {
  name: 'store_erasure_certificate',
  key: { id: 'text' },
  clear: { at: 'integer' },
  sealed: (value: Json) => value as string,
} as const;

export const ERASURE_TABLES: readonly string[] = [...sealedTableSql(ERASURES), ...sealedTableSql(CERTIFICATES)];

/** Backups that a certificate names as not confirmed, and its digest, until an addendum says that they did. */
const UNCONFIRMED = {
  name: 'store_erasure_unconfirmed',
  key: { certificate: 'text', target: 'text' },
  clear: { at: 'integer', digest: 'text' },
} as const;

/** Signed statements of what came about after a certificate. */
const ADDENDA = {
  name: 'store_erasure_addendum',
  key: { id: 'text' },
  clear: { certificate: 'text', at: 'integer' },
  sealed: (value: Json) => value as string,
  indexes: [['certificate']],
} as const;

export const ADDENDUM_TABLES: readonly string[] = [...sealedTableSql(UNCONFIRMED), ...sealedTableSql(ADDENDA)];

/** A backup that a certificate names as not confirmed. */
export interface Unconfirmed {
  readonly certificate: string;
  /** Hex SHA-256 of what the certificate states, and when that was. */
  readonly digest: string;
  readonly at: number;
  readonly target: string;
}

/** A certificate, or an addendum to one. */
export interface CertificateEntry {
  readonly id: string;
  readonly at: number;
  /** The certificate that it is an addendum to; null for a certificate. */
  readonly amends: string | null;
}

/** What went, until it is proven, and the proofs. Each method is to be called within a transaction. */
export class Erasures {
  readonly #erasures: SealedTable<typeof ERASURES.key, typeof ERASURES.clear, Json>;
  readonly #certificates: SealedTable<typeof CERTIFICATES.key, typeof CERTIFICATES.clear, string>;
  readonly #unconfirmed: SealedTable<typeof UNCONFIRMED.key, typeof UNCONFIRMED.clear>;
  readonly #addenda: SealedTable<typeof ADDENDA.key, typeof ADDENDA.clear, string>;

  constructor(sealer: RowSealer) {
    this.#erasures = new SealedTable(ERASURES, sealer);
    this.#certificates = new SealedTable(CERTIFICATES, sealer);
    this.#unconfirmed = new SealedTable(UNCONFIRMED, sealer);
    this.#addenda = new SealedTable(ADDENDA, sealer);
  }

  /** Notes that readings of a segment go; repeated, it changes nothing. */
  async note(tx: CatalogueTransaction, segment: Segment, expired: Expired, at: Micros): Promise<void> {
    if ((await this.#erasures.get(tx, { segment: segment.id })) !== null) return;
    const { objectKey, digest } = segment;
    const sealed = {
      rows: expired.rows,
      keptFrom: expired.keptFrom,
      ...(expired.request === undefined ? {} : { request: expired.request }),
      objectKey,
      digest,
      handles: handlesOf(segment),
    };
    const clear = { segment: segment.id, stream: expired.stream, at, certificate: null };
    await this.#erasures.insert(tx, clear, sealed);
  }

  /** Those without a certificate: of one request, or of all that went by their age. */
  async open(tx: CatalogueTransaction, request?: string): Promise<readonly Erasure[]> {
    const rows = await this.#erasures.list(tx, { where: { certificate: null } });
    return rows
      .map(({ segment, stream, at, sealed }) => ({ segment, stream, at, ...(sealed as unknown as Sealed) }))
      .filter((erasure) => erasure.request === request);
  }

  /** @param certificate with its digest, and the backups that it names as not confirmed */
  async certify(
    tx: CatalogueTransaction,
    erasures: readonly Erasure[],
    certificate: {
      readonly id: string;
      readonly text: string;
      readonly at: Micros;
      readonly digest: string;
      readonly unconfirmed: readonly string[];
    },
  ): Promise<void> {
    const { id, text, at, digest, unconfirmed } = certificate;
    await this.#certificates.insert(tx, { id, at }, text);
    for (const target of unconfirmed) await this.#unconfirmed.insert(tx, { certificate: id, target, at, digest }, null);
    for (const { segment } of erasures) {
      const row = await this.#erasures.get(tx, { segment });
      if (row === null) continue;
      const { sealed, ...clear } = row;
      await this.#erasures.put(tx, { ...clear, certificate: id }, sealed);
    }
  }

  /** What certificates still name as not confirmed. */
  async unconfirmed(tx: CatalogueTransaction): Promise<readonly Unconfirmed[]> {
    const rows = await this.#unconfirmed.list(tx);
    return rows.map(({ certificate, target, at, digest }) => ({ certificate, target, at, digest }));
  }

  /** Adds to a certificate that some of these confirmed. */
  async amend(
    tx: CatalogueTransaction,
    certificate: string,
    targets: readonly string[],
    { id, text, at }: { readonly id: string; readonly text: string; readonly at: Micros },
  ): Promise<void> {
    await this.#addenda.insert(tx, { id, certificate, at }, text);
    for (const target of targets) await this.#unconfirmed.delete(tx, { certificate, target });
  }

  /** The newest certificates and addenda first. */
  async certificates(tx: CatalogueTransaction, limit: number): Promise<readonly CertificateEntry[]> {
    const newest = { order: ['at'], descending: true, limit } as const;
    const [made, added] = [await this.#certificates.list(tx, newest), await this.#addenda.list(tx, newest)];
    const all = [
      ...made.map(({ id, at }) => ({ id, at, amends: null })),
      ...added.map(({ id, at, certificate }) => ({ id, at, amends: certificate })),
    ];
    return all.sort((a, b) => b.at - a.at).slice(0, limit);
  }

  /** The text of a certificate or an addendum, or null. */
  async certificate(tx: CatalogueTransaction, id: string): Promise<string | null> {
    const found = (await this.#certificates.get(tx, { id })) ?? (await this.#addenda.get(tx, { id }));
    return found?.sealed ?? null;
  }

  /** Addenda to a certificate, the oldest first. */
  async addenda(
    tx: CatalogueTransaction,
    certificate: string,
  ): Promise<readonly { readonly id: string; readonly at: number; readonly text: string }[]> {
    const rows = await this.#addenda.list(tx, { where: { certificate }, order: ['at', 'id'] });
    return rows.map(({ id, at, sealed }) => ({ id, at, text: sealed }));
  }
}
