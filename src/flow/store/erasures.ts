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

/** What went, until it is proven, and the proofs. Each method is to be called within a transaction. */
export class Erasures {
  readonly #erasures: SealedTable<typeof ERASURES.key, typeof ERASURES.clear, Json>;
  readonly #certificates: SealedTable<typeof CERTIFICATES.key, typeof CERTIFICATES.clear, string>;

  constructor(sealer: RowSealer) {
    this.#erasures = new SealedTable(ERASURES, sealer);
    this.#certificates = new SealedTable(CERTIFICATES, sealer);
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

  async certify(
    tx: CatalogueTransaction,
    erasures: readonly Erasure[],
    certificate: { readonly id: string; readonly text: string; readonly at: Micros },
  ): Promise<void> {
    const { id, text, at } = certificate;
    await this.#certificates.insert(tx, { id, at }, text);
    for (const { segment } of erasures) {
      const row = await this.#erasures.get(tx, { segment });
      if (row === null) continue;
      const { sealed, ...clear } = row;
      await this.#erasures.put(tx, { ...clear, certificate: id }, sealed);
    }
  }

  /** The newest certificates first: id and time. */
  async certificates(tx: CatalogueTransaction, limit: number): Promise<readonly { id: string; at: number }[]> {
    const rows = await this.#certificates.list(tx, { order: ['at'], descending: true, limit });
    return rows.map(({ id, at }) => ({ id, at }));
  }

  /** The text of a certificate, or null. */
  async certificate(tx: CatalogueTransaction, id: string): Promise<string | null> {
    return (await this.#certificates.get(tx, { id }))?.sealed ?? null;
  }
}
