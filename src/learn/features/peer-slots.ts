import { standing } from './peer-standing.ts';
import type { Standing } from './peer-standing.ts';

/** What of the devices of a group is compared: a field, in slots of so many seconds. */
export interface PeerField {
  readonly field: number;
  readonly seconds: number;
}

/** How a row of one device stands among the others of its group. */
export interface PeerView {
  /** Null where too few of them are known of the slot that counts at this time. */
  at(field: PeerField, time: number, value: number): Standing | null;
}

/** Devices that a group is told from; of more a sample of them, by a digest of their names. */
export const MOST_PEERS = 1_000;
/** The slot of a row is compared with the second before it, which by then has all that is in time for it. */
const BEHIND = 2;
/** Slots that a stream needs: that of its latest row, and those before it, one more for rows that were on their way so long. */
const KEPT = BEHIND + 2;
const MICROS = 1e6;
/** Differences below this share of a value mean nothing. */
const RESOLUTION = 1e-3;

/** A device in a slot: sum and number of its values, and the time of the last. */
type Member = [sum: number, count: number, last: number];

interface Slot {
  readonly members: Map<string, Member>;
  /** Means of the members in ascending order of the means; null where they changed. */
  sorted: { readonly device: string; readonly mean: number }[] | null;
}

/** The slots of all fields, as plain data. */
export interface SavedSlots {
  /** Of each field the latest slot that is gone; null where none is. */
  readonly gone: readonly (number | null)[];
  readonly slots: readonly (readonly [
    field: number,
    slot: number,
    members: readonly (readonly [string, ...Member])[],
  ])[];
}

/**
 * What is usual among the devices of a group, slot by slot: of each device the mean of its values in the slot. A row is
 * compared with the slot two before its own. A row counts for its slot where it is later than all rows of its device in
 * that slot, and was received before the slot two after it began: what comes later still would come too late for rows that
 * are compared with it. So rows may come in any order of devices, and the same is said of each; of a row that itself
 * comes later than that, a stream may no longer have what it would be compared with.
 */
export class PeerSlots {
  readonly #fields: readonly PeerField[];
  readonly #slots: readonly Map<number, Slot>[];
  /** Of each field the latest slot that is gone. */
  readonly #gone: number[];

  constructor(fields: readonly PeerField[]) {
    this.#fields = fields;
    this.#gone = fields.map(() => -Infinity);
    this.#slots = fields.map(() => new Map<number, Slot>());
  }

  /**
   * Takes a row in.
   *
   * @param time epoch microseconds; @param received likewise, −Infinity where that does not count
   * @param valueOf of a field; NaN is a missing value
   */
  add(device: string, time: number, received: number, valueOf: (field: number) => number): void {
    for (const [i, { field, seconds }] of this.#fields.entries()) {
      const value = valueOf(field);
      const number = Math.floor(time / (seconds * MICROS));
      if (!Number.isFinite(value) || received >= (number + BEHIND) * seconds * MICROS) continue;
      const slot = this.#slot(i, number);
      if (slot === null) continue;
      const member = slot.members.get(device);
      if (member === undefined) admit(slot.members, device, [value, 1, time]);
      else if (time > member[2]) {
        member[0] += value;
        member[1] += 1;
        member[2] = time;
      }
      slot.sorted = null;
    }
  }

  /** How one device stands among the others. What it is compared with is worked out once for each slot. */
  view(device: string): PeerView {
    const known = new Map<string, { readonly sorted: Slot['sorted']; readonly others: Float64Array }>();
    return {
      at: ({ field, seconds }, time, value) => {
        const i = this.#fields.findIndex((one) => one.field === field && one.seconds === seconds);
        const number = Math.floor(time / (seconds * MICROS)) - BEHIND;
        const slot = this.#slots[i]?.get(number);
        if (slot === undefined || !Number.isFinite(value)) return null;
        slot.sorted ??= sortedMeans(slot);
        const key = `${i} ${number}`;
        let own = known.get(key);
        if (own?.sorted !== slot.sorted) {
          known.clear();
          const others = slot.sorted.filter((one) => one.device !== device);
          own = { sorted: slot.sorted, others: Float64Array.from(others, ({ mean }) => mean) };
          known.set(key, own);
        }
        const middle = own.others[own.others.length >> 1] ?? 0;
        return standing(value, own.others, RESOLUTION * Math.abs(middle));
      },
    };
  }

  save(): SavedSlots {
    const slots = this.#slots.flatMap((own, i) =>
      [...own].map(
        ([number, { members }]) =>
          [i, number, [...members].map(([name, member]) => [name, ...member] as const)] as const,
      ),
    );
    return { gone: this.#gone.map((number) => (Number.isFinite(number) ? number : null)), slots };
  }

  /** Goes on from what was saved of the same fields. */
  restore({ gone, slots }: SavedSlots): void {
    for (const [i, number] of gone.entries()) this.#gone[i] = number ?? -Infinity;
    for (const [i, number, members] of slots) {
      const slot: Slot = { members: new Map(), sorted: null };
      for (const [name, sum, count, last] of members) slot.members.set(name, [sum, count, last]);
      this.#slots[i]?.set(number, slot);
    }
  }

  /** Lets go of the slots that no row in time needs any more, once all rows that were taken in are compared. */
  prune(): void {
    for (const [i, slots] of this.#slots.entries()) {
      const numbers = [...slots.keys()].sort((x, y) => x - y);
      for (const number of numbers.slice(0, Math.max(0, numbers.length - KEPT))) {
        slots.delete(number);
        this.#gone[i] = Math.max(this.#gone[i]!, number);
      }
    }
  }

  /** The slot of a number; null where it is gone. */
  #slot(field: number, number: number): Slot | null {
    const slots = this.#slots[field]!;
    const known = slots.get(number);
    if (known !== undefined) return known;
    if (number <= this.#gone[field]!) return null;
    const slot: Slot = { members: new Map(), sorted: null };
    slots.set(number, slot);
    return slot;
  }
}

/** Beyond the bound the devices with the least digests stay, whatever the order in which they came. */
function admit(members: Map<string, Member>, device: string, member: Member): void {
  members.set(device, member);
  if (members.size <= MOST_PEERS) return;
  let [greatest, most] = ['', -1];
  for (const name of members.keys()) {
    const digest = digestOf(name);
    if (digest > most || (digest === most && name > greatest)) [greatest, most] = [name, digest];
  }
  members.delete(greatest);
}

function sortedMeans({ members }: Slot): { readonly device: string; readonly mean: number }[] {
  return [...members]
    .map(([device, [sum, count]]) => ({ device, mean: sum / count }))
    .sort((a, b) => a.mean - b.mean || (a.device < b.device ? -1 : 1));
}

/** 32 bits of a text. @see Fowler, Noll and Vo, FNV-1a */
function digestOf(text: string): number {
  let digest = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) digest = Math.imul(digest ^ text.charCodeAt(i), 0x01000193);
  return digest >>> 0;
}
