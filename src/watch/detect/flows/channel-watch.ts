import type { Batch } from '#base/core/index.ts';
import { encodeUtf8, decodeUtf8 } from '#base/core/index.ts';
import { decodeState, encodeState } from '#learn/features/index.ts';
import { CHANNEL_WINDOW, channelWindows } from '#learn/flows/index.ts';
import type { ChannelWindow, FlowReading } from '#learn/flows/index.ts';
import type { Finding } from '../live/finding.ts';
import { OpenFinding } from '../live/open-finding.ts';
import { fillSaved } from '../live/saved-state.ts';
import { channelFinding, CHANNEL_NAME } from './channel-finding.ts';
import type { ChannelPlan } from './channel-finding.ts';
import { ChannelLimit } from './channel-limit.ts';
import { ChannelReference } from './channel-reference.ts';
import { beginScore, takeWindow } from './channel-score.ts';
import type { ChannelScore } from './channel-score.ts';
import { CHANNEL_SIGNS, signsOf } from './channel-signs.ts';
import { flowColumns } from './flow-columns.ts';
import { FlowWindows } from './flow-windows.ts';
import type { FlowWindow } from './flow-windows.ts';

const NAME = 'channel-watch';
const VERSION = 1;
const MICROS = 1e6;
/** Devices that are known of a stream, channels of each, and flows of all that are held: what is beyond is counted and left out. */
const MOST_DEVICES = 10_000;
const MOST_CHANNELS = 64;
const MOST_HELD = 200_000;
/** Windows without anything unusual after which an alert is over. */
const QUIET_WINDOWS = 6;

interface Channel {
  readonly score: ChannelScore;
  readonly open: OpenFinding;
}

interface Device {
  readonly windows: FlowWindows;
  /** By peer, port and protocol, the one longest unseen first. */
  readonly channels: Map<string, Channel>;
}

/** What of the flows of a stream was taken, and what was not. */
export interface ChannelFacts {
  readonly devices: number;
  /** Flows of windows that are not over. */
  readonly held: number;
  /** Windows of channels that were judged. */
  readonly judged: number;
  /** Flows of windows that were over, and those that there was no room for. */
  readonly late: number;
  readonly leftOut: number;
}

/**
 * Looks for command and control in the flows of a stream: what a device and one peer exchange over one port is a channel,
 * judged window by window by signs that are rare among all other channels of the stream, as the mean over its windows.
 * The limit is the stream's, for so many false alarms as its devices may raise together. What was not unusual becomes
 * part of what others are held against. In bounded memory.
 *
 * A flow counts in the window in which it began; one that is told of after the window after that is late, and left out. A
 * window is judged once a flow of its device comes that begins two windows later.
 */
export class ChannelWatch {
  readonly #plan: ChannelPlan;
  readonly #room: number;
  readonly #devices = new Map<string, Device>();
  readonly #reference = new ChannelReference();
  readonly #limit = new ChannelLimit();
  #latest = -Infinity;
  #held = 0;
  #judged = 0;
  #late = 0;
  #leftOut = 0;

  /** @param room flows of all devices that it holds until their windows are over */
  constructor(plan: ChannelPlan, room = MOST_HELD) {
    this.#plan = plan;
    this.#room = room;
  }

