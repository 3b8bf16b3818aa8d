import { AeadKey } from '#base/crypto/index.ts';
import { JournalError } from '#flow/journal/index.ts';
import type { JournalKeySource } from '#flow/journal/index.ts';
import type { HandedFileKey } from './contract.ts';

/** A stock of file keys that control hands out ahead, so that the gateway goes on while control or the log is away. */
export class KeyStock implements JournalKeySource {
  readonly #keys: { readonly fileId: string; readonly key: AeadKey }[] = [];
  readonly #low: number;
  readonly #order: () => void;

  /**
   * @param low number of keys at which more are asked for
   * @param order asks for more; they come by `add`
   */
  constructor(low: number, order: () => void) {
    this.#low = low;
    this.#order = order;
  }

  add(keys: readonly HandedFileKey[]): void {
    for (const { fileId, key } of keys) this.#keys.push({ fileId, key: AeadKey.fromBytes(key) });
  }

  /** Takes all keys that were not used out of the stock. @returns their ids */
  giveUp(): readonly string[] {
    return this.#keys.splice(0).map(({ fileId }) => fileId);
  }

  next(): { readonly fileId: string; readonly key: AeadKey } {
    const next = this.#keys.shift();
    if (this.#keys.length <= this.#low) this.#order();
    if (next !== undefined) return next;
    throw new JournalError('JOURNAL_KEY_UNKNOWN', 'Cannot begin a file: the stock of keys is used up', {
      hint: 'See why the audit log cannot be written: keys are made once their making is logged',
    });
  }
}
