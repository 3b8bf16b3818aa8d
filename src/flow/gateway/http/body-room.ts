import { BodyError } from './bounded-body.ts';

/** Bytes that bodies under way on all connections of a worker may take together. */
const MOST_BYTES = 134_217_728;

/**
 * What bodies take up while they come. Each is bounded, and comes as slowly as its sender likes: a few bytes that unpack
 * to many, on each connection of each device, would be all the memory there is.
 */
export class BodyRoom {
  #taken = 0;

  /** Bytes that are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** A body begins; what it takes is given back with it. @param longest bytes of one body */
  begin(longest: number): BodyPlace {
    // However long one may be, two have room.
    const most = Math.max(MOST_BYTES, longest * 2);
    let own = 0;
    return {
      take: (bytes) => {
        if (this.#taken + bytes > most) throw new BodyError('room');
        this.#taken += bytes;
        own += bytes;
      },
      [Symbol.dispose]: () => {
        this.#taken -= own;
        own = 0;
      },
    };
  }
}

/** The room of one body. */
export interface BodyPlace extends Disposable {
  /** @throws {BodyError} `room` where all bodies together would take too much */
  take(bytes: number): void;
}
