import { encodeUtf8 } from '#base/core/index.ts';
import { AeadKey, unwrapKey, wrapKey } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { KeyContext } from './key-context.ts';
import { KeysError } from './errors.ts';
import { DOMAIN_KEYS } from './key-tables.ts';

/** Keys of streams and class domains: each wraps the data keys of its own. Held in memory once opened. */
export class DomainKeys {
  readonly #context: KeyContext;
  readonly #table: SealedTable<typeof DOMAIN_KEYS.key, typeof DOMAIN_KEYS.clear>;
  readonly #open = new Map<string, Promise<AeadKey | null>>();
  readonly #active = new Map<string, Promise<number>>();

  constructor(context: KeyContext) {
    this.#context = context;
    this.#table = new SealedTable(DOMAIN_KEYS, context.sealer);
  }

  /** The version that wraps; the first is made, logged and stored before this resolves. */
  active(stream: string, domain: string): Promise<number> {
    return remember(this.#active, `${stream}\n${domain}`, async () => {
      const [newest] = await this.#table.list(this.#context.catalogue, {
        where: { stream, domain, state: 'active' },
        order: ['version'],
        descending: true,
        limit: 1,
      });
      return newest?.version ?? (await this.#make(stream, domain));
    });
  }

  /** @throws {KeysError} KEYS_UNKNOWN, KEYS_KEY_DAMAGED */
  async wrap(stream: string, domain: string, version: number, name: string, material: Uint8Array): Promise<Uint8Array> {
    const key = await this.#key(stream, domain, version);
    if (key === null) {
      throw new KeysError('KEYS_UNKNOWN', `Cannot wrap key: version ${version} of domain ${domain} is not there`);
    }
    return wrapKey(key, encodeUtf8(`weir data key\n${name}`), material, this.#context.random);
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
    if (key === null) return null;
    try {
      return unwrapKey(key, encodeUtf8(`weir data key\n${name}`), wrap);
    } catch (cause) {
      throw new KeysError('KEYS_KEY_DAMAGED', `Cannot open key ${name}: its wrap was changed`, { cause });
    }
  }

  async #make(stream: string, domain: string): Promise<number> {
    const { catalogue, clock, custody, epochs, log, random } = this.#context;
    const version = 1;
    const name = nameOf(stream, domain, version);
    await log.created('weir:control', `keys:stream:${stream}`, [name]);
    const wrap = epochs.seal(name, await custody.seal(name, random.bytes(32)));
    const row = { stream, domain, version, state: 'active', created: clock.now(), epoch: epochs.current, wrap };
    await this.#table.insert(catalogue, row, null);
    return version;
  }

  #key(stream: string, domain: string, version: number): Promise<AeadKey | null> {
    const name = nameOf(stream, domain, version);
    return remember(this.#open, name, async () => {
      const { catalogue, custody, epochs } = this.#context;
      const row = await this.#table.get(catalogue, { stream, domain, version });
      if (row === null || row.state === 'destroyed') return null;
      const wrap = epochs.open(row.epoch, name, row.wrap);
      return wrap === null ? null : AeadKey.fromBytes(await custody.open(name, wrap));
    });
  }
}

function nameOf(stream: string, domain: string, version: number): string {
  return `domain:${stream}:${domain}:${version}`;
}

/** Looks a thing up once, however many ask at the same time; a failure is not remembered. */
function remember<T>(memory: Map<string, Promise<T>>, key: string, look: () => Promise<T>): Promise<T> {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const found = look();
  memory.set(key, found);
  found.catch(() => memory.delete(key));
  return found;
}
