import type { IncomingHttpHeaders } from 'node:http';

/**
 * The header in which control says whom it has let in, as the log names them. It does not reach the caller.
 */
export const CALLER_HEADER = 'x-weir-caller';

/** Credentials that are remembered at once; the oldest go first. */
const MOST_KNOWN = 4_096;
/** Whoever has not been heard of for so long is a stranger again. */
const KNOWN_MS = 600_000;

interface Known {
  readonly caller: string;
  readonly until: number;
}

/**
 * Whose credentials control has let in, so that somebody's requests count together whatever they show, and apart from
 * those of their network. It decides who waits with whom and nothing else: whether a credential still counts is asked
 * of control each time.
 */
export class KnownCallers {
  readonly #nowMs: () => number;
  readonly #known = new Map<string, Known>();

  /** @param nowMs monotonic milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#known.size;
  }

  /**
   * @param credential a digest of what was shown
   * @returns who that is; null where it is not known
   */
  find(credential: string): string | null {
    const known = this.#known.get(credential);
    return known !== undefined && known.until > this.#nowMs() ? known.caller : null;
  }

  /** Takes note of an answer of control that says whom it let in; others, as of what is open to all, say nothing. */
  note(credential: string, { [CALLER_HEADER]: caller }: IncomingHttpHeaders): void {
    if (typeof caller !== 'string' || caller === '') return;
    this.#known.delete(credential);
    this.#known.set(credential, { caller, until: this.#nowMs() + KNOWN_MS });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}
