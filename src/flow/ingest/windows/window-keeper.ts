import type { Clock } from '#base/core/index.ts';
import type { JournalRecord, JournalWriter } from '#flow/journal/index.ts';
import { IngestError } from '../errors.ts';
import { isSameLayout, windowEnd } from './window-layout.ts';
import type { WindowLayout } from './window-layout.ts';
import { encodeWindowRecord } from './window-records.ts';
import type { WindowRecord } from './window-records.ts';
import { HELD, WindowSlots } from './window-slots.ts';
import type { ByValues, SeenSeqs, WindowStates } from './window-slots.ts';

/** What one commit group of a worker adds to windows. */
export interface WindowGroup {
  readonly states: readonly WindowStates[];
  readonly seqs: readonly SeenSeqs[];
}

/** Where a worker's commit groups bring what they add to windows; resolves once that is durable. */
export type WindowSink = (group: WindowGroup) => Promise<void>;

export interface WindowKeeperParts {
  /** Of the keeper's own files, which begin with `opening()`. */
  readonly journal: Pick<JournalWriter, 'append'> & { turn(): Promise<void> };
  readonly clock: Clock;
  /** Brings the rows of closed windows into the journal, each once whatever is repeated; resolves once they are durable. */
  readonly write: (closed: readonly WindowStates[]) => Promise<void>;
  /** Removes files of which later ones say all that counts, and their keys. */
  readonly remove: (files: readonly string[]) => Promise<void>;
  /** Hears of what failed and is tried again. */
  readonly onFailed: (what: string, error: unknown) => void;
}

/** After its time a window waits so long for groups that were being written when it came; microseconds. */
const GRACE = 1_000_000;
/** Groups whose `seq`s are said again in the next file. */
const RECENT = 8;
/** Windows in one record. */
const RECORD_ROWS = 16_384;

interface Waiting {
  readonly group: WindowGroup;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Held {
  readonly slots: WindowSlots;
  /** Newest digest of a template that its readings came under. */
  template: string;
  /** Windows that end here or before are closed; epoch microseconds. */
  closed: number;
}

/**
 * Keeps the windows of streams that are aggregated at the door: one keeper for all workers, so that a device's window
 * is one whichever worker it comes to.
 *
 * What a group adds is durable in the keeper's own files before its senders hear "stored". A window whose time is up
 * becomes a row in the journal, and what was held of it goes with the next file. Only closed windows leave memory, and
 * only once their rows are durable: after a crash they are closed again, and `write` passes over what it has.
 */
export class WindowKeeper {
  readonly #parts: WindowKeeperParts;
  /** By layout, as JSON. */
  readonly #held = new Map<string, Held>();
  #waiting: Waiting[] = [];
  #busy = false;
  /** Windows that are closed and not known to be written. */
  #closing: readonly WindowStates[] = [];
  #writing: Promise<void> | null = null;
  /** What is to be closed before the next group is taken. */
  #orders: (() => Promise<void>)[] = [];
  /** Of the last groups: their workers may not have heard yet that they are durable. */
  #recent: (readonly SeenSeqs[])[] = [];
  /** The file that is written to, and those before that are still there. */
  #file = '';
  #older: readonly string[];

  /** @param older files of earlier starts, of which the first file of this one says all */
  constructor(parts: WindowKeeperParts, older: readonly string[]) {
    this.#parts = parts;
    this.#older = older;
  }

