import { encodeUtf8 } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { pooledRandom, unwrapKey, wrapKey } from '#base/crypto/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction, Values } from '#base/storage/index.ts';
import { takeKey } from './epoch-keys.ts';
import type { KeyContext } from './key-context.ts';
import { KeysError } from './errors.ts';
import { DOMAIN_KEYS } from './key-tables.ts';
import { remember } from './remember.ts';

/** A wrap and the version of the domain key that made it. */
export interface DomainWrap {
  readonly version: number;
  readonly wrap: Uint8Array;
}

/** A version of a domain key as the catalogue has it. */
export type DomainVersion = Values<typeof DOMAIN_KEYS.key> & Values<typeof DOMAIN_KEYS.clear>;

interface Active {
  readonly version: number;
  readonly key: AeadKey;
}

const NOTHING = new Uint8Array(0);

/** Keys of streams and class domains: each wraps the data keys of its own. Held in memory once opened. */
export class DomainKeys {
  readonly #context: KeyContext;
  readonly #nonces: Random;
  readonly #table: SealedTable<typeof DOMAIN_KEYS.key, typeof DOMAIN_KEYS.clear>;
  readonly #open = new Map<string, Promise<AeadKey | null>>();
  readonly #finding = new Map<string, Promise<Active>>();
  readonly #active = new Map<string, Active>();
  /** Versions that open within a transaction. */
  readonly #loaded = new Map<string, AeadKey>();

  constructor(context: KeyContext) {
    this.#context = context;
    this.#nonces = pooledRandom(context.random);
    this.#table = new SealedTable(DOMAIN_KEYS, context.sealer);
  }

  /** The version that wraps; the first is made, logged and stored before this resolves. */
  async active(stream: string, domain: string): Promise<number> {
    const of = `${stream}\n${domain}`;
    const known = this.#active.get(of);
    if (known !== undefined) return known.version;
    const found = await remember(this.#finding, of, async () => {
      const version = (await this.#newest(stream, domain)) ?? (await this.#make(stream, domain));
      const key = await this.#key(stream, domain, version);
      if (key === null) throw unknown(stream, domain, version);
      return { version, key };
    });
    this.#finding.delete(of);
    // A rotation that came in between knows better.
    if (!this.#active.has(of)) this.#active.set(of, found);
    return found.version;
  }

  /** A wrap under the active version. @throws {KeysError} KEYS_UNKNOWN */
  async wrap(stream: string, domain: string, name: string, material: Uint8Array): Promise<DomainWrap> {
    await this.active(stream, domain);
    return this.wrapNow(stream, domain, name, material);
  }

  /**
   * The same within a transaction, where nothing can be looked up: `active` was awaited before.
   *
   * @throws {KeysError} KEYS_UNKNOWN if it was not
   */
  wrapNow(stream: string, domain: string, name: string, material: Uint8Array): DomainWrap {
    const active = this.#active.get(`${stream}\n${domain}`);
    if (active === undefined) throw unknown(stream, domain, 0);
    this.#context.meter.count(useOf(stream, domain, active.version));
    const wrap = wrapKey(active.key, contextOf(name), material, this.#nonces);
    return { version: active.version, wrap };
  }

  /** Whether a version is the one that wraps, as far as this process knows. */
  isActive(stream: string, domain: string, version: number): boolean {
    return this.#active.get(`${stream}\n${domain}`)?.version === version;
  }

  /** The material within, or null where the domain key was destroyed. @throws {KeysError} KEYS_KEY_DAMAGED */
  async unwrap(
    stream: string,
    domain: string,
    version: number,
    name: string,
    wrap: Uint8Array,
  ): Promise<Uint8Array | null> {
    const key = await this.#key(stream, domain, version);
    return key === null ? null : openWrap(key, name, wrap);
  }

  /** The same within a transaction: `load` was awaited before. Null also where it was not. */
  unwrapNow(stream: string, domain: string, version: number, name: string, wrap: Uint8Array): Uint8Array | null {
    const key = this.#loaded.get(nameOf(stream, domain, version));
    return key === undefined ? null : openWrap(key, name, wrap);
  }

  /** Loads a version, so that it can be used within a transaction; tells whether it opens anything. */
  async load(stream: string, domain: string, version: number): Promise<boolean> {
    const key = await this.#key(stream, domain, version);
    if (key !== null) this.#loaded.set(nameOf(stream, domain, version), key);
    return key !== null;
  }

  /** All versions, destroyed ones too. */
  list(): Promise<readonly DomainVersion[]> {
    return this.#table.list(this.#context.catalogue);
  }

  /**
   * Makes the next version, which wraps from now on, and retires the ones before, in one transaction. Logged first.
   *
   * @throws {KeysError} KEYS_UNKNOWN where the stream has no key of this domain
   */
  async rotate(actor: string, stream: string, domain: string): Promise<number> {
    const { catalogue, log } = this.#context;
    const versions = (await this.list()).filter((row) => row.stream === stream && row.domain === domain);
    const version = Math.max(0, ...versions.map((row) => row.version)) + 1;
    if (version === 1) throw unknown(stream, domain, 1);
    const retiring = versions.filter(({ state }) => state === 'active');
    await log.created(actor, resourceOf(stream), [nameOf(stream, domain, version)]);
    if (retiring.length > 0) await log.retired(actor, resourceOf(stream), retiring.map(nameOfVersion));
    const { row, key } = await this.#fresh(stream, domain, version);
    await catalogue.transaction(async (tx) => {
      await this.#table.insert(tx, this.#sealed(row), null);
      for (const old of retiring) await this.#change(tx, old, (now) => ({ ...now, state: 'retired' }));
    });
    this.#open.set(nameOf(stream, domain, version), Promise.resolve(key));
    this.#active.set(`${stream}\n${domain}`, { version, key });
    return version;
  }

  /** Retires a version without a next one: that is made when something is to be wrapped. Logged first. */
  async retire(actor: string, version: DomainVersion): Promise<void> {
    const { catalogue, log } = this.#context;
    await log.retired(actor, resourceOf(version.stream), [nameOfVersion(version)]);
    await catalogue.transaction((tx) => this.#change(tx, version, (now) => ({ ...now, state: 'retired' })));
    const of = `${version.stream}\n${version.domain}`;
    if (this.#active.get(of)?.version === version.version) this.#active.delete(of);
  }

  /** Wipes a version's wrap; what is left says that there was one. Logged first. */
  async destroy(actor: string, version: DomainVersion): Promise<void> {
    const { catalogue, log } = this.#context;
    const name = nameOfVersion(version);
    await log.destroyed(actor, resourceOf(version.stream), [name]);
    await catalogue.transaction((tx) =>
      this.#change(tx, version, (now) => ({ ...now, state: 'destroyed', wrap: NOTHING })),
    );
    this.#open.set(name, Promise.resolve(null));
    this.#loaded.delete(name);
    const of = `${version.stream}\n${version.domain}`;
    if (this.#active.get(of)?.version === version.version) this.#active.delete(of);
  }

  async #newest(stream: string, domain: string): Promise<number | null> {
    const [newest] = await this.#table.list(this.#context.catalogue, {
      where: { stream, domain, state: 'active' },
      order: ['version'],
      descending: true,
      limit: 1,
    });
    return newest?.version ?? null;
  }

  async #make(stream: string, domain: string): Promise<number> {
    const { catalogue, log } = this.#context;
    const [last] = await this.#table.list(catalogue, {
      where: { stream, domain },
      order: ['version'],
      descending: true,
      limit: 1,
    });
    const version = (last?.version ?? 0) + 1;
    await log.created('weir:control', resourceOf(stream), [nameOf(stream, domain, version)]);
    const { row, key } = await this.#fresh(stream, domain, version);
    await catalogue.transaction((tx) => this.#table.insert(tx, this.#sealed(row), null));
    this.#open.set(nameOf(stream, domain, version), Promise.resolve(key));
    return version;
  }

