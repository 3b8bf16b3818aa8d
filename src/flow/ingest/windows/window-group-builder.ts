import { CELL } from '../row.ts';
import type { Row } from '../row.ts';
import { TYPE } from '../stream-rules.ts';
import type { WindowRule } from '../stream-rules.ts';
import { windowStart } from './window-layout.ts';
import { WindowSlots } from './window-slots.ts';
import type { SeenSeqs, WindowStates } from './window-slots.ts';

/** Collects what the readings of one stream and commit group add to windows. */
export class WindowGroupBuilder {
  readonly #rule: WindowRule;
  readonly #template: string;
  #slots: WindowSlots;
  #rows = 0;
  #devices: string[] = [];
  #seqs: number[] = [];
  #hashes: number[] = [];
  /** The same array for each reading: `WindowSlots` copies it where it keeps it. */
  readonly #by: (string | number | null)[];

  constructor(rule: WindowRule, template: string) {
    this.#rule = rule;
    this.#template = template;
    this.#slots = new WindowSlots(rule.layout);
    this.#by = rule.by.map(() => null);
  }

  /** Readings that were added. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Adds an admitted reading.
   *
   * @param time epoch microseconds
   * @param hash of its content; only where it has a `seq`
   */
  add(row: Row, device: string, time: number, hash: number): void {
    const { by, of, layout } = this.#rule;
    const { cells, numbers, texts, rules } = row;
    for (let i = 0; i < by.length; i++) {
      const at = by[i]!;
      const isText = rules.fields[at]!.type === TYPE.text;
      this.#by[i] = cells[at] !== CELL.present ? null : isText ? texts[at]! : numbers[at]!;
    }
    const place = this.#slots.place(device, windowStart(time, layout), this.#by);
    for (let i = 0; i < of.length; i++) {
      const at = of[i]!;
      if (cells[at] === CELL.present) this.#slots.add(place, i, numbers[at]!);
    }
    this.#rows++;
    if (!row.seqGiven) return;
    this.#devices.push(device);
    this.#seqs.push(row.seq);
    this.#hashes.push(hash);
  }

  /** What was added; the builder is empty after. */
  cut(): { readonly states: WindowStates; readonly seqs: SeenSeqs | null } {
    const states = this.#slots.all(this.#template);
    const seqs = {
      stream: this.#rule.layout.stream,
      devices: this.#devices,
      seqs: Float64Array.from(this.#seqs),
      hashes: Float64Array.from(this.#hashes),
    };
    this.clear();
    return { states, seqs: seqs.devices.length === 0 ? null : seqs };
  }

  /** Drops it all: it could not be kept. */
  clear(): void {
    this.#rows = 0;
    this.#slots = new WindowSlots(this.#rule.layout);
    this.#devices = [];
    this.#seqs = [];
    this.#hashes = [];
  }
}
