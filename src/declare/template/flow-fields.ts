import { mergeSource } from './merge-source.ts';
import type { FieldSource } from './schema.ts';
import type { MapEntry, MapNode, Position, ScalarValue, SourceNode } from './source-node.ts';

const PORT_RANGE = [0, 65_535];
const count = (description: string): FieldSource => ({
  type: 'integer',
  range: [0, null],
  nullable: true,
  description,
});
const text = (description: string, length: number): FieldSource => ({
  type: 'text',
  'max-length': length,
  nullable: true,
  description,
});
const port = (description: string): FieldSource => ({
  type: 'integer',
  range: PORT_RANGE,
  nullable: true,
  description,
});

/**
 * The fields of a stream of type `flow`, in order: what a device exchanged with one peer, after Zeek's log of
 * connections and IPFIX. A reading's time is when the flow began.
 */
export const FLOW_FIELDS: Readonly<Record<string, FieldSource>> = {
  uid: text('Name of the flow where it was seen, by which logs join.', 64),
  direction: {
    type: 'text',
    enum: ['out', 'in'],
    nullable: true,
    description: 'Whether the device opened it (out) or its peer (in).',
  },
  source_address: text('IP address of the end that opened it.', 45),
  source_port: port('Port of that end; the type for ICMP.'),
  destination_address: text('IP address of the other end.', 45),
  destination_port: port('Port of that end.'),
  protocol: {
    type: 'text',
    pattern: 'tcp|udp|icmp|icmp6|sctp|[0-9]{1,3}',
    'max-length': 8,
    description: 'What IP carried: a name, or its IANA number.',
  },
  service: text('Protocol above it.', 64),
  duration: { type: 'number', unit: 's', range: [0, null], nullable: true, description: 'How long it lasted.' },
  source_bytes: count('Payload of the end that opened it.'),
  destination_bytes: count('Payload of the other end.'),
  source_packets: count('Packets of the end that opened it.'),
  destination_packets: count('Packets of the other end.'),
  state: text('How it went, as the sensor says it.', 16),
  query: text('Name that was asked of DNS.', 255),
  response_code: text('Code of the answer of DNS.', 24),
  peer_name: text('Name of the peer of the device, of DNS or of its TLS handshake.', 255),
};

/**
 * Gives streams of type `flow` the fields of one; what is written there under the same names lies over them, further
 * fields come behind. They stand where the type stands.
 */
export function withFlowFields(root: MapNode): MapNode {
  const streams = root.entries.get('streams');
  if (streams?.node.kind !== 'map') return root;
  const filled = new Map<string, MapEntry>();
  for (const [name, entry] of streams.node.entries) filled.set(name, { ...entry, node: fill(entry.node) });
  const entries = new Map(root.entries).set('streams', { ...streams, node: { ...streams.node, entries: filled } });
  return { ...root, entries };
}

function fill(stream: SourceNode): SourceNode {
  if (stream.kind !== 'map') return stream;
  const type = stream.entries.get('type')?.node;
  if (type?.kind !== 'scalar' || type.value !== 'flow') return stream;
  const fields = nodeOf(FLOW_FIELDS, type.at) as MapNode;
  const own = stream.entries.get('fields');
  const merged = own?.node.kind === 'map' ? mergeSource(fields, own.node) : (own?.node ?? fields);
  return { ...stream, entries: new Map(stream.entries).set('fields', { key: own?.key ?? type.at, node: merged }) };
}

/** A plain value as if it were written at a place. */
function nodeOf(value: unknown, at: Position): SourceNode {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => nodeOf(item, at)), at };
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([name, member]) => [name, { key: at, node: nodeOf(member, at) }] as const,
    );
    return { kind: 'map', entries: new Map(members), at };
  }
  return { kind: 'scalar', value: value as ScalarValue, text: String(value), at };
}
