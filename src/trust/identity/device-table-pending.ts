import type { DeviceTable } from './device-table.ts';

const START = 256;

/**
 * The readings of one commit group in the device table until the group is durable: what to settle then, and what to
 * undo if it never is.
 */
export class PendingReadings {
  readonly #table: DeviceTable;
  #records = new Int32Array(START);
  #seqs = new Float64Array(START);
  #before = new Float64Array(START);
  #count = 0;

  constructor(table: DeviceTable) {
    this.#table = table;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * @param seq the reading's number, or -1 for none
   * @param before what `recordSeq` returned; anything where there is no `seq`
   */
  add(record: number, seq: number, before: number): void {
    const at = this.#count++;
    if (at === this.#records.length) this.#grow();
    this.#records[at] = record;
    this.#seqs[at] = seq;
    this.#before[at] = before;
  }

  /** The group is durable. */
  settle(mark: number): void {
    for (let i = 0; i < this.#count; i++) {
      if (this.#seqs[i] !== -1) this.#table.settleSeq(this.#records[i]!, this.#seqs[i]!, mark);
    }
    this.#count = 0;
  }

  /**
   * The group was not kept: each of its readings will come again and must look as if it came for the first time.
   * Of two groups the later one is undone first.
   */
  undo(mark: number): void {
    const table = this.#table;
    for (let i = this.#count - 1; i >= 0; i--) {
      const record = this.#records[i]!;
      table.lock(record);
      if (this.#seqs[i] !== -1) table.undoSeq(record, this.#seqs[i]!, mark, this.#before[i]!);
      table.returnToken(record);
      // What came before is not known any more; the next reading of the device starts the comparison anew.
      table.forgetLastValues(record);
      table.unlock(record);
    }
    this.#count = 0;
  }

  #grow(): void {
    const records = new Int32Array(this.#records.length * 2);
    records.set(this.#records);
    const seqs = new Float64Array(records.length);
    seqs.set(this.#seqs);
    const before = new Float64Array(records.length);
    before.set(this.#before);
    [this.#records, this.#seqs, this.#before] = [records, seqs, before];
  }
}