  async #fresh(
    stream: string,
    domain: string,
    version: number,
  ): Promise<{ readonly row: DomainVersion; readonly key: AeadKey }> {
    const { clock, custody, random } = this.#context;
    const material = random.bytes(32);
    const wrap = await custody.seal(nameOf(stream, domain, version), material);
    const row = { stream, domain, version, state: 'active', created: clock.now(), epoch: 0, wrap };
    return { row, key: takeKey(material) };
  }

  /** Under the epoch of the moment in which it is stored, so that none is stored under one that has ended. */
  #sealed(row: DomainVersion): DomainVersion {
    const { epochs } = this.#context;
    return { ...row, epoch: epochs.current, wrap: epochs.seal(nameOfVersion(row), row.wrap) };
  }

  async #change(
    tx: CatalogueTransaction,
    { stream, domain, version }: DomainVersion,
    change: (now: DomainVersion) => DomainVersion,
  ): Promise<void> {
    const now = await this.#table.get(tx, { stream, domain, version });
    if (now !== null) await this.#table.put(tx, change(now), null);
  }

  #key(stream: string, domain: string, version: number): Promise<AeadKey | null> {
    const name = nameOf(stream, domain, version);
    return remember(this.#open, name, async () => {
      const { catalogue, custody, epochs } = this.#context;
      const row = await this.#table.get(catalogue, { stream, domain, version });
      if (row === null || row.state === 'destroyed') return null;
      const wrap = epochs.open(row.epoch, name, row.wrap);
      return wrap === null ? null : takeKey(await custody.open(name, wrap));
    });
  }
}

/** What custody and epoch know a version by. */
export function nameOfVersion({ stream, domain, version }: Values<typeof DOMAIN_KEYS.key>): string {
  return nameOf(stream, domain, version);
}

/** What uses of a version are counted under. */
export function useOf(stream: string, domain: string, version: number): string {
  return nameOf(stream, domain, version);
}

function nameOf(stream: string, domain: string, version: number): string {
  return `domain:${stream}:${domain}:${version}`;
}

function resourceOf(stream: string): string {
  return `keys:stream:${stream}`;
}

function contextOf(name: string): Uint8Array {
  return encodeUtf8(`weir data key\n${name}`);
}

function openWrap(key: AeadKey, name: string, wrap: Uint8Array): Uint8Array {
  try {
    return unwrapKey(key, contextOf(name), wrap);
  } catch (cause) {
    throw new KeysError('KEYS_KEY_DAMAGED', `Cannot open key ${name}: its wrap was changed`, { cause });
  }
}

function unknown(stream: string, domain: string, version: number): KeysError {
  const which = version === 0 ? 'the active version' : `version ${version}`;
  return new KeysError('KEYS_UNKNOWN', `Cannot wrap key: ${which} of domain ${stream}:${domain} is not there`);
}
