import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '#base/core/index.ts';
import { tokenDomainOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';

export interface UnsealedOriginalsParts {
  /** Seals what waits of a stream; its segments say whether they hold tokens. */
  readonly flush: (stream: string) => Promise<void>;
  /** True while the store does not read the journal. */
  readonly isPaused: () => Promise<boolean>;
  readonly log: Pick<Log, 'warn'>;
  /** How long what was admitted under an older template is on its way to the store at most, in milliseconds. */
  readonly wayMs?: number;
}

/** From the gateway's group commit to the store's tail; both take milliseconds. */
const WAY_MS = 2_000;

/**
 * Fields that became tokens, whose readings from before may not be sealed yet. A segment says whether its columns are
 * tokens; what waits to be sealed does not, so it counts as originals until it is.
 */
export class UnsealedOriginals {
  readonly #parts: UnsealedOriginalsParts;
  #columns: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  #round = 0;

  constructor(parts: UnsealedOriginalsParts) {
    this.#parts = parts;
  }

  /** Columns of a stream that may hold originals. */
  of(stream: string): ReadonlySet<string> {
    return this.#columns.get(stream) ?? NONE;
  }

  /** A template is about to be in force after others. */
  begin(before: readonly Template[], now: Template): void {
    this.#round += 1;
    const found = new Map<string, Set<string>>();
    for (const { name, fields } of now.streams.values()) {
      const became = fields.filter(
        (field) => tokenDomainOf(name, field) !== null && before.some((old) => wasKept(old, name, field.name)),
      );
      if (became.length > 0) found.set(name, new Set(became.map((field) => field.name)));
    }
    this.#columns = found;
  }

  /** The template is in force for every reading that comes from now on. Resolves when what came before is sealed. */
  async settle(): Promise<void> {
    const round = this.#round;
    const { flush, isPaused, log, wayMs = WAY_MS } = this.#parts;
    const streams = [...this.#columns.keys()];
    if (streams.length === 0) return;
    try {
      do await wait(wayMs);
      while (await isPaused());
      for (const stream of streams) await flush(stream);
    } catch (error) {
      log.warn({ streams, error: (error as Error).message }, 'readings from before fields were tokens are not sealed');
      return;
    }
    if (round === this.#round) this.#columns = new Map();
  }
}

const NONE: ReadonlySet<string> = new Set();

function wasKept(template: Template, stream: string, field: string): boolean {
  const declared = template.streams.get(stream)?.fields.find(({ name }) => name === field);
  return declared !== undefined && declared.class !== 'secret' && tokenDomainOf(stream, declared) === null;
}
