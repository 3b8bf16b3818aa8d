import type { Json, Micros } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, CatalogueTransaction, RowSealer } from '#base/storage/index.ts';
import type { StoredPlace } from './subject-places.ts';

export const REQUEST_KINDS = ['erase', 'restrict', 'rectify', 'export'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/**
 * How far a request has come: `open` while something is left to do, `standing` for a restriction until it is lifted, then
 * `done` or `lifted`.
 */
export type RequestState = 'open' | 'standing' | 'done' | 'lifted';

/** A request of a person about what is kept of them. Times in epoch microseconds. */
export interface SubjectRequest {
  readonly id: string;
  readonly kind: RequestKind;
  readonly state: RequestState;
  readonly received: Micros;
  /** When it has to be answered at the latest. */
  readonly due: Micros;
  readonly finished: Micros | null;
  /** Of the erasure. */
  readonly certificate: string | null;
  /** Pseudonymous id of the person, as in the log. */
  readonly person: string;
  /** Whether later readings about the person are taken. */
  readonly again: 'refuse' | 'allow';
  /** What the person is called where; once all is done digests and tokens alone. */
  readonly places: readonly StoredPlace[];
  /** What kept the last attempt from its end. */
  readonly problem: string | null;
  /** When everything that is on this machine was written anew without the person, and journal files were ended before. */
  readonly rewritten: { readonly turned: Micros; readonly at: Micros } | null;
  /** What went, by where it was; for a rectification, what was corrected. */
  readonly erased: Readonly<Record<string, number>>;
  /** Of a rectification. */
  readonly change?: Rectification;
  /** When which devices sent readings about the person, once that was looked for and until all is done. */
  readonly spans?: readonly RequestSpan[];
}

/** Times of readings of a device, epoch microseconds, both ends included. */
export interface RequestSpan {
  readonly stream: string;
  readonly device: string;
  readonly from: number;
  readonly to: number;
}

/** How readings about a person are to be corrected. */
export interface Rectification {
  readonly stream: string;
  /** The value of each column; null once it is not known any more, as when all is done or an older catalogue came back. */
  readonly values: readonly { readonly column: string; readonly value: string | number | boolean | null }[] | null;
  /** Times of the readings in epoch microseconds, the last left out; null at an end that is open. */
  readonly from: Micros | null;
  readonly to: Micros | null;
}

type Sealed = Pick<
  SubjectRequest,
  'person' | 'again' | 'places' | 'problem' | 'rewritten' | 'erased' | 'change' | 'spans'
>;

const REQUESTS = {
  name: 'rights_request',
  key: { id: 'text' },
  clear: {
    kind: 'text',
    state: 'text',
    received: 'integer',
    due: 'integer',
    finished: 'integer?',
    certificate: 'text?',
  },
  // The tag vouches that it is what `put` stored.
  sealed: (value: Json) => value,
  indexes: [['state']],
} as const;

/** Place in the log up to which it was replayed. */
const MARKS = { name: 'rights_mark', key: { name: 'text' }, clear: { value: 'integer' } } as const;

export const PRIVACY_SCHEMA: CatalogueSchema = {
  room: 'rights',
  migrations: [[...sealedTableSql(REQUESTS), ...sealedTableSql(MARKS)]],
};

/** Requests of persons, sealed with what is kept about people. */
export class RequestBook {
  readonly #catalogue: Catalogue;
  readonly #requests: SealedTable<typeof REQUESTS.key, typeof REQUESTS.clear, Json>;
  readonly #marks: SealedTable<typeof MARKS.key, typeof MARKS.clear>;

  private constructor(catalogue: Catalogue, sealer: RowSealer) {
    this.#catalogue = catalogue;
    this.#requests = new SealedTable(REQUESTS, sealer);
    this.#marks = new SealedTable(MARKS, sealer);
  }

  static async open(catalogue: Catalogue, sealer: RowSealer): Promise<RequestBook> {
    await catalogue.migrate(PRIVACY_SCHEMA);
    return new RequestBook(catalogue, sealer);
  }

  /** All, the oldest first. */
  async list(): Promise<readonly SubjectRequest[]> {
    const rows = await this.#requests.list(this.#catalogue, { order: ['received', 'id'] });
    return rows.map(({ sealed, ...clear }) => ({ ...clear, ...(sealed as unknown as Sealed) }) as SubjectRequest);
  }

  /** Stores a request, or how far it has come. */
  put(request: SubjectRequest): Promise<void> {
    return this.#catalogue.transaction((tx) => this.putWithin(tx, request));
  }

  /** The same as part of another change. */
  async putWithin(tx: CatalogueTransaction, request: SubjectRequest): Promise<void> {
    const { person, again, places, problem, rewritten, erased, change, spans, ...clear } = request;
    const sealed = {
      person,
      again,
      places,
      problem,
      rewritten,
      erased,
      ...(change && { change }),
      ...(spans && { spans }),
    };
    await this.#requests.put(tx, clear, sealed as unknown as Json);
  }

  /** Entries of the log before this one were replayed. */
  async mark(): Promise<number> {
    return (await this.#marks.get(this.#catalogue, { name: 'log' }))?.value ?? 0;
  }

  setMark(value: number): Promise<void> {
    return this.#catalogue.transaction((tx) => this.#marks.put(tx, { name: 'log', value }, null));
  }
}
