import { CHANNEL_FEATURES, CHANNEL_WINDOW } from '#learn/flows/index.ts';
import { quantileOfSorted, robustCentre } from '#learn/features/index.ts';
import type { ChannelWindow, FlowReading } from '#learn/flows/index.ts';
import { findingId, severityOf } from '../live/finding.ts';
import type { Cause, Finding, FiredDetector } from '../live/finding.ts';
import type { ThresholdFacts } from '../threshold/budget-threshold.ts';
import { CHANNEL_SIGNS } from './channel-signs.ts';

/** The name under which channels are told. */
export const CHANNEL_NAME = 'command-channel';

/** What is looked for in the flows of one stream. */
export interface ChannelPlan {
  readonly stream: string;
  /** Whether peers may be named in alerts. */
  readonly shown: boolean;
  /** False alarms per device that are put up with, and the seconds in which. */
  readonly budget: { readonly alarms: number; readonly seconds: number };
  /** False alarms a second that a device may raise by its channels. */
  readonly rate: number;
}

/** A channel that is unlike the others, with the window that made it so. */
export interface UnlikeChannel {
  readonly device: string;
  readonly window: ChannelWindow;
  readonly flows: readonly FlowReading[];
  /** Rarities of its signs, over its windows. */
  readonly rarities: Float64Array;
  /** Each sign among the windows of other channels, ascending. */
  readonly usual: readonly Float64Array[];
  readonly fired: FiredDetector;
  readonly facts: ThresholdFacts;
  /** False alarms a second that the threshold is to keep. */
  readonly rate: number;
}

const MICROS = 1e6;
const MOST_CAUSES = 3;
const LEAST_SHARE = 0.1;
const SHOWN_FLOWS = 8;
const INTERVAL = CHANNEL_FEATURES.indexOf('median-interval');
/** Standard Application Layer Protocol, and Commonly Used Port: how command and control speaks. */
const TECHNIQUES = ['T0869', 'T0885'];

/** Tells of a channel: its peer, the signs that are rare among other channels, and the latest of its flows. */
export function channelFinding(plan: ChannelPlan, channel: UnlikeChannel): Finding {
  const { stream, budget } = plan;
  const { device, window, flows, fired, facts, rate } = channel;
  const start = window.start * MICROS;
  const peer = peerOf(plan, channel);
  const causes = causesOf(channel, peer);
  return {
    id: findingId(device, stream, `${CHANNEL_NAME} ${window.peer} ${window.port} ${window.protocol}`, start),
    device,
    stream,
    // An alert of its own for each channel, whatever else goes on at the device.
    violates: { kind: CHANNEL_NAME, rule: `flows to ${peer}` },
    techniques: TECHNIQUES,
    detectors: [fired],
    start,
    end: start,
    open: true,
    severity: severityOf(fired.score, fired.limit),
    budget: {
      ...budget,
      expected: (facts.expectedRate / rate) * budget.alarms,
      likely: (facts.likelyRate / rate) * budget.alarms,
    },
    baseline: { readings: facts.seen, seconds: facts.watchedSeconds, peaks: facts.peaks },
    causes: causes.map(({ cause }) => cause),
    nearest: null,
    evidence: flows
      .toSorted((a, b) => a.time - b.time)
      .slice(-SHOWN_FLOWS)
      .map(({ time, source_bytes, destination_bytes, duration }) => ({
        time: Math.round(time * MICROS),
        values: { source_bytes, destination_bytes, duration },
      })),
    sentence: sentenceOf(channel, peer, causes),
  };
}

/** A cause, and what is said of it. */
interface SaidCause {
  readonly cause: Cause;
  readonly said: string;
}

function causesOf({ window, rarities, usual }: UnlikeChannel, peer: string): readonly SaidCause[] {
  const sum = rarities.reduce((total, rarity) => total + rarity, 0);
  return CHANNEL_SIGNS.map((sign, i) => ({ sign, i, share: sum > 0 ? rarities[i]! / sum : 0 }))
    .toSorted((a, b) => b.share - a.share || a.i - b.i)
    .slice(0, MOST_CAUSES)
    .filter(({ share }, rank) => rank === 0 || share >= LEAST_SHARE)
    .map(({ sign, i, share }): SaidCause => {
      const value = window.values[sign.column]!;
      // The reference has signs as they count: the less of something the greater.
      const others = sign.towards === 'more' ? usual[i]! : usual[i]!.map((one) => -one).sort();
      const { centre, spread } = robustCentre(others);
      const [low, high] = [0.05, 0.95].map((level) => round(sign.shown(quantileOfSorted(others, level))));
      const shown = round(sign.shown(value));
      const cause = {
        field: `${sign.name}, ${peer}`,
        unit: sign.unit,
        share: round(share),
        value: shown,
        usual: [low!, high!] as const,
        deviation: round((value - centre) / Math.max(spread, 1e-3)),
        wouldPass: null,
      };
      return { cause, said: sign.say(shown) };
    });
}

function sentenceOf({ device, window }: UnlikeChannel, peer: string, causes: readonly SaidCause[]): string {
  const beat = round(Math.expm1(window.values[INTERVAL]!));
  const calls = `${device} calls ${peer} every ${beat} s, unlike other channels of its stream`;
  return `${calls}: ${causes.map(({ said }) => said).join('; ')} (over ${CHANNEL_WINDOW / 60} min)`;
}

function peerOf({ shown }: ChannelPlan, { window: { peer, port, protocol }, flows }: UnlikeChannel): string {
  const at = `${protocol}${port === null ? '' : ` port ${port}`}`;
  if (!shown) return `a peer on ${at}`;
  const name = flows.findLast(({ peer_name: one }) => one !== null)?.peer_name ?? null;
  return `${name === null ? peer : `${name} (${peer})`} on ${at}`;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
