import { CHANNEL_SIGNS } from './channel-signs.ts';

/** Windows that are remembered, and those of other channels with which one can be compared. */
export const REFERENCE_WINDOWS = 512;
const LEAST = 24;
const WIDTH = CHANNEL_SIGNS.length;

/**
 * The signs of the latest windows of channels of a stream, whosoever they were: what others do is not rare. In memory of a
 * stated size.
 */
export class ChannelReference {
  /** Windows that were ever taken, then row after row the channel and its signs. */
  readonly numbers = new Float64Array(1 + REFERENCE_WINDOWS * (1 + WIDTH));

  get windows(): number {
    return Math.min(this.numbers[0]!, REFERENCE_WINDOWS);
  }

  /** @param channel a number that tells it from others */
  add(channel: number, signs: Float64Array): void {
    const at = 1 + (this.numbers[0]! % REFERENCE_WINDOWS) * (1 + WIDTH);
    this.numbers[at] = channel;
    this.numbers.set(signs, at + 1);
    this.numbers[0] = this.numbers[0]! + 1;
  }

  /**
   * How rare each sign is among the windows of other channels: −ln of the share of them that have it as much.
   *
   * @returns null while there are too few
   */
  rarities(channel: number, signs: Float64Array): Float64Array | null {
    const asMuch = new Float64Array(WIDTH);
    let others = 0;
    for (let row = 0; row < this.windows; row++) {
      const at = 1 + row * (1 + WIDTH);
      if (this.numbers[at] === channel) continue;
      others += 1;
      for (let i = 0; i < WIDTH; i++) if (this.numbers[at + 1 + i]! >= signs[i]!) asMuch[i] = asMuch[i]! + 1;
    }
    if (others < LEAST) return null;
    return asMuch.map((count) => Math.log((others + 1) / (count + 1)));
  }

  /** A sign of the windows of other channels, in ascending order. */
  column(channel: number, sign: number): Float64Array {
    const rows = Array.from({ length: this.windows }, (_, row) => 1 + row * (1 + WIDTH));
    const others = rows.filter((at) => this.numbers[at] !== channel);
    return Float64Array.from(others, (at) => this.numbers[at + 1 + sign]!).sort();
  }
}
