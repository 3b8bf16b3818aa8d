import { AsyncLocalStorage } from 'node:async_hooks';
import type { AeadLimit } from '#base/crypto/index.ts';
import { AEAD_LIMITS } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { Catalogue, RowSealer } from '#base/storage/index.ts';
import { KeysError } from './errors.ts';
import { KEY_USES } from './key-tables.ts';

/** Uses that are counted ahead in the catalogue: what a crash forgets was counted before. */
const BLOCK = 65_536;

interface Use {
  uses: number;
  /** What the catalogue says, or will soon. */
  reserved: number;
}

/**
 * Counts how often each key has sealed, over restarts, and refuses the seal that would be one too many.
 *
 * The catalogue holds a number that is never less than the uses there were: it is raised a block at a time, ahead.
 * @see AEAD_LIMITS
 */
export class UseMeter {
  readonly limit: AeadLimit;
  readonly #uses = new Map<string, Use>();
  /** Seals happen within transactions too; the count is written past them, when they have ended. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #write: ((name: string, uses: number) => Promise<void>) | null = null;
  #writing: Promise<void> | null = null;
  /** Uses of a key that has no count. */
  #unknown = 0;

  constructor(limit: AeadLimit = AEAD_LIMITS.random) {
    this.limit = limit;
  }

  /** Adds what earlier starts counted, and counts in the catalogue from now on. */
  async open(catalogue: Catalogue, sealer: RowSealer): Promise<void> {
    const table = new SealedTable(KEY_USES, sealer);
    // A count that was changed tells nothing: what has no count left is to be rotated.
    const onDamaged = (): void => void (this.#unknown = this.limit.rotateAt);
    for (const { name, uses } of await table.list(catalogue, { onDamaged })) {
      const use = this.#of(name);
      use.uses = Math.max(use.uses - this.#unknown, 0) + uses;
      use.reserved = uses;
    }
    this.#write = (name, uses) => table.put(catalogue, { name, uses }, null);
    await this.settle();
  }

  /**
   * One more use of a key.
   *
   * @param name such as `epoch:2`
   * @throws {KeysError} KEYS_USES_SPENT
   */
  count(name: string): void {
    const use = this.#of(name);
    if (use.uses >= this.limit.most) {
      throw new KeysError('KEYS_USES_SPENT', `Cannot seal under key ${name}: it has sealed ${use.uses} times`, {
        hint: 'Rotate it: npm run -s weir -- keys rotate',
      });
    }
    use.uses += 1;
    if (use.uses > use.reserved - BLOCK / 2) void this.settle().catch(() => undefined);
  }

  /** Uses that were counted; up to a block per start more than there were. */
  uses(name: string): number {
    return this.#uses.get(name)?.uses ?? 0;
  }

  /** Keys that have to be rotated before they reach their bound. */
  due(): readonly string[] {
    return [...this.#uses].filter(([, { uses }]) => uses >= this.limit.rotateAt).map(([name]) => name);
  }

  /** Resolves when the catalogue counts a block ahead of each use so far. */
  settle(): Promise<void> {
    this.#writing ??= this.#outside(() => this.#reserve()).finally(() => (this.#writing = null));
    return this.#writing;
  }

  async #reserve(): Promise<void> {
    // Not from within the caller's step: what it does may be half a transaction.
    await Promise.resolve();
    const write = this.#write;
    if (write === null) return;
    for (const [name, use] of this.#uses) {
      if (use.uses <= use.reserved - BLOCK / 2) continue;
      const reserved = use.uses + BLOCK;
      await write(name, reserved);
      use.reserved = reserved;
    }
  }

  #of(name: string): Use {
    const known = this.#uses.get(name);
    if (known !== undefined) return known;
    const use = { uses: this.#unknown, reserved: 0 };
    this.#uses.set(name, use);
    return use;
  }
}
