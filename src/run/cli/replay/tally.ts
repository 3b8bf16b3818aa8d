/** What came of a replay, as `--json` prints it. */
export interface ReplayReport {
  /** Records that were read from the files. */
  readonly read: number;
  /** Readings that the platform has: stored now, or the same ones before. */
  readonly stored: number;
  /** Records that an earlier run has sent, under `--resume`. */
  readonly skipped: number;
  /** Readings that the platform refused, by its reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Records that are no readings, by what they lack. */
  readonly unreadable: Readonly<Record<string, number>>;
  readonly devices: number;
  readonly seconds: number;
  /** True where it was stopped before the end of the files. */
  readonly interrupted: boolean;
}

/** Counts outcomes of a replay. */
export class Tally {
  readonly #refused = new Map<string, number>();
  readonly #unreadable = new Map<string, number>();
  #read = 0;
  #stored = 0;
  #skipped = 0;

  get read(): number {
    return this.#read;
  }

  get stored(): number {
    return this.#stored;
  }

  get refused(): number {
    return sum(this.#refused);
  }

  get skipped(): number {
    return this.#skipped;
  }

  countSkipped(): void {
    this.#skipped += 1;
  }

  countRead(): void {
    this.#read += 1;
  }

  /** @param what such as `no-device`, from a closed set */
  countUnreadable(what: string): void {
    this.#unreadable.set(what, (this.#unreadable.get(what) ?? 0) + 1);
  }

  /**
   * @param code MQTT 5 reason code
   * @param text reason string of the platform: a word, a colon, a sentence
   */
  countOutcome(code: number, text: string | null): void {
    if (code < 0x80) {
      this.#stored += 1;
      return;
    }
    const reason = reasonWord(text) ?? `0x${code.toString(16)}`;
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  report(devices: number, seconds: number, interrupted: boolean): ReplayReport {
    return {
      read: this.#read,
      stored: this.#stored,
      skipped: this.#skipped,
      refused: sorted(this.#refused),
      unreadable: sorted(this.#unreadable),
      devices,
      seconds: Math.round(seconds * 1_000) / 1_000,
      interrupted,
    };
  }
}

/** The reason code of the platform's table at the start of a reason string; null where there is none. */
export function reasonWord(text: string | null): string | null {
  return /^([a-z0-9-]{1,40})(?::|$)/.exec(text ?? '')?.[1] ?? null;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return counts.values().reduce((total, count) => total + count, 0);
}

/** The largest first. Reasons are words of the platform, and none is named as a member of every object. */
function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a));
}