  /** Windows that are open. */
  get open(): number {
    return [...this.#held.values()].reduce((sum, { slots }) => sum + slots.size, 0);
  }

  /** Takes in what earlier starts left behind, before anything else is done. */
  recover(states: Iterable<WindowStates>): void {
    for (const each of states) this.#merge(each);
  }

  /** Layouts of which windows are open. */
  layouts(): readonly WindowLayout[] {
    return [...this.#held.values()].filter(({ slots }) => slots.size > 0).map(({ slots }) => slots.layout);
  }

  /**
   * What a new file begins with: all that is held, and the files that need not be read any more.
   */
  opening(): readonly JournalRecord[] {
    const files = this.#file === '' ? this.#older : [...this.#older, this.#file];
    const records: WindowRecord[] = files.length === 0 ? [] : [{ kind: 'covers', files }];
    for (const { slots, template } of this.#held.values()) {
      for (const states of split(slots.states(template))) records.push({ kind: 'states', states });
    }
    for (const closing of this.#closing) {
      for (const states of split(closing)) records.push({ kind: 'states', states });
    }
    for (const seqs of this.#recent.flat()) records.push({ kind: 'seqs', seqs });
    return records.map(encodeWindowRecord);
  }

  /** Notes the first file, which is durable; those before it go. */
  async begun(file: string): Promise<void> {
    await this.#turned(file);
  }

  /**
   * Takes what a group adds. @throws {IngestError} INGEST_WINDOW_CLOSED where a window of it is closed: nothing of the
   * group is taken; {JournalError} where it could not be written
   */
  take(group: WindowGroup): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ group, resolve, reject });
    void this.#work();
    return promise;
  }

