import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Log } from '#base/core/index.ts';
import type { Rule } from '#declare/template/index.ts';
import type { Finding } from '../live/finding.ts';
import { logEvent } from './log-event.ts';
import { lookBack } from './look-back.ts';
import type { ReadEntries } from './look-back.ts';
import { RuleRun } from './rule-run.ts';

export interface RuleWatchParts {
  readonly rules: Iterable<Rule>;
  readonly entries: ReadEntries;
  /** Index of the first entry that was not taken yet. */
  readonly next: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Takes findings: once it resolves they are kept. Finding the same again is told again. */
  readonly raise: (findings: readonly Finding[]) => Promise<void>;
}

/** How the rules are doing. */
export interface RuleWatchStatus {
  readonly rules: number;
  /** Entries that were read since the start, and what was found in them. */
  readonly entries: number;
  readonly findings: number;
  /** Groups of events that are kept, and those that were given up because there were too many. */
  readonly groups: number;
  readonly forgotten: number;
  /** Why the log cannot be read now; null where it can. */
  readonly problem: string | null;
}

/** How often is looked whether the log has grown. */
const EVERY_MS = 500;
/** After a reading that failed. */
const AGAIN_MS = 10_000;
/** Findings that are told at once. */
const TOLD_AT_ONCE = 256;
/** An entry is in the tree no later than this after its time, in microseconds: what has not come by then does not come. */
const SETTLED_AFTER = 5_000_000;

/**
 * Follows the log with rules. It reads what is published and holds up nobody: where it is behind, it is later. What it
 * has read is told before its place moves on; after a restart it reads again as far back as its rules look, without
 * telling that again.
 */
export class RuleWatch {
  readonly #parts: RuleWatchParts;
  readonly #run: RuleRun;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #next: number;
  #entries = 0;
  #findings = 0;
  #problem: string | null = null;

  constructor(parts: RuleWatchParts) {
    this.#parts = parts;
    this.#run = new RuleRun(parts.rules);
    this.#next = parts.next;
    this.#done = this.#run.rules === 0 ? Promise.resolve() : this.#follow();
  }

  /** Index of the first entry that was not taken yet: all findings before it are kept. */
  get next(): number {
    return this.#next;
  }

  get status(): RuleWatchStatus {
    const { kept, forgotten } = this.#run.groups;
    return {
      rules: this.#run.rules,
      entries: this.#entries,
      findings: this.#findings,
      groups: kept,
      forgotten,
      problem: this.#problem,
    };
  }

  /** Tells how far what goes on has come. */
  async save(): Promise<void> {
    await this.#tell(this.#run.pending());
  }

  /** Stops reading. */
  async drain(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    await this.save();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    const { entries, log } = this.#parts;
    let from: number | null = null;
    while (!signal.aborted) {
      let pause = EVERY_MS;
      try {
        from ??= await lookBack(entries, this.#next, this.#run.memory);
        from = await this.#read(from);
        this.#problem = null;
      } catch (error) {
        if (this.#problem === null) log.error({ error: String(error) }, 'rules cannot read the log, trying on');
        this.#problem = (error as Error).message;
        pause = AGAIN_MS;
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Takes all entries that there are. @returns the index of the next */
  async #read(from: number): Promise<number> {
    const { clock, entries } = this.#parts;
    let found: Finding[] = [];
    let at = from;
    for await (const entry of entries(from)) {
      const told = this.#run.take(logEvent(entry));
      at = entry.index + 1;
      if (entry.index < this.#next) continue;
      this.#entries += 1;
      found.push(...told);
      if (found.length >= TOLD_AT_ONCE) {
        await this.#tell(found);
        this.#next = at;
        found = [];
      }
      if (this.#stop.signal.aborted) break;
    }
    if (!this.#stop.signal.aborted) found.push(...this.#run.tick(clock.now() - SETTLED_AFTER));
    await this.#tell(found);
    this.#next = Math.max(this.#next, at);
    return at;
  }

  async #tell(found: readonly Finding[]): Promise<void> {
    if (found.length === 0) return;
    await this.#parts.raise(found);
    this.#findings += found.length;
  }
}
