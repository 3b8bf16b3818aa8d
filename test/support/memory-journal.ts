import type { Batch } from '#base/core/index.ts';
import type { JournalCursor, JournalItem, JournalPosition, JournalReader, JournalRecord } from '#flow/journal/index.ts';

/** A journal in memory for tests: its files are read in the order in which their records were appended. */
export class MemoryJournal implements JournalReader {
  readonly #items: JournalItem[] = [];
  /** How many records each file has, which is where it ends. */
  readonly #ends = new Map<string, number>();
  #rouse: (() => void) | null = null;

  /** Appends a record to a file and wakes who reads; gives the position behind it. */
  append(file: string, record: JournalRecord): JournalPosition {
    const offset = (this.#ends.get(file) ?? 0) + 1;
    this.#ends.set(file, offset);
    const position = { file, offset };
    this.#items.push({ position, worker: 0, record });
    this.wake();
    return position;
  }

  batch(file: string, batch: Batch): void {
    this.append(file, { kind: 'batch', batch });
  }

  async *read(
    cursor: JournalCursor,
    { follow, signal }: { follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncGenerator<JournalItem> {
    signal?.addEventListener('abort', () => this.wake());
    for (let next = 0; signal?.aborted !== true;) {
      const item = this.#items[next];
      if (item === undefined) {
        if (follow !== true) return;
        await new Promise<void>((resolve) => (this.#rouse = resolve));
        continue;
      }
      next += 1;
      if (item.position.offset > (cursor.get(item.position.file) ?? 0)) yield item;
    }
  }

  wake(): void {
    this.#rouse?.();
  }

  async release(): Promise<readonly string[]> {
    return [];
  }
}
