import { MacKey } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { Values } from '#base/storage/index.ts';
import { KeysError } from './errors.ts';
import type { KeyContext } from './key-context.ts';
import { PURPOSE_KEYS } from './key-tables.ts';
import { remember } from './remember.ts';

/** A key for digests and its version, which is stored beside each digest. */
export interface PurposeKey {
  readonly version: number;
  readonly key: MacKey;
}

/** Keys by whose digests things are found. Live: a rotation shows at the next look. */
export interface FindingKeys {
  /** Makes new digests. */
  readonly newest: PurposeKey;
  /** Every version that opens, the newest first: something may still stand under an older one. */
  readonly all: readonly PurposeKey[];
}

/** A version of a digest key as the catalogue has it. */
export type PurposeVersion = Values<typeof PURPOSE_KEYS.key> & Values<typeof PURPOSE_KEYS.clear>;

/**
 * `statement`, `content`, `refusal`, `person-name`, `device-serial`, `token:<domain>`: what a digest key may be called. Those
 * of `shown:<domain>` make no digests: tokens are shown under them.
 */
const PURPOSE = /^[a-z][a-z-]{0,31}(?::[A-Za-z0-9_-]{1,64})?$/;

/** Digests under these are looked things up by: under a new key nothing would be found. */
const FINDS_BY_DIGEST: readonly string[] = ['person-name', 'device-serial'];

/** What the keys are called under which tokens are shown. */
export const SHOWN = 'shown:';

const NOTHING = new Uint8Array(0);

/** HMAC keys by purpose: digests of statements, contents and names that say nothing to who lacks the key. */
export class PurposeKeys {
  readonly #context: KeyContext;
  readonly #table: SealedTable<typeof PURPOSE_KEYS.key, typeof PURPOSE_KEYS.clear>;
  readonly #open = new Map<string, Promise<PurposeKey>>();
  readonly #finding = new Map<string, Promise<{ newest: PurposeKey; all: readonly PurposeKey[] }>>();

  constructor(context: KeyContext) {
    this.#context = context;
    this.#table = new SealedTable(PURPOSE_KEYS, context.sealer);
  }

  /** The newest key of a purpose; the first is made, logged and stored before this resolves. */
  newest(purpose: string): Promise<PurposeKey> {
    if (!PURPOSE.test(purpose)) {
      throw new KeysError(
        'KEYS_NAME_INVALID',
        `Cannot use digest key: ${JSON.stringify(purpose.slice(0, 80))} is no purpose`,
      );
    }
    return remember(this.#open, purpose, async () => {
      const row = (await this.#versions(purpose)).find(({ state }) => state === 'active');
      return row === undefined ? this.#make('weir:control', purpose) : this.#opened(row);
    });
  }

