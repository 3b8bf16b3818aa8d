import { countBelow, medianOf, robustCentre } from './order-statistics.ts';
import { belowOf, LEAST_PEERS } from './peer-standing.ts';
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
/** Slots that a clock may be ahead of receipt, and that a row in time may be behind it. */
const AHEAD = 1;
const LATE = 1;
/** Slots that a stream needs: from the latest that a row may be of to that before the one with which a late row is compared. */
const KEPT = AHEAD + 1 + LATE + BEHIND + 1;
const MICROS = 1e6;
/** Differences below this share of a value mean nothing. */
const RESOLUTION = 1e-3;

/** A device in a slot: sum and number of its values, and the time of the last. */
type Member = [sum: number, count: number, last: number];

interface Slot {
  readonly members: Map<string, Member>;
  /** Of a slot with all the devices that it may have the one to go next; null where it is not known. */
  last: Ranked | null;
  /** Null where the members of this slot or of the one before changed. */
  said: Said | null;
}

/** What a slot says to those who are compared with it. */
interface Said {
  /** Of the members, in ascending order. */
  readonly means: Float64Array;
  /** How far the group moved since the slot before: the median over the devices that are known of both. */
  readonly moved: number;
  /** What is usual among the others of a device that asked. */
  readonly usual: Map<string, { readonly centre: number; readonly spread: number }>;
}

/** A device, and where it comes among those that a sample is of. */
interface Ranked {
  readonly device: string;
  readonly digest: number;
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
 * are compared with it; nor does one count that is more than a slot ahead of its receipt, else a single clock that is wrong
 * would push out what all others are compared with. So rows may come in any order of devices, and the same is said of each; of a row that itself
 * comes later than that, a stream may no longer have what it would be compared with, and of one that comes before its time
 * not yet all of it.
 *
 * Meanwhile the group as a whole may have stayed where it was, or gone on as it did from the slot before to the one that is
 * compared with: between the two nothing is far, and what is beyond counts in spreads of the group.
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
      if (!Number.isFinite(value) || !isInTime(number, received / (seconds * MICROS))) continue;
      const slot = this.#slot(i, number);
      if (slot === null) continue;
      const member = slot.members.get(device);
      if (member === undefined) admit(slot, device, [value, 1, time]);
      else if (time > member[2]) {
        member[0] += value;
        member[1] += 1;
        member[2] = time;
      }
      slot.said = null;
      const next = this.#slots[i]!.get(number + 1);
      if (next !== undefined) next.said = null;
    }
  }

  /** How one device stands among the others. What it is compared with is worked out once for each slot. */
  view(device: string): PeerView {
    return {
      at: ({ field, seconds }, time, value) => {
        const i = this.#fields.findIndex((one) => one.field === field && one.seconds === seconds);
        const number = Math.floor(time / (seconds * MICROS)) - BEHIND;
        const slot = this.#slots[i]?.get(number);
        if (slot === undefined || !Number.isFinite(value)) return null;
        slot.said ??= sayOf(slot, this.#slots[i]!.get(number - 1));
        // From the middle of the one slot to the row.
        const since = time / (seconds * MICROS) - (number + 0.5);
        return standingIn(slot.said, { value, since, device, own: slot.members.get(device) });
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
      const slot: Slot = { members: new Map(), last: null, said: null };
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
    const slot: Slot = { members: new Map(), last: null, said: null };
    slots.set(number, slot);
    return slot;
  }
}

/** Whether a row counts for its slot, by the number of slots to its receipt; −Infinity where that does not count. */
function isInTime(slot: number, received: number): boolean {
  return received < slot + 1 + LATE && (received === -Infinity || slot <= received + AHEAD);
}

/** Beyond the bound the devices with the least digests stay, whatever the order in which they came. */
function admit(slot: Slot, device: string, member: Member): void {
  const { members } = slot;
  if (members.size >= MOST_PEERS) {
    slot.last ??= [...members.keys()].map(rankOf).reduce((last, one) => (isAfter(one, last) ? one : last));
    if (isAfter(rankOf(device), slot.last)) return;
    members.delete(slot.last.device);
    slot.last = null;
  }
  members.set(device, member);
}

function isAfter(one: Ranked, other: Ranked): boolean {
  return one.digest > other.digest || (one.digest === other.digest && one.device > other.device);
}

function sayOf({ members }: Slot, before: Slot | undefined): Said {
  const moves = [...members].flatMap(([device, member]) => {
    const earlier = before?.members.get(device);
    return earlier === undefined ? [] : [meanOf(member) - meanOf(earlier)];
  });
  return {
    means: Float64Array.from([...members.values()], meanOf).sort(),
    moved: moves.length < LEAST_PEERS ? 0 : medianOf(Float64Array.from(moves)),
    usual: new Map(),
  };
}

/** Who asks where it stands. */
interface Asker {
  readonly value: number;
  /** Slots between what it is compared with and itself. */
  readonly since: number;
  readonly device: string;
  /** What the slot has of the device itself, which is not one of its others. */
  readonly own: Member | undefined;
}

function standingIn({ means, moved, usual }: Said, { value, since, device, own }: Asker): Standing | null {
  const others = means.length - (own === undefined ? 0 : 1);
  if (others < LEAST_PEERS) return null;
  const mean = own === undefined ? NaN : meanOf(own);
  // All that are no members have the same others.
  const asker = own === undefined ? '' : device;
  const known = usual.get(asker) ?? robustCentre(own === undefined ? means : without(means, mean));
  usual.set(asker, known);
  const { centre, spread } = known;
  const scale = Math.max(spread, RESOLUTION * Math.abs(centre), Number.MIN_VALUE);
  const position = positionOf(value, centre, since * moved, scale);
  const below = belowOf(means, value) - (own === undefined ? 0 : belowOf(Float64Array.of(mean), value));
  return { centre, spread, position, below, others };
}

/** How far a value is from a centre that stayed, or went on by `on`: without a step, and steep only beyond the two. */
function positionOf(value: number, centre: number, on: number, scale: number): number {
  const half = Math.abs(on) / 2;
  const distance = value - (centre + on / 2);
  const beyond = Math.sign(distance) * Math.max(0, Math.abs(distance) - half);
  return (distance - beyond) / (scale + half) + beyond / scale;
}

/** Sorted values without one that is equal to one of them. */
function without(sorted: Float64Array, value: number): Float64Array {
  const place = countBelow(sorted, value);
  return sorted.filter((_, i) => i !== place);
}

function meanOf([sum, count]: Member): number {
  return sum / count;
}

/** By 32 bits of its name. @see Fowler, Noll and Vo, FNV-1a */
function rankOf(device: string): Ranked {
  let digest = 0x811c9dc5;
  for (let i = 0; i < device.length; i++) digest = Math.imul(digest ^ device.charCodeAt(i), 0x01000193);
  return { device, digest: digest >>> 0 };
}
