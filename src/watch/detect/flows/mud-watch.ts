import type { Batch } from '#base/core/index.ts';
import { judgeFlow } from '#declare/mud/index.ts';
import type { DeviceFlow, MudProfile } from '#declare/mud/index.ts';
import { deviceFlowOf, protocolName } from '#learn/flows/index.ts';
import type { FlowReading } from '#learn/flows/index.ts';
import { findingId } from '../live/finding.ts';
import type { Finding } from '../live/finding.ts';
import { flowColumns } from './flow-columns.ts';
import type { MudPlan } from './mud-plan.ts';

/** The name under which flows that a profile does not allow are told. */
export const MUD_NAME = 'mud';
/** Kinds of violations of a device that are told apart in a day; further ones are told as one. */
const MOST_KINDS = 32;
const DAY_MICROS = 86_400e6;
/** Devices whose type is remembered; then they are asked for anew. */
const MOST_TYPES = 200_000;

interface DeviceDay {
  day: number;
  readonly kinds: Map<string, Finding>;
}

/**
 * Holds the flows of a stream against the profiles of their devices. What a device does that its profile does not allow
 * is one finding a day for each peer, protocol and port, however often it comes; finding it again, as after a crash,
 * gives the same id.
 */
export class MudWatch {
  readonly #plan: MudPlan;
  readonly #typeOf: (device: string) => Promise<string | null>;
  readonly #types = new Map<string, string | null>();
  readonly #devices = new Map<string, DeviceDay>();
  /** Whether the feed names peers: then one without a name is none of those that a profile names. */
  #namesSeen = false;
  #judged = 0;

  /** @param typeOf asks for the type of a device, once for each */
  constructor(plan: MudPlan, typeOf: (device: string) => Promise<string | null>) {
    this.#plan = plan;
    this.#typeOf = typeOf;
  }

  /** Flows that were held against a profile. */
  get judged(): number {
    return this.#judged;
  }

  /** Judges the flows of a batch. @returns what was found, or changed in what was found before */
  async take(batch: Batch): Promise<readonly Finding[]> {
    const at = flowColumns(batch);
    const changed = new Map<string, Finding>();
    for (let row = 0; row < batch.rows; row++) {
      const { device, flow } = at(row);
      this.#namesSeen ||= flow.peer_name !== null;
      const profile = await this.#profileOf(device);
      if (profile === undefined) continue;
      this.#judged += 1;
      const seen = deviceFlowOf(flow);
      const verdict = judgeFlow(profile, seen, { namesSeen: this.#namesSeen });
      if (verdict.allowed) continue;
      const finding = this.#count(device, flow, seen, verdict.rule);
      if (finding !== null) changed.set(finding.id, finding);
    }
    return [...changed.values()];
  }

  async #profileOf(device: string): Promise<MudProfile | undefined> {
    let type = this.#types.get(device);
    if (type === undefined) {
      type = await this.#typeOf(device);
      if (this.#types.size >= MOST_TYPES) this.#types.clear();
      this.#types.set(device, type);
    }
    return type === null ? undefined : this.#plan.profiles.get(type);
  }

  /** @returns the finding where it is new or worth telling again: at 10, 100, 1,000 … flows */
  #count(device: string, flow: FlowReading, seen: DeviceFlow, rule: string | null): Finding | null {
    const time = Math.round(flow.time * 1e6);
    const day = Math.floor(time / DAY_MICROS) * DAY_MICROS;
    let days = this.#devices.get(device);
    if (days === undefined || days.day < day) {
      days = { day, kinds: new Map() };
      if (this.#devices.size >= MOST_TYPES) this.#devices.clear();
      this.#devices.set(device, days);
    }
    const own = kindOf(seen);
    const isOne = days.kinds.has(own) || days.kinds.size < MOST_KINDS;
    const kind = isOne ? own : 'more';
    const known = days.kinds.get(kind);
    const readings = (known?.detectors[0]?.readings ?? 0) + 1;
    const finding: Finding = {
      id: findingId(device, this.#plan.stream, `${MUD_NAME} ${kind}`, day),
      device,
      stream: this.#plan.stream,
      // An alert of its own for each kind, whatever else the device does meanwhile.
      violates: { kind: MUD_NAME, rule: isOne ? this.#nameOf(seen) : 'flows with many more peers' },
      detectors: [{ name: MUD_NAME, score: 1, limit: 1, readings }],
      start: Math.min(time, known?.start ?? Infinity),
      end: Math.max(time, known?.end ?? -Infinity),
      // A flow is over when it is told of.
      open: false,
      severity: 'medium',
      budget: null,
      baseline: null,
      causes: [],
      nearest: null,
      evidence: known?.evidence ?? [{ time, values: valuesOf(flow) }],
      sentence: known?.sentence ?? this.#say(device, seen, isOne, rule),
    };
    days.kinds.set(kind, finding);
    return known === undefined || Number.isInteger(Math.log10(readings)) ? finding : null;
  }

  #say(device: string, seen: DeviceFlow, isOne: boolean, rule: string | null): string {
    const why = rule === null ? 'its MUD profile has no rule for that' : `rule ${rule} of its MUD profile refuses that`;
    if (!isOne) return `${device} exchanges flows with many more peers; its MUD profile has no rule for that`;
    const { peer, over } = this.#endsOf(seen);
    return seen.opened === 'peer'
      ? `${peer} reached ${device} ${over}; ${why}`
      : `${device} spoke to ${peer} ${over}; ${why}`;
  }

  #nameOf(seen: DeviceFlow): string {
    const { peer, over } = this.#endsOf(seen);
    return `flows ${seen.opened === 'peer' ? 'from' : 'to'} ${peer} ${over}`;
  }

  /** Who the peer is, as far as its class lets it be told, and over what it spoke. */
  #endsOf(seen: DeviceFlow): { readonly peer: string; readonly over: string } {
    const port = portOf(seen);
    return {
      peer: this.#plan.shown ? (seen.peerNames[0] ?? seen.peerAddress ?? 'a peer') : 'a peer',
      over: `over ${protocolName(seen.protocol ?? 0)}${port === null ? '' : ` on port ${port}`}`,
    };
  }
}

/** Flows of one kind differ in nothing that a rule would tell apart, but for the port that whoever opened them drew. */
function kindOf(seen: DeviceFlow): string {
  const { opened, protocol, peerAddress, peerNames } = seen;
  return JSON.stringify([opened, protocol, peerNames[0] ?? peerAddress, portOf(seen)]);
}

/** The port of whoever was spoken to. */
function portOf({ opened, devicePort, peerPort }: DeviceFlow): number | null {
  return opened === 'peer' ? devicePort : peerPort;
}

function valuesOf(flow: FlowReading): Readonly<Record<string, number | null>> {
  const { source_port, destination_port, source_bytes, destination_bytes, duration } = flow;
  return { source_port, destination_port, source_bytes, destination_bytes, duration };
}
