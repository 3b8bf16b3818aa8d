import type { Micros } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Hold } from '#flow/store/index.ts';
import { retentionOf } from '../store/template-retention.ts';
import { countIn, rewriteWithout } from './rewrite-quarantine.ts';
import type { IsMeant, QuarantineFilesParts } from './rewrite-quarantine.ts';

export interface QuarantineRetentionParts extends QuarantineFilesParts {
  readonly template: () => Template;
  readonly holds: () => readonly Hold[];
  readonly now: () => Micros;
  /** Has the gateway begin new files, so that what is in the others can go. */
  readonly turnFiles: () => Promise<void>;
}

/**
 * Evidence of streams that keep readings for less than quarantine does goes with these: a refused reading is kept no
 * longer than an admitted one. What a hold may be about stays until its time in quarantine is over.
 */
export class QuarantineRetention {
  readonly #parts: QuarantineRetentionParts;
  /** What was cut at last, by stream: nothing is read again until a stream is due for more. */
  #cut = '';

  constructor(parts: QuarantineRetentionParts) {
    this.#parts = parts;
  }

  /** Takes out what its stream keeps no longer. @returns how many readings went */
  async expire(): Promise<number> {
    const due = this.#due();
    const key = JSON.stringify([...due]);
    if (due.size === 0 || key === this.#cut) return 0;
    const erased = await this.letGo(due);
    this.#cut = key;
    return erased;
  }

  /**
   * Takes out what was received before a moment of each stream, unless it may be held.
   *
   * @param before by stream, epoch microseconds
   */
  async letGo(before: ReadonlyMap<string, Micros>): Promise<number> {
    const isMeant = this.#meaning(before);
    const { found, live } = await countIn(isMeant, this.#parts);
    if (found === 0) return 0;
    if (live) await this.#parts.turnFiles();
    return rewriteWithout(isMeant, this.#parts);
  }

  /** How many are still there of what such a call takes out. */
  async count(before: ReadonlyMap<string, Micros>): Promise<number> {
    return (await countIn(this.#meaning(before), this.#parts)).found;
  }

  #meaning(before: ReadonlyMap<string, Micros>): IsMeant {
    const holds = this.#parts.holds();
    return ({ stream, received }) =>
      received < (before.get(stream) ?? -Infinity) &&
      // A condition cannot be asked of what was refused: all of its time counts.
      !holds.some(
        (hold) => hold.stream === stream && received >= (hold.from ?? -Infinity) && received <= (hold.to ?? Infinity),
      );
  }

  /** Streams that keep readings for less than quarantine may, and what of them is due. */
  #due(): ReadonlyMap<string, Micros> {
    const { template, holds, now } = this.#parts;
    const retention = retentionOf(template(), holds(), now());
    const oldest = now() - template().limits.quarantineAge * 1_000;
    return new Map(
      [...template().streams.keys()].flatMap((name): [string, Micros][] => {
        const from = retention.keptFrom(name);
        return from === null || from <= oldest ? [] : [[name, from]];
      }),
    );
  }
}
