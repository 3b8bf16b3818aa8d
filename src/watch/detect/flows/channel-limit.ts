import { quantileOfSorted } from '#learn/features/index.ts';
import { SCORE_MEMORY } from './channel-score.ts';
import type { ThresholdFacts } from '../threshold/budget-threshold.ts';

/** Channels that are remembered, each with the greatest score that it had. */
export const REMEMBERED_CHANNELS = 256;
/** Other channels before any alarm. */
const ARMED_AFTER = 12;
/** Scores up to here are never beyond the limit: signs that are each as rare as one in two say nothing. */
const FLOOR = 3;
/** Share of the channels that the tail is taken from. */
const TAIL = 0.25;
/** Weight, in channels, of that the tail falls by e with each unit, as the rarity of a single sign does. */
const PRIOR = 4;
/** How much stricter alarms of its own can make it. */
const MOST_STRICT = 6;
const [SEEN, SINCE, UNTIL, STRICT, CHANCES, RING] = [0, 1, 2, 3, 4, 5];

/**
 * The limit on scores of channels that keeps a budget of false alarms. What is counted is channels, not windows: a channel
 * that is odd is so in all its windows, and is one alarm. The greatest scores of the latest channels have an exponential
 * tail, its scale taken at the upper end of what so few allow; the limit is what channels reach as often as the budget
 * allows, where a channel has a chance when it is new and another with each memory of windows that it goes on for. An alarm makes it stricter as if the budget were e times smaller, until the time in
 * which the budget grants one has passed.
 */
export class ChannelLimit {
  /** Channels seen, times in seconds, strictness, chances, then the latest channels and their scores. */
  readonly numbers = new Float64Array(RING + 2 * REMEMBERED_CHANNELS);

  /** @param channel a number that tells it from others; @param seconds time, which only goes on */
  take(channel: number, score: number, seconds: number, rate: number): void {
    const { numbers } = this;
    if (numbers[SEEN] === 0) numbers[SINCE] = seconds;
    else numbers[STRICT] = Math.max(0, numbers[STRICT]! - rate * Math.max(0, seconds - numbers[UNTIL]!));
    numbers[UNTIL] = Math.max(seconds, numbers[SEEN] === 0 ? seconds : numbers[UNTIL]!);
    numbers[CHANCES] = numbers[CHANCES]! + 1 / SCORE_MEMORY;
    let place = this.#placeOf(channel);
    if (place === -1) {
      place = RING + 2 * (numbers[SEEN]! % REMEMBERED_CHANNELS);
      numbers[SEEN] = numbers[SEEN]! + 1;
      numbers[CHANCES] += 1;
      numbers[place] = channel;
      numbers[place + 1] = score;
    } else numbers[place + 1] = Math.max(numbers[place + 1]!, score);
  }

  /** Tells that an alarm was raised. */
  charge(): void {
    this.numbers[STRICT] = Math.min(MOST_STRICT, this.numbers[STRICT]! + 1);
  }

  /**
   * What is known against a channel.
   *
   * @param rate false alarms a second of all devices together
   */
  facts(channel: number, rate: number): ThresholdFacts {
    const { numbers } = this;
    const others = this.#scoresBut(channel);
    const seconds = Math.max(1, numbers[UNTIL]! - numbers[SINCE]!);
    const level = others.length === 0 ? 0 : quantileOfSorted(others, 1 - TAIL);
    const excesses = others.filter((score) => score > level).map((score) => score - level);
    const scale = (excesses.reduce((sum, one) => sum + one, 0) + PRIOR) / (excesses.length + PRIOR);
    const upper = scale * (1 + 2 / Math.sqrt(excesses.length + PRIOR));
    const perSecond = (TAIL * numbers[CHANCES]!) / seconds;
    const times = Math.max(1, perSecond / (rate * Math.exp(-numbers[STRICT]!)));
    const armed = others.length >= ARMED_AFTER;
    const limit = armed ? Math.max(FLOOR, level + upper * Math.log(times)) : Infinity;
    const rateAt = (of: number): number => (armed ? perSecond * Math.exp(-Math.max(0, limit - level) / of) : 0);
    return {
      armed,
      limit,
      seen: numbers[SEEN]!,
      watchedSeconds: seconds,
      peaks: excesses.length,
      expectedRate: rateAt(scale),
      likelyRate: rateAt(upper),
    };
  }

  #placeOf(channel: number): number {
    const known = Math.min(this.numbers[SEEN]!, REMEMBERED_CHANNELS);
    for (let i = 0; i < known; i++) if (this.numbers[RING + 2 * i] === channel) return RING + 2 * i;
    return -1;
  }

  #scoresBut(channel: number): Float64Array {
    const known = Math.min(this.numbers[SEEN]!, REMEMBERED_CHANNELS);
    const places = Array.from({ length: known }, (_, i) => RING + 2 * i);
    return Float64Array.from(
      places.filter((place) => this.numbers[place] !== channel),
      (place) => this.numbers[place + 1]!,
    ).sort();
  }
}
