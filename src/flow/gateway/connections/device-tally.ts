import type { DeviceEntry } from '../ports.ts';
import type { ConnectionSummary, Manner, Topic } from './connection-summary.ts';

/** Topics that are told of one device and period; those that come later are one. */
const MOST_TOPICS = 16;
/** How what is no stream, and what is beyond the most, are called: no stream has such a name. */
const [NO_STREAM, MORE_TOPICS] = ['(none)', '(more)'] as const;
/** How readings about other devices are told from those about the device itself. */
const ABOUT_OTHERS = '/others';
const MICROS = 1e6;

/** What one worker saw of one device since it was told of last: a few numbers and the names of few topics. */
export class DeviceTally {
  readonly device: DeviceEntry;
  /** Connections that are open. */
  open = 0;
  manner: Manner | null = null;
  /** Epoch microseconds: when it is to be told of, and when it was heard of last. */
  due = Infinity;
  heard = -Infinity;
  /** Rows that were told before their time, since one was told in time. */
  early = 0;
  readonly #isStream: (name: string) => boolean;
  #messages = 0;
  #bytes = 0;
  #largest = 0;
  /** When the first gap began, with the message before all of these or, where there was none, with the first of them. */
  #gapsFrom = NaN;
  /** Whether there was a message before all of these. */
  #goesOn = false;
  #lastMessage = NaN;
  #sessions = 0;
  #sessionGaps = 0;
  #sessionMicros = 0;
  #lastSession = NaN;
  #goodbyes = 0;
  #lost = 0;
  #wills = 0;
  #topic: Topic | null = null;
  readonly #topics: string[] = [];

  /** @param isStream whether a name from outside is one of the template */
  constructor(device: DeviceEntry, isStream: (name: string) => boolean) {
    this.device = device;
    this.#isStream = isStream;
  }

  get isEmpty(): boolean {
    return this.#messages + this.#sessions + this.#goodbyes + this.#lost + this.#wills === 0;
  }

  /**
   * A message came: on the path of every reading, so it counts and allocates nothing.
   *
   * @param bytes of its payload
   * @param now epoch microseconds
   */
  message(bytes: number, now: number, topic: Topic): void {
    this.#messages += 1;
    this.#bytes += bytes;
    if (bytes > this.#largest) this.#largest = bytes;
    if (this.#messages === 1) this.#gapsFrom = Number.isNaN(this.#lastMessage) ? now : this.#lastMessage;
    this.#lastMessage = now;
    if (topic !== this.#topic) this.#note(topic);
  }

  /** A connection was opened. */
  began(manner: Manner, now: number): void {
    this.open += 1;
    this.manner = manner;
    this.heard = now;
    this.#sessions += 1;
    const gap = now - this.#lastSession;
    if (gap >= 0) {
      this.#sessionGaps += 1;
      this.#sessionMicros += gap;
    }
    this.#lastSession = now;
  }

  /** A connection has ended: by the device's own word, without it, or because the platform ended it. */
  ended(how: 'goodbye' | 'lost' | 'cut', now: number): void {
    this.open -= 1;
    this.heard = now;
    if (how === 'goodbye') this.#goodbyes += 1;
    if (how === 'lost') this.#lost += 1;
  }

  /** A will of it was carried out. */
  will(now: number): void {
    this.heard = now;
    this.#wills += 1;
  }

  /** What there is to be told, which begins anew. */
  take(at: number): ConnectionSummary {
    const messages = this.#messages;
    const gaps = messages === 0 ? 0 : messages - (this.#goesOn ? 0 : 1);
    const mean = (sum: number, count: number, unit: number): number | null => (count === 0 ? null : sum / count / unit);
    const summary: ConnectionSummary = {
      device: this.device,
      at,
      manner: this.manner,
      topics: this.#topics.toSorted(),
      messages,
      payload: mean(this.#bytes, messages, 1),
      largest: messages === 0 ? null : this.#largest,
      gap: mean(Math.max(0, this.#lastMessage - this.#gapsFrom), gaps, MICROS),
      sessions: this.#sessions,
      sessionGap: mean(this.#sessionMicros, this.#sessionGaps, MICROS),
      goodbyes: this.#goodbyes,
      lost: this.#lost,
      wills: this.#wills,
    };
    if (messages > 0) this.#goesOn = true;
    this.#messages = this.#bytes = this.#largest = 0;
    this.#sessions = this.#sessionGaps = this.#sessionMicros = this.#goodbyes = this.#lost = this.#wills = 0;
    this.#topic = null;
    this.#topics.length = 0;
    this.due = Infinity;
    if (messages > 0) this.heard = at;
    return summary;
  }

  #note(topic: Topic): void {
    this.#topic = topic;
    const { stream, about, refusal } = topic;
    // A stream of the template can be named, whatever else was sent is no more than that.
    const known = refusal === 0 && this.#isStream(stream);
    const name = !known ? NO_STREAM : about.name === this.device.name ? stream : `${stream}${ABOUT_OTHERS}`;
    if (this.#topics.includes(name)) return;
    if (this.#topics.length < MOST_TOPICS) this.#topics.push(name);
    else this.#topics[MOST_TOPICS - 1] = MORE_TOPICS;
  }
}
