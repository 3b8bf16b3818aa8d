import { CliError } from '../errors.ts';

/** How fast a file is played: `max`, or how many times as fast as it was recorded. */
export type Speed = 'max' | number;

/** @throws {CliError} CLI_USAGE */
export function parseSpeed(word: string): Speed {
  if (word === 'max') return word;
  const speed = Number(word);
  if (/^\d+(\.\d+)?$/.test(word) && speed > 0 && speed <= 1_000_000) return speed;
  throw new CliError('CLI_USAGE', `Cannot play at speed ${word}: it is neither max nor a number above 0`);
}

/** Where times of a recording lie in the time of the player. */
export class Pace {
  readonly #speed: Speed;
  readonly #shift: boolean;
  readonly #nowSeconds: () => number;
  #first: { readonly recorded: number; readonly played: number } | null = null;

  /** @param nowSeconds epoch seconds @param shift moves times so that the first record is of now */
  constructor(speed: Speed, shift: boolean, nowSeconds: () => number) {
    this.#speed = speed;
    this.#shift = shift;
    this.#nowSeconds = nowSeconds;
  }

  /**
   * The time that a record's reading gets, and how long to wait before it is sent.
   *
   * @param recorded epoch seconds
   */
  place(recorded: number): { readonly time: number; readonly waitSeconds: number } {
    const now = this.#nowSeconds();
    this.#first ??= { recorded, played: now };
    const since = recorded - this.#first.recorded;
    // Microseconds are all that a reading's time holds; adding leaves noise below them.
    const time = this.#shift ? Math.round((this.#first.played + since) * 1_000_000) / 1_000_000 : recorded;
    const due = this.#speed === 'max' ? now : this.#first.played + since / this.#speed;
    return { time, waitSeconds: Math.max(0, due - now) };
  }
}

/** Whether readings come in as if they were sent now: then they need no import grant. */
export function isLive(speed: Speed, shift: boolean): boolean {
  return shift && speed !== 'max' && speed <= 1;
}