  get facts(): ChannelFacts {
    const { size } = this.#devices;
    return { devices: size, held: this.#held, judged: this.#judged, late: this.#late, leftOut: this.#leftOut };
  }

  /** Takes the flows of a batch. @returns what was found, or changed in what was found before */
  take(batch: Batch): readonly Finding[] {
    const at = flowColumns(batch);
    const found: Finding[] = [];
    for (let row = 0; row < batch.rows; row++) {
      const { device, flow } = at(row);
      if (flow.direction === 'in') continue;
      const known = this.#of(device);
      const held = known.windows.held;
      const { outcome, over } = known.windows.take(flow, this.#room - this.#held + held);
      this.#held += known.windows.held - held;
      if (outcome === 'late') this.#late += 1;
      else if (outcome === 'full') this.#leftOut += 1;
      for (const window of over) this.#judge(device, known, window, found);
    }
    return found;
  }

  /** Its whole state, which a later process goes on from. */
  snapshot(): Uint8Array {
    const devices = [...this.#devices].map(([name, { windows, channels }]) => [
      name,
      windows.open,
      [...channels].map(([key, { score, open }]) => [key, score.windows, [...score.rarities], open.current]),
    ]);
    return encodeState(NAME, VERSION, {
      reference: this.#reference.numbers,
      limit: this.#limit.numbers,
      counts: Float64Array.of(this.#latest, this.#judged, this.#late, this.#leftOut),
      devices: encodeUtf8(JSON.stringify(devices)),
    });
  }

  /**
   * Goes on from a snapshot.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, FEATURES_STATE_FOREIGN
   * @throws {DetectError} DETECT_STATE_UNFIT
   */
  restore(bytes: Uint8Array): void {
    const state = decodeState(bytes, NAME, VERSION);
    const counts = new Float64Array(4);
    fillSaved(this.#plan.stream, state, 'reference', this.#reference.numbers);
    fillSaved(this.#plan.stream, state, 'limit', this.#limit.numbers);
    fillSaved(this.#plan.stream, state, 'counts', counts);
    [this.#latest, this.#judged, this.#late, this.#leftOut] = counts as unknown as [number, number, number, number];
    const devices = state.get('devices');
    // Written by this program: what decodes is what was written.
    const saved = JSON.parse(devices instanceof Uint8Array ? decodeUtf8(devices) : '[]') as [
      string,
      FlowWindow[],
      [string, number, number[], Finding | null][],
    ][];
    for (const [name, open, channels] of saved) {
      const device = { windows: new FlowWindows(open), channels: new Map<string, Channel>() };
      this.#held += device.windows.held;
      for (const [key, windows, rarities, current] of channels) {
        const channel = { score: { windows, rarities: Float64Array.from(rarities) }, open: new OpenFinding() };
        channel.open.current = current;
        device.channels.set(key, channel);
      }
      this.#devices.set(name, device);
    }
  }

  #judge(device: string, known: Device, window: FlowWindow, found: Finding[]): void {
    const end = (window.start + CHANNEL_WINDOW) * MICROS;
    for (const { open } of known.channels.values()) open.pass(end, QUIET_WINDOWS * CHANNEL_WINDOW * MICROS, found);
    for (const channel of channelWindows(window.flows)) this.#judgeChannel(device, known, channel, window.flows, found);
  }

  #judgeChannel(
    device: string,
    known: Device,
    window: ChannelWindow,
    flows: readonly FlowReading[],
    found: Finding[],
  ): void {
    this.#judged += 1;
    const key = JSON.stringify([window.peer, window.port, window.protocol]);
    const own = digestOf(`${device} ${key}`);
    const signs = signsOf(window.values);
    const rarities = this.#reference.rarities(own, signs);
    if (rarities === null) {
      this.#reference.add(own, signs);
      return;
    }
    const channel = channelOf(known, key);
    const score = takeWindow(channel.score, rarities);
    const rate = this.#plan.rate * Math.max(1, this.#devices.size);
    const facts = this.#limit.facts(own, rate);
    // Windows of several devices are over in any order: time only goes on.
    this.#latest = Math.max(this.#latest, window.start + CHANNEL_WINDOW);
    if (score <= facts.limit) {
      this.#reference.add(own, signs);
      this.#limit.take(own, score, this.#latest, rate);
      return;
    }
    channel.open.beyond(
      {
        name: CHANNEL_NAME,
        score,
        limit: facts.limit,
        time: window.start * MICROS,
        charge: () => this.#limit.charge(),
        explain: (fired) =>
          channelFinding(this.#plan, {
            device,
            window,
            flows: window.flows.map((i) => flows[i]!),
            rarities: channel.score.rarities,
            usual: CHANNEL_SIGNS.map((_, sign) => this.#reference.column(own, sign)),
            fired,
            facts,
            rate,
          }),
      },
      found,
    );
  }

  /** A device, now the one seen last; beyond the bound that which was unseen longest is forgotten. */
  #of(name: string): Device {
    const known = this.#devices.get(name) ?? { windows: new FlowWindows(), channels: new Map<string, Channel>() };
    this.#devices.delete(name);
    this.#devices.set(name, known);
    if (this.#devices.size > MOST_DEVICES) {
      const [oldest, { windows }] = this.#devices.entries().next().value!;
      this.#held -= windows.held;
      this.#devices.delete(oldest);
    }
    return known;
  }
}

/** A channel of a device, now the one seen last; beyond the bound that which was unseen longest is forgotten. */
function channelOf({ channels }: Device, key: string): Channel {
  const channel = channels.get(key) ?? { score: beginScore(CHANNEL_SIGNS.length), open: new OpenFinding() };
  channels.delete(key);
  channels.set(key, channel);
  if (channels.size > MOST_CHANNELS) channels.delete(channels.keys().next().value!);
  return channel;
}

/** 32 bits of a text, which tell two apart. @see Fowler, Noll and Vo, FNV-1a */
function digestOf(text: string): number {
  let digest = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) digest = Math.imul(digest ^ text.charCodeAt(i), 0x01000193);
  return digest >>> 0;
}
