import { parseIp } from '#declare/mud/index.ts';
import { directionOf } from './flow-reading.ts';
import type { FlowReading } from './flow-reading.ts';
import { integerIn, numberIn, textIn, ValueError } from './read-value.ts';

/** What a record of a log is: a flow, or what DNS or TLS add to one by its uid. */
export type LogRecord =
  | { readonly kind: 'flow'; readonly flow: FlowReading; readonly values: ReadonlyMap<string, unknown> }
  | {
      readonly kind: 'dns' | 'tls';
      /** What the record alone tells of its flow. */
      readonly flow: FlowReading;
      readonly values: ReadonlyMap<string, unknown>;
      /** Addresses that an answer gave. */
      readonly answers: readonly string[];
    }
  | { readonly kind: 'other' };

/**
 * A record of Zeek's conn, dns or ssl log; other logs are none of flows.
 *
 * @returns what is wrong with it, as text, where a value is missing or of another type
 * @see https://docs.zeek.org/en/master/logs/conn.html
 */
export function zeekRecord(path: string, values: ReadonlyMap<string, unknown>): LogRecord | string {
  // Labelled logs and rotated ones have more in their names.
  const log = /^(conn|dns|ssl)/.exec(path)?.[1];
  if (log === undefined && path !== '') return { kind: 'other' };
  try {
    // The log of TLS does not name its protocol.
    const flow = flowOf(values, log === 'ssl' ? 'tcp' : null);
    if (log === 'dns') return { kind: 'dns', flow, values, answers: addressesIn(values.get('answers')) };
    if (log === 'ssl')
      return { kind: 'tls', flow: { ...flow, peer_name: textIn(values, 'server_name') }, values, answers: [] };
    return { kind: 'flow', flow, values };
  } catch (error) {
    if (error instanceof ValueError) return error.message;
    throw error;
  }
}

function flowOf(values: ReadonlyMap<string, unknown>, carrier: string | null): FlowReading {
  const time = numberIn(values, 'ts');
  if (time === null) throw new ValueError('there is no time `ts`');
  const [source, destination] = [textIn(values, 'id.orig_h'), textIn(values, 'id.resp_h')];
  const protocol = textIn(values, 'proto') ?? carrier;
  if (source === null || destination === null || protocol === null) {
    throw new ValueError('`id.orig_h`, `id.resp_h` or `proto` is missing');
  }
  const isV6 = source.includes(':');
  return {
    time,
    uid: textIn(values, 'uid'),
    direction: locality(values.get('local_orig'), values.get('local_resp')) ?? directionOf(source, destination),
    source_address: source,
    source_port: integerIn(values, 'id.orig_p', 65_535),
    destination_address: destination,
    destination_port: integerIn(values, 'id.resp_p', 65_535),
    protocol: protocol === 'icmp' && isV6 ? 'icmp6' : protocol === 'unknown_transport' ? '0' : protocol,
    service: textIn(values, 'service'),
    duration: numberIn(values, 'duration'),
    source_bytes: integerIn(values, 'orig_bytes'),
    destination_bytes: integerIn(values, 'resp_bytes'),
    source_packets: integerIn(values, 'orig_pkts'),
    destination_packets: integerIn(values, 'resp_pkts'),
    state: textIn(values, 'conn_state'),
    query: textIn(values, 'query'),
    response_code: textIn(values, 'rcode_name'),
    peer_name: null,
  };
}

/** What Zeek knows of its own networks says more than an address. */
function locality(source: unknown, destination: unknown): 'out' | 'in' | null {
  if (source === true && destination !== true) return 'out';
  return destination === true && source !== true ? 'in' : null;
}

function addressesIn(answers: unknown): readonly string[] {
  if (!Array.isArray(answers)) return [];
  return answers.filter((one): one is string => typeof one === 'string' && parseIp(one) !== null);
}