  /** Closes the windows whose time is up, and tries again to write those that could not be. */
  async close(): Promise<void> {
    const due = this.#parts.clock.now() - GRACE;
    await this.#order(() => {
      for (const held of this.#held.values()) {
        const { layout } = held.slots;
        this.#closeUpTo(held, due - layout.wait);
      }
    });
    await this.#write();
  }

  /** Closes all windows of layouts that are no longer in force, whatever their time. */
  async retire(inForce: readonly WindowLayout[]): Promise<void> {
    await this.#order(() => {
      for (const held of this.#held.values()) {
        const { layout } = held.slots;
        if (!inForce.some((each) => each.since === layout.since && isSameLayout(each, layout)))
          this.#closeUpTo(held, Infinity);
      }
    });
    await this.#write();
  }

  /** Forgets open windows, and what the files say of them. @param wanted says yes to what stays */
  async forget(
    wanted: (stream: string, by: Readonly<Record<string, string | number | null>>) => boolean,
  ): Promise<void> {
    await this.#order(() => {
      const keep = (states: WindowStates): WindowSlots => {
        const slots = new WindowSlots(states.layout);
        slots.merge(states);
        const kept = new WindowSlots(states.layout);
        const { layout, template } = states;
        kept.merge(slots.states(template, (_device, _start, by) => wanted(layout.stream, named(layout, by))));
        return kept;
      };
      for (const [key, { slots, template, closed }] of this.#held) {
        this.#held.set(key, { slots: keep(slots.states(template)), template, closed });
      }
      this.#closing = this.#closing.map((states) => keep(states).states(states.template));
    });
    await this.turn();
  }

  /** Begins another file, so that what was said of windows that are written goes. */
  async turn(): Promise<void> {
    await this.#order(async () => {
      await this.#parts.journal.turn();
      await this.#turned((await this.#parts.journal.append([])).file);
    });
  }

  /** Resolves when nothing waits and no row is being written. */
  async drain(): Promise<void> {
    await this.#order(() => {});
    await this.#writing;
  }

  /** Runs something between two groups, so that no group is half in what it sees. */
  #order(run: () => void | Promise<void>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#orders.push(() => Promise.try(run).then(resolve, reject));
    void this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#orders.length > 0 || this.#waiting.length > 0) {
      for (const order of this.#orders.splice(0)) await order();
      const taken = this.#waiting.splice(0).filter((waiting) => this.#isOpen(waiting));
      if (taken.length > 0) await this.#append(taken);
    }
    this.#busy = false;
  }

  #isOpen({ group, reject }: Waiting): boolean {
    for (const { layout, starts } of group.states) {
      const closed = this.#held.get(JSON.stringify(layout))?.closed ?? -Infinity;
      if (starts.every((start) => windowEnd(start, layout) > closed)) continue;
      reject(new IngestError('INGEST_WINDOW_CLOSED', `Cannot add to a window of ${layout.stream}: it is closed`));
      return false;
    }
    return true;
  }

  async #append(taken: readonly Waiting[]): Promise<void> {
    const groups = taken.map(({ group }) => group);
    const records = groups.flatMap(({ states, seqs }): WindowRecord[] => [
      ...states.flatMap(split).map((each) => ({ kind: 'states' as const, states: each })),
      ...seqs.map((each) => ({ kind: 'seqs' as const, seqs: each })),
    ]);
    try {
      const { file } = await this.#parts.journal.append(records.map(encodeWindowRecord));
      for (const { states } of groups) for (const each of states) this.#merge(each);
      this.#recent = [...this.#recent.slice(1 - RECENT), groups.flatMap(({ seqs }) => seqs)];
      for (const { resolve } of taken) resolve();
      if (file !== this.#file) void this.#turned(file);
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  }

  #merge(states: WindowStates): void {
    const key = JSON.stringify(states.layout);
    let held = this.#held.get(key);
    if (held === undefined) {
      held = { slots: new WindowSlots(states.layout), template: states.template, closed: -Infinity };
      this.#held.set(key, held);
    }
    held.template = states.template;
    held.slots.merge(states);
  }

  #closeUpTo(held: Held, end: number): void {
    const { layout } = held.slots;
    const isDue = (start: number): boolean => windowEnd(start, layout) <= end;
    held.closed = Math.max(held.closed, end);
    const due = held.slots.states(held.template, (_device, start) => isDue(start));
    if (due.devices.length === 0) return;
    this.#closing = [...this.#closing, due];
    const kept = new WindowSlots(layout);
    kept.merge(held.slots.states(held.template, (_device, start) => !isDue(start)));
    this.#held.set(JSON.stringify(layout), { slots: kept, template: held.template, closed: held.closed });
  }

  /** One writing at a time; what is closed meanwhile goes with the next. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeClosing().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #writeClosing(): Promise<void> {
    const closing = this.#closing;
    if (closing.length === 0) return;
    try {
      await this.#parts.write(closing.flatMap(split));
      this.#closing = this.#closing.filter((each) => !closing.includes(each));
    } catch (error) {
      this.#parts.onFailed('rows of windows could not be written, trying again', error);
    }
  }

  async #turned(file: string): Promise<void> {
    if (file === this.#file) return;
    const gone = this.#file === '' ? this.#older : [...this.#older, this.#file];
    this.#file = file;
    this.#older = gone;
    try {
      await this.#parts.remove(gone);
      this.#older = this.#older.filter((each) => !gone.includes(each));
    } catch (error) {
      this.#parts.onFailed('old states of windows could not be removed, trying again', error);
    }
  }
}

function named(layout: WindowLayout, by: ByValues): Readonly<Record<string, string | number | null>> {
  return Object.fromEntries(layout.by.map(({ name }, i) => [name, by[i] ?? null]));
}

function split(states: WindowStates): readonly WindowStates[] {
  const { devices, starts, by, held, layout } = states;
  if (devices.length <= RECORD_ROWS) return devices.length === 0 ? [] : [states];
  const stride = layout.of.length * HELD;
  return Array.from({ length: Math.ceil(devices.length / RECORD_ROWS) }, (_, i) => {
    const [from, to] = [i * RECORD_ROWS, (i + 1) * RECORD_ROWS];
    return {
      ...states,
      devices: devices.slice(from, to),
      starts: starts.slice(from, to),
      by: by.slice(from, to),
      held: held.slice(from * stride, to * stride),
    };
  });
}

/** What still counts of the records of such files: those of files that a later one covers do not. */
export function standingRecords(
  files: readonly { readonly file: string; readonly records: readonly WindowRecord[] }[],
): readonly WindowRecord[] {
  const covered = new Set(
    files.flatMap(({ records }) => records.flatMap((each) => (each.kind === 'covers' ? each.files : []))),
  );
  return files.filter(({ file }) => !covered.has(file)).flatMap(({ records }) => records);
}
