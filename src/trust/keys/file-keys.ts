import { micros } from '#base/core/index.ts';
import { makeId } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { DomainKeys } from './domain-keys.ts';
import { takeKey } from './epoch-keys.ts';
import type { KeyContext } from './key-context.ts';
import type { KeyUse } from './key-log.ts';
import { FILE_KEYS } from './key-tables.ts';

/** What a file key is for. */
export type FileKind = 'journal' | 'quarantine' | 'watch' | 'windows';

/** The key of one file of one process start; the id sorts by time of making and never comes twice. */
export interface FileKey {
  readonly fileId: string;
  readonly key: AeadKey;
}

/** File keys belong to no stream: a journal file holds batches of many. */
export const NO_STREAM = '';

/** Keys of journal and quarantine files, made ahead so that a stopped log does not stop the gateway. */
export class FileKeys {
  readonly #context: KeyContext;
  readonly #domains: DomainKeys;
  readonly #table: SealedTable<typeof FILE_KEYS.key, typeof FILE_KEYS.clear>;
  #lastMs = 0;

  constructor(context: KeyContext, domains: DomainKeys) {
    this.#context = context;
    this.#domains = domains;
    this.#table = new SealedTable(FILE_KEYS, context.sealer);
  }

  async make(actor: string, kind: FileKind, count: number): Promise<readonly FileKey[]> {
    const { catalogue, clock, epochs, log, random } = this.#context;
    const ids = Array.from({ length: count }, () => this.#nextId());
    await log.created(actor, `keys:${kind}`, ids);
    await this.#domains.active(NO_STREAM, kind);
    const made = ids.map((id) => ({ id, material: random.bytes(32) }));
    // Stored before they are handed out: what a gateway acknowledges under them must open after a crash. Wrapped within
    // the transaction, so that none is stored under a version or an epoch that has ended meanwhile.
    await catalogue.transaction(async (tx) => {
      for (const { id, material } of made) {
        const { version, wrap } = this.#domains.wrapNow(NO_STREAM, kind, id, material);
        const row = { id, kind, domain_version: version, created: clock.now(), epoch: epochs.current };
        await this.#table.insert(tx, { ...row, wrap: epochs.seal(id, wrap) }, null);
      }
    });
    return made.map(({ id, material }) => ({ fileId: id, key: takeKey(material) }));
  }

  async open(use: KeyUse, ids: readonly string[]): Promise<ReadonlyMap<string, AeadKey>> {
    const { catalogue, epochs, log } = this.#context;
    await log.used(use, ids);
    const keys = new Map<string, AeadKey>();
    for (const id of ids) {
      const row = await this.#table.get(catalogue, { id });
      const inner = row && epochs.open(row.epoch, id, row.wrap);
      const material = inner && (await this.#domains.unwrap(NO_STREAM, row.kind, row.domain_version, id, inner));
      if (material !== null) keys.set(id, takeKey(material));
    }
    return keys;
  }

  async list(kind: FileKind): Promise<readonly string[]> {
    return (await this.#table.list(this.#context.catalogue, { where: { kind } })).map(({ id }) => id);
  }

  async remove(actor: string, ids: readonly string[]): Promise<void> {
    const { catalogue, log } = this.#context;
    await log.destroyed(actor, 'keys:file', ids);
    await catalogue.transaction(async (tx) => {
      for (const id of ids) await this.#table.delete(tx, { id });
    });
  }

  /** One millisecond apart, so that ids sort in the order they were made in, also when the clock steps back. */
  #nextId(): string {
    const { clock, random } = this.#context;
    this.#lastMs = Math.max(Math.floor(clock.now() / 1_000), this.#lastMs + 1);
    const now = micros(this.#lastMs * 1_000);
    return makeId({ now: () => now, monotonicMs: () => clock.monotonicMs() }, random);
  }
}
