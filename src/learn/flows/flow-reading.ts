import { isInAny, LOCAL_NETWORKS, parseIp, plainName } from '#declare/mud/index.ts';
import type { DeviceFlow } from '#declare/mud/index.ts';

/** A flow as a reading of a stream of type `flow`; the template's page of reference describes the members. */
export interface FlowReading {
  /** Start, epoch seconds. */
  readonly time: number;
  readonly uid: string | null;
  /** `out` where the device opened it, `in` where its peer did. */
  readonly direction: 'out' | 'in' | null;
  readonly source_address: string | null;
  readonly source_port: number | null;
  readonly destination_address: string | null;
  readonly destination_port: number | null;
  /** `tcp`, `udp`, `icmp`, `icmp6`, or the IANA number as text. */
  readonly protocol: string;
  readonly service: string | null;
  /** Seconds. */
  readonly duration: number | null;
  readonly source_bytes: number | null;
  readonly destination_bytes: number | null;
  readonly source_packets: number | null;
  readonly destination_packets: number | null;
  readonly state: string | null;
  /** Name that was asked of DNS, and the code of the answer. */
  readonly query: string | null;
  readonly response_code: string | null;
  /** Name of the peer: of the TLS handshake, or that an answer of DNS gave its address. */
  readonly peer_name: string | null;
}

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmp6: 58, sctp: 132 };
const PROTOCOL_NAMES = new Map(Object.entries(PROTOCOLS).map(([name, number]) => [number, name]));

/** The name of an IANA protocol number; the number itself where it has none here. */
export function protocolName(number: number): string {
  return PROTOCOL_NAMES.get(number) ?? String(number);
}

/** The IANA number of a protocol by its name or number in text; null if it is neither. */
export function protocolNumber(name: string): number | null {
  const known = PROTOCOLS[name];
  if (known !== undefined) return known;
  return /^\d{1,3}$/.test(name) && Number(name) <= 255 ? Number(name) : null;
}

/** Who opened a flow, by which of its ends is local; null where that tells nothing. */
export function directionOf(source: string | null, destination: string | null): 'out' | 'in' | null {
  const isLocal = (address: string | null): boolean => {
    const bytes = address === null ? null : parseIp(address);
    return bytes !== null && isInAny(bytes, LOCAL_NETWORKS);
  };
  return isLocal(source) ? 'out' : isLocal(destination) ? 'in' : null;
}

/** A flow as seen from the device, which is its source unless its peer opened it. */
export function deviceFlowOf(flow: FlowReading): DeviceFlow {
  const out = flow.direction !== 'in';
  const protocol = protocolNumber(flow.protocol);
  const isIcmp = protocol === 1 || protocol === 58;
  const port = (value: number | null): number | null => (isIcmp ? null : value);
  const sourceSpoke = spoke(flow.source_packets, flow.source_bytes) ?? true;
  const destinationSpoke = spoke(flow.destination_packets, flow.destination_bytes) ?? false;
  return {
    opened: flow.direction === null ? null : out ? 'device' : 'peer',
    sent: out ? sourceSpoke : destinationSpoke,
    received: out ? destinationSpoke : sourceSpoke,
    etherType: null,
    peerMac: null,
    protocol,
    peerAddress: out ? flow.destination_address : flow.source_address,
    peerNames: flow.peer_name === null ? [] : [plainName(flow.peer_name)],
    devicePort: port(out ? flow.source_port : flow.destination_port),
    peerPort: port(out ? flow.destination_port : flow.source_port),
    // Zeek has the type of ICMP in the place of the source's port.
    icmpType: isIcmp ? flow.source_port : null,
    icmpCode: null,
  };
}

/** Whether an end sent something; null where nothing is known of it. */
function spoke(packets: number | null, bytes: number | null): boolean | null {
  if (packets === null && bytes === null) return null;
  return (packets ?? 0) > 0 || (bytes ?? 0) > 0;
}