  /** Keys of a purpose by whose digests things are found. */
  finding(purpose: string): Promise<FindingKeys> {
    return remember(this.#finding, purpose, () => this.#findingNow(purpose));
  }

  /** The key of an older version, for digests that were made with it; null where it was destroyed or never was. */
  async version(purpose: string, version: number): Promise<PurposeKey | null> {
    const row = await this.#table.get(this.#context.catalogue, { purpose, version });
    return row === null || row.state === 'destroyed' ? null : this.#opened(row);
  }

  /** Every version whose purpose begins so and that was not destroyed, the newest of each purpose first. */
  async family(
    prefix: string,
  ): Promise<readonly (PurposeKey & { readonly purpose: string; readonly state: string })[]> {
    const rows = (await this.list()).filter(
      ({ purpose, state }) => purpose.startsWith(prefix) && state !== 'destroyed',
    );
    rows.sort((a, b) => (a.purpose < b.purpose ? -1 : a.purpose > b.purpose ? 1 : b.version - a.version));
    // Of an older copy of the catalogue some may be shredded: they are as destroyed.
    const live = rows.filter(({ purpose, version, epoch, wrap }) => this.#context.epochs.open(epoch, nameOf(purpose, version), wrap) !== null); // prettier-ignore
    return Promise.all(
      live.map(async (row) => ({ ...(await this.#opened(row)), purpose: row.purpose, state: row.state })),
    );
  }

  /** All versions, destroyed ones too. */
  list(): Promise<readonly PurposeVersion[]> {
    return this.#table.list(this.#context.catalogue);
  }

  /**
   * Makes the next version and retires the ones before, in one transaction. Digests of before stand under their own
   * version. Logged first.
   *
   * @throws {KeysError} KEYS_UNKNOWN
   */
  async rotate(actor: string, purpose: string): Promise<number> {
    const versions = await this.#versions(purpose);
    if (versions.length === 0 && !purpose.startsWith(SHOWN)) throw unknown(purpose);
    const made = await this.#make(actor, purpose, versions);
    this.#open.set(purpose, Promise.resolve(made));
    await this.#refind(purpose);
    return made.version;
  }

  /** Retires a version without a next one: that is made when a digest is to be made. Logged first. */
  async retire(actor: string, { purpose, version }: PurposeVersion): Promise<void> {
    await this.#context.log.retired(actor, RESOURCE, [nameOf(purpose, version)]);
    await this.#set(purpose, version, (row) => ({ ...row, state: 'retired' }));
    this.#open.delete(purpose);
    await this.#refind(purpose);
  }

  /** Wipes a version: digests made with it can never be made again. Logged first. */
  async destroy(actor: string, { purpose, version }: PurposeVersion): Promise<void> {
    await this.#context.log.destroyed(actor, RESOURCE, [nameOf(purpose, version)]);
    await this.#set(purpose, version, (row) => ({ ...row, state: 'destroyed', wrap: NOTHING }));
    this.#open.delete(purpose);
    await this.#refind(purpose);
  }

  async #findingNow(purpose: string): Promise<{ newest: PurposeKey; all: readonly PurposeKey[] }> {
    const newest = await this.newest(purpose);
    const rows = (await this.#versions(purpose)).filter(({ state }) => state !== 'destroyed');
    return { newest, all: await Promise.all(rows.map((row) => this.#opened(row))) };
  }

  /** Whoever holds keys to find by sees the change. */
  async #refind(purpose: string): Promise<void> {
    const live = await this.#finding.get(purpose);
    if (live !== undefined) Object.assign(live, await this.#findingNow(purpose));
  }

  async #versions(purpose: string): Promise<readonly PurposeVersion[]> {
    const { catalogue } = this.#context;
    return this.#table.list(catalogue, { where: { purpose }, order: ['version'], descending: true });
  }

  async #opened({ purpose, version, epoch, wrap }: PurposeVersion): Promise<PurposeKey> {
    const { custody, epochs } = this.#context;
    const name = nameOf(purpose, version);
    const inner = epochs.open(epoch, name, wrap);
    if (inner === null) throw new KeysError('KEYS_UNKNOWN', `Cannot open key ${name}: its epoch was destroyed`);
    return { version, key: MacKey.fromBytes(await custody.open(name, inner)) };
  }

  async #make(actor: string, purpose: string, before: readonly PurposeVersion[] = []): Promise<PurposeKey> {
    const { catalogue, clock, custody, epochs, log, random } = this.#context;
    const last = before.length > 0 ? before : await this.#versions(purpose);
    // Version 1 of what is shown is what is stored: there is no key to it.
    const version = (last[0]?.version ?? (purpose.startsWith(SHOWN) ? 1 : 0)) + 1;
    const retiring = last.filter(({ state }) => state === 'active');
    const name = nameOf(purpose, version);
    await log.created(actor, RESOURCE, [name]);
    if (retiring.length > 0) {
      const names = retiring.map((old) => nameOf(old.purpose, old.version));
      await log.retired(actor, RESOURCE, names);
    }
    const material = random.bytes(32);
    const inner = await custody.seal(name, material);
    await catalogue.transaction(async (tx) => {
      const row = { purpose, version, state: 'active', created: clock.now() };
      await this.#table.insert(tx, { ...row, epoch: epochs.current, wrap: epochs.seal(name, inner) }, null);
      for (const old of retiring) {
        const now = await this.#table.get(tx, { purpose: old.purpose, version: old.version });
        if (now !== null) await this.#table.put(tx, { ...now, state: 'retired' }, null);
      }
    });
    return { version, key: MacKey.fromBytes(material) };
  }

  #set(purpose: string, version: number, change: (row: PurposeVersion) => PurposeVersion): Promise<void> {
    return this.#context.catalogue.transaction(async (tx) => {
      const row = await this.#table.get(tx, { purpose, version });
      if (row !== null) await this.#table.put(tx, change(row), null);
    });
  }
}

const RESOURCE = 'keys:digest';

/** What custody and epoch know a version by. */
export function nameOfPurpose({ purpose, version }: Values<typeof PURPOSE_KEYS.key>): string {
  return nameOf(purpose, version);
}

function nameOf(purpose: string, version: number): string {
  return `purpose:${purpose}:${version}`;
}

/** @throws {KeysError} KEYS_VERSION_NEEDED where things are found or joined by digests that nobody makes again */
export function requireRotatable(purpose: string): void {
  if (purpose.startsWith('token:')) {
    const message = `Cannot rotate digest key ${purpose}: rows under its next version would not join with those of now`;
    throw new KeysError('KEYS_VERSION_NEEDED', message, {
      hint: `Rotate what its tokens are shown under: npm run -s weir -- keys rotate token ${purpose.slice('token:'.length)}`,
    });
  }
  if (!FINDS_BY_DIGEST.includes(purpose)) return;
  throw new KeysError('KEYS_VERSION_NEEDED', `Cannot rotate digest key ${purpose}: entries are found by its digests`, {
    hint: 'Leave it: its digests are no secrets without the catalogue and its row key',
  });
}

function unknown(purpose: string): KeysError {
  return new KeysError('KEYS_UNKNOWN', `Cannot rotate digest key ${purpose.slice(0, 80)}: there is none`, {
    hint: 'See npm run -s weir -- keys list',
  });
}
