import { parseRfc3339 } from '#base/core/index.ts';
import { directionOf, protocolName } from './flow-reading.ts';
import type { FlowReading } from './flow-reading.ts';
import { integerIn, numberIn, textIn, ValueError } from './read-value.ts';
import type { LogRecord } from './zeek-record.ts';

type Values = ReadonlyMap<string, unknown>;

/** Elements that tell when a flow began or ended, and how many of them make a second; RFC 3339 as text too. */
const STARTS = ['flowStartMilliseconds', 'flowStartMicroseconds', 'flowStartSeconds'] as const;
const ENDS = ['flowEndMilliseconds', 'flowEndMicroseconds', 'flowEndSeconds'] as const;
const PER_SECOND = [1e3, 1e6, 1] as const;

/**
 * A flow as a JSON object with the names of IPFIX's information elements, as collectors write it; a biflow has the
 * reverse counts of RFC 5103 too.
 *
 * @returns what is wrong with it, as text, where a value is missing or of another type
 * @see IANA "IP Flow Information Export (IPFIX) Entities", RFC 7012
 */
export function ipfixFlow(values: Values): LogRecord | string {
  try {
    return { kind: 'flow', flow: flowOf(values), values };
  } catch (error) {
    if (error instanceof ValueError) return error.message;
    throw error;
  }
}

function flowOf(values: Values): FlowReading {
  const start = timeIn(values, STARTS);
  if (start === null) throw new ValueError('there is no time: neither `ts` nor `flowStartMilliseconds`');
  const end = timeIn(values, ENDS);
  const address = (side: 'source' | 'destination'): string => {
    const found = textIn(values, `${side}IPv4Address`) ?? textIn(values, `${side}IPv6Address`);
    if (found === null) throw new ValueError(`\`${side}IPv4Address\` is missing`);
    return found;
  };
  const protocol = integerIn(values, 'protocolIdentifier', 255);
  if (protocol === null) throw new ValueError('`protocolIdentifier` is missing');
  const [source, destination] = [address('source'), address('destination')];
  const icmp = integerIn(values, 'icmpTypeCodeIPv4', 65_535) ?? integerIn(values, 'icmpTypeCodeIPv6', 65_535);
  const duration = numberIn(values, 'flowDurationMilliseconds');
  return {
    time: start,
    uid: identifierIn(values, 'flowId'),
    direction: ways(values) ?? directionOf(source, destination),
    source_address: source,
    // As in Zeek's logs, the type of ICMP stands where a port would.
    source_port: icmp === null ? integerIn(values, 'sourceTransportPort', 65_535) : icmp >> 8,
    destination_address: destination,
    destination_port: integerIn(values, 'destinationTransportPort', 65_535),
    protocol: protocolName(protocol),
    service: textIn(values, 'applicationName'),
    duration: duration !== null ? duration / 1e3 : end === null ? null : Math.max(0, end - start),
    source_bytes: integerIn(values, 'octetDeltaCount') ?? integerIn(values, 'octetTotalCount'),
    destination_bytes: integerIn(values, 'reverseOctetDeltaCount') ?? integerIn(values, 'reverseOctetTotalCount'),
    source_packets: integerIn(values, 'packetDeltaCount') ?? integerIn(values, 'packetTotalCount'),
    destination_packets: integerIn(values, 'reversePacketDeltaCount') ?? integerIn(values, 'reversePacketTotalCount'),
    state: identifierIn(values, 'flowEndReason'),
    query: textIn(values, 'dnsQueryName'),
    response_code: identifierIn(values, 'dnsResponseCode'),
    peer_name: textIn(values, 'tlsServerName') ?? textIn(values, 'httpRequestHost'),
  };
}

/** `flowDirection` is as the exporter sees it: 0 in, 1 out. */
function ways(values: Values): 'out' | 'in' | null {
  const direction = integerIn(values, 'flowDirection', 1);
  return direction === null ? null : direction === 1 ? 'out' : 'in';
}

function timeIn(values: Values, names: readonly string[]): number | null {
  for (const [i, name] of names.entries()) {
    const value = values.get(name);
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') return numberIn(values, name)! / PER_SECOND[i]!;
    const time = parseRfc3339(value);
    if (time === null) throw new ValueError(`\`${name}\` is \`${value.slice(0, 40)}\`, which is no time`);
    return time / 1e6;
  }
  return null;
}

/** A text, or a number as text. */
function identifierIn(values: Values, name: string): string | null {
  const value = values.get(name);
  return typeof value === 'number' ? String(value) : textIn(values, name);
}
